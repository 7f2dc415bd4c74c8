import ArgumentParser
import Conversations
import Exports
import Foundation
import Generation
import Layers
import Telemetry
import Templates
import Tensors
import Tokenizers
import Training
import Transformers

/// `nightjar chat`: a conversation with a model at the terminal, or from a script.
struct Chat: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Talks with a model.",
        discussion: """
            MODEL is a folder, or a run such as runs/demo, runs/demo@step-500. /help lists what can \
            be asked for in the chat; Ctrl-C stops an answer, Ctrl-D ends. Without a terminal each \
            line of standard input is a message, and the answers are printed plain.
            """)

    @Argument(help: "The model, or an adapter, which is opened with its base.")
    var model: String

    @OptionGroup var base: BaseOption

    @Option(
        name: .customLong("adapter"),
        help: ArgumentHelp(
            "An adapter beside the model, by name. May be given several times: the first one "
                + "answers until /adapter changes it.", valueName: "NAME=FOLDER"))
    var adapters: [String] = []

    @Option(help: "What the system says before the chat begins.")
    var system: String?

    @Option(
        help: """
            The chat template: a file, or chatml where the vocabulary has its tokens. (default: the \
            model's)
            """
    )
    var template: String?

    @OptionGroup(title: "Sampling")
    var settings: SamplingArguments

    @Option(
        name: [.customLong("max-new"), .customLong("max-tokens")],
        help: "Tokens of an answer at most.")
    var maximumNew = 1024

    @Option(help: "Tokens that the chat may have in the model's sight, its answer included.")
    var context = 4096

    @Option(help: "What templates that print the date are told: today, or YYYY-MM-DD.")
    var date = "today"

    @Option(help: "full, or int8: rounded to 8 bits, as is what meets them: faster, a little less exact.")
    var weights = WeightsArgument.full

    @Option(help: "auto, f32 or bf16.")
    var precision = PrecisionArgument.auto

    @Flag(help: "Tell tokens and speed after each answer, as at a terminal.")
    var stats = false

    @Flag(help: "Print one JSON object for each answer.")
    var json = false

    mutating func run() throws {
        for (name, value) in [("--max-new", maximumNew), ("--context", context)]
        where !(1...1 << 24).contains(value) {
            throw ValidationError("\(name) is \(value); ask for 1 to \(1 << 24).")
        }
        let isTerminal = isatty(0) == 1 && TerminalStyle.detect(descriptor: 1).isLive && !json
        let (session, adapters, standard) = try ComputeThread.shared.run { [self] in try open() }
        if isTerminal { Interrupt.install() }
        let loop = ChatLoop(
            session: session, adapters: adapters, weights: weights.form,
            template: { [self] in try template(of: $0, in: adapters, standard: standard) },
            reader: try ChatReader(isTerminal: isTerminal),
            printer: ChatPrinter(
                isTerminal: isTerminal, asJSON: json, tellsSpeed: stats || isTerminal))
        if isTerminal {
            loop.printer.note(
                "\(model), a context of \(session.capacity) tokens. /help lists commands; Ctrl-C "
                    + "stops an answer, Ctrl-D ends.")
        }
        try loop.run()
    }

    private func open() throws -> (ChatSession, ChatAdapters, ChatTemplate?) {
        let output = DescriptorOutput(descriptor: 2)
        let warn: @Sendable (String) -> Void = { output.write("note: \($0)\n") }
        let folder = try ModelFolder(reference: model, base: base.path, warn: warn)
        let tokenizer = try TokenizerLoader.load(folder.tokenizerPath)
        let own = template == nil ? try folder.adapter?.chatTemplate() : nil
        let standard = try own ?? chatTemplate(of: tokenizer, at: folder.tokenizerPath)
        let defaults = try folder.generationDefaults()
        for setting in defaults.unfollowed {
            output.write(
                "note: \(GenerationDefaults.fileName) has \(setting), which is not followed.\n")
        }
        let sampling = try settings.parameters(defaults)
        let backend = CPUBackend.shared
        let positions = folder.configuration.servedPositions
        let capacity = min(context, positions)
        let kind = precision.kind(toRead: folder, on: backend.description)
        let decoder = try folder.decoder(
            precision: kind, positions: capacity, frozen: FrozenForm(kind),
            prepared: adapters.isEmpty ? weights.form : nil, on: backend)
        let adapters = try ChatAdapters(
            self.adapters, of: folder, decoder, tokenizer: tokenizer, warn: warn)
        let session = ChatSession(
            model: try adapters.model(adapters.names[0]), tokenizer: tokenizer,
            template: try template(of: adapters.names[0], in: adapters, standard: standard),
            capacity: capacity,
            endTokens: Set(folder.endTokens(defaults).map { Int32(clamping: $0) }),
            clock: try clock(), weights: weights.form)
        session.sampling = sampling
        session.maximumNewTokens = maximumNew
        session.seed = settings.seed
        if !session.canEnd {
            output.write(
                "note: no token ends this model's answers, so each has --max-new tokens.\n")
        }
        if let system { try session.setSystem(system) }
        return (session, adapters, standard)
    }

    /// The template named on the command line, else the adapter's, else the model's.
    private func template(
        of adapter: String, in adapters: ChatAdapters, standard: ChatTemplate?
    ) throws -> ChatTemplate {
        let own = template == nil ? try adapters.template(adapter) : nil
        guard let found = own ?? standard else {
            throw ValidationError(
                "\(model) has no chat template, so nothing tells its turns apart. If it was taught "
                    + "to chat, name its template: --template FILE, or --template chatml where the "
                    + "vocabulary has <|im_start|> and <|im_end|>. A model that only continues "
                    + "texts is for `nightjar generate`.")
        }
        return found
    }

    private func chatTemplate(
        of tokenizer: any Tokenizer, at folder: String
    ) throws -> ChatTemplate? {
        let source: ChatTemplateSource =
            switch template {
            case nil: .model
            case "chatml": .chatML
            case let path?: .path(path)
            }
        return try source.template(of: tokenizer, folder: folder)
    }

    private func clock() throws -> TemplateClock {
        if date == "today" {
            let now = Date()
            return TemplateClock(
                secondsSince1970: Int(now.timeIntervalSince1970),
                secondsFromGreenwich: TimeZone.current.secondsFromGMT(for: now))
        }
        let parts = date.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else {
            throw ValidationError("--date is \"\(date)\"; give today or YYYY-MM-DD.")
        }
        return TemplateClock(year: year, month: month, day: day)
    }
}
