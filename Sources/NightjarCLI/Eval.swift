import ArgumentParser
import Checkpoints
import Evaluation
import Foundation
import Naming
import Scripting
import Telemetry
import Tensors
import Training

/// `nightjar eval`: asks a model what a recipe's probes ask.
struct Eval: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Asks a model what the probes of a recipe ask; nothing is learned.",
        discussion: """
            MODEL is a folder, or a run such as runs/demo, runs/demo@pre, runs/demo@step-500. A run's \
            own recipe says what is asked, unless --recipe names another one. The numbers are those \
            that the run itself measures with the same weights. With --against another model is asked \
            the same, and the differences have paired intervals.
            """)

    @Argument(help: "The model, or an adapter.")
    var model: String

    @OptionGroup var base: BaseOption

    @Option(help: "Ask this probe alone; may be repeated. All of them otherwise.")
    var probe: [String] = []

    @Option(
        help: "The recipe whose probes are asked; by default that of the model's run.",
        completion: .file(extensions: ["lua"]))
    var recipe: String?

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "With --recipe, sets one key of it; may be repeated.", valueName: "path=value"))
    var overrides: [String] = []

    @Option(help: "Another model that is asked the same.")
    var against: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    @Flag(help: "With --json: the thousand draws behind each interval too.")
    var draws = false

    mutating func validate() throws {
        guard json || !draws else { throw ValidationError("--draws needs --json") }
    }

    mutating func run() throws {
        let loaded = try load()
        StopSignal.install()
        let display = RunDisplay()
        loaded.warnings.forEach(display.remark)
        let results = try ask(model, base: base.path, loaded, display)
        let others = try against.map { try ask($0, base: nil, loaded, display) }
        display.finish()
        results.compactMap(\.remark).forEach(display.remark)
        guard json else {
            let reading = ProbeReading(step: 0, results: results)
            guard let others else { return try ProbeTable.show(before: nil, after: reading) }
            return try ProbeTable.compare(results, with: others, named: against ?? "")
        }
        var object: [String: Any] = ["model": model, "probes": object(results)]
        if let others, let against {
            object["against"] = against
            object["probes_against"] = self.object(others)
            object["differences"] = self.object(ProbeTable.differences(of: results, from: others))
        }
        try Output.json(object)
    }

    private func ask(
        _ model: String, base: String?, _ loaded: LoadedRecipe, _ display: RunDisplay
    ) throws -> [ProbeResult] {
        let results = try ComputeThread.shared.run { [probe] in
            let scripts = try loaded.openScripts(isLocked: true, log: display.say)
            let session = try ProbeSession(
                loaded.configuration, model: model, base: base, only: probe,
                on: CPUBackend.shared, cacheFolder: Places.corpora, observer: display,
                hooks: scripts)
            scripts?.use(session.tokenizer)
            return try session.measure()
        }
        guard let results else { throw InterruptedRun() }
        return results
    }

    private func object(_ results: [ProbeResult]) -> [String: Any] {
        var object = ProbeReading(step: 0, results: results).object
        guard draws else { return object }
        for result in results {
            guard var values = object[result.name] as? [String: Any] else { continue }
            for value in result.values where !value.draws.isEmpty {
                values["\(value.name)_draws"] = value.draws
            }
            object[result.name] = values
        }
        return object
    }

    private func load() throws -> LoadedRecipe {
        if let recipe {
            return try RecipeLoader.load(
                path: recipe, overrides: overrides,
                workingFolder: FileManager.default.currentDirectoryPath)
        }
        guard overrides.isEmpty else {
            throw ValidationError("--set changes a recipe; name one with --recipe")
        }
        let checkpoint = URL(
            filePath: try CheckpointReference(model).resolve { sentence in
                DescriptorOutput(descriptor: 2).write("note: \(sentence)\n")
            })
        // A run keeps its checkpoints in a folder of its own.
        let run = checkpoint.deletingLastPathComponent().deletingLastPathComponent()
        guard FileManager.default.fileExists(atPath: run.appending(path: "metrics.jsonl").path)
        else {
            throw ValidationError(
                "\(model) is no run, so nothing says what to ask it; name a recipe with probes: "
                    + "--recipe FILE")
        }
        return try RunRecipeFile.load(run: run.path, recipe: nil)
    }
}
