import ArgumentParser
import Naming

/// `nightjar`: what it can do, in the order in which people need it.
struct NightjarCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nightjar",
        abstract: "Trains language models from Lua recipes, on your own machine.",
        discussion: """
            Start with: nightjar check RECIPE, then nightjar train RECIPE.
            Exit codes: 0 done, 1 the run failed, 2 your mistake, 3 the machine's failure, \
            130 interrupted with everything saved.
            """,
        version: "0.1.0",
        subcommands: [
            Train.self, Sweep.self, Run.self, Check.self, Advise.self, DataCommand.self,
            Inspect.self, SetDial.self, Rollback.self, Import.self, Export.self, Merge.self,
            Eval.self, Generate.self, Chat.self, Logits.self,
            Tokenize.self, Bench.self, Plugin.self, Test.self, Annotate.self,
        ])

    /// Follows the words of a command line as far as they name commands.
    ///
    /// - Throws: `ValidationError` that names the nearest command where a word is none.
    static func checkNames(_ words: some Sequence<String>) throws {
        var command: any ParsableCommand.Type = self
        for word in words where !command.configuration.subcommands.isEmpty {
            let offered = command.configuration.subcommands
            guard !word.hasPrefix("-"), word != "help" else { return }
            guard let named = offered.first(where: { $0._commandName == word }) else {
                guard command.configuration.defaultSubcommand == nil else { return }
                let names = offered.map { $0._commandName } + ["help"]
                throw ValidationError(
                    "there is no command \"\(word)\"; \(nearestNameHint(to: word, among: names))")
            }
            command = named
        }
    }
}
