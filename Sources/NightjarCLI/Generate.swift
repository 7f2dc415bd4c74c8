import ArgumentParser
import Foundation
import Generation
import Layers
import Telemetry
import Tensors
import Tokenizers
import Transformers

/// `nightjar generate`: continues a text.
struct Generate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Continues a text with a model.",
        discussion: """
            MODEL is a folder, or a run such as runs/demo, runs/demo@step-500. An adapter's folder is \
            opened with its base.
            """)

    @Argument(help: "The model.")
    var model: String

    @OptionGroup var base: BaseOption

    @Option(help: "The text to continue; standard input when absent.")
    var prompt: String?

    @OptionGroup(title: "Sampling")
    var settings: SamplingArguments

    @Option(name: .customLong("max-new"), help: "Tokens to generate at most.")
    var maximumNew = 128

    @Option(help: "How many continuations to sample.")
    var samples = 1

    @Option(help: "End before this text appears; may be repeated.")
    var stop: [String] = []

    @Option(help: "full, or int8: rounded to 8 bits, as is what meets them: faster, a little less exact.")
    var weights = WeightsArgument.full

    @Option(help: "auto, f32 or bf16.")
    var precision = PrecisionArgument.auto

    @Flag(
        name: .customLong("no-bos"),
        help: "Do not begin the prompt with bos_token, as for a text that a chat template wrote.")
    var leavesOutBeginning = false

    @Flag(help: "Print one JSON object for each continuation.")
    var json = false

    mutating func run() throws {
        for (name, value) in [("--samples", samples), ("--max-new", maximumNew)]
        where !(1...1 << 20).contains(value) {
            throw ValidationError("\(name) is \(value); ask for 1 to \(1 << 20).")
        }
        guard !stop.contains("") else {
            throw ValidationError("--stop: an empty text stands everywhere; name one that ends.")
        }
        let text = try prompt ?? String(decoding: StandardStreams.input(), as: UTF8.self)
        try ComputeThread.shared.run { [self] in try generate(from: text) }
    }

    private func generate(from text: String) throws {
        let backend = CPUBackend.shared
        let folder = try ModelFolder(reference: model, base: base.path) { sentence in
            DescriptorOutput(descriptor: 2).write("note: \(sentence)\n")
        }
        let tokenizer = try TokenizerLoader.load(folder.tokenizerPath)
        let configuration = folder.configuration
        let kind = precision.kind(toRead: folder, on: backend.description)
        let ids = tokenizer.prompt(text, of: configuration, begins: !leavesOutBeginning)
        if ids.count + maximumNew > configuration.servedPositions {
            DescriptorOutput(descriptor: 2).write(
                "note: the model holds \(configuration.servedPositions) tokens, the prompt's "
                    + "\(ids.count) included; a text ends there.\n")
        }
        let defaults = try folder.generationDefaults()
        for setting in defaults.unfollowed {
            DescriptorOutput(descriptor: 2).write(
                "note: \(GenerationDefaults.fileName) has \(setting), which is not followed.\n")
        }
        let sampling = try settings.parameters(defaults)
        let ends = Set(folder.endTokens(defaults).map { Int32(clamping: $0) })
        let capacity = min(ids.count + maximumNew, configuration.servedPositions)
        let decoder = try folder.decoder(
            precision: kind, positions: max(1, capacity), frozen: FrozenForm(kind),
            prepared: weights.form, on: backend)
        let engine = GenerationEngine(
            model: decoder, tokenizer: tokenizer, slots: min(samples, 32), capacity: capacity,
            weights: weights.form)
        var continuations: [Int: Continuation] = [:]
        for sample in 0..<samples {
            let id = try engine.add(
                GenerationRequest(
                    prompt: ids,
                    sampling: sampling,
                    random: RandomStream(seed: settings.seed, name: "sample \(sample)"),
                    maximumNewTokens: maximumNew, stopStrings: stop,
                    stopTokens: ends))
            continuations[id] = Continuation()
        }
        let streams = samples == 1 && !json
        if streams { try Output.shown(text) }
        while !engine.isIdle {
            for event in try step(engine, of: folder, onLine: streams) {
                switch event {
                case .token(let id, let token, let piece):
                    continuations[id]?.ids.append(token.id)
                    continuations[id]?.text += piece
                    if streams { try Output.shown(piece) }
                case .finished(let id, let reason, let piece):
                    continuations[id]?.text += piece
                    continuations[id]?.reason = reason
                    if streams { try Output.shown(piece + "\n") }
                }
            }
        }
        guard !streams else { return }
        for id in continuations.keys.sorted() {
            guard let continuation = continuations[id] else { continue }
            if json {
                try Output.json([
                    "prompt": text, "text": continuation.text,
                    "ids": continuation.ids.map(Int.init), "prompt_ids": ids.map(Int.init),
                    "finish_reason": continuation.reason.rawValue,
                ])
            } else {
                try Output.shown("--- \(id + 1)\n\(text)\(continuation.text)\n")
            }
        }
    }

    private func step(
        _ engine: GenerationEngine, of folder: ModelFolder, onLine: Bool
    ) throws -> [GenerationEvent] {
        do {
            return try engine.step()
        } catch let error as GenerationError where error.code == .notFinite {
            if onLine { try Output.text("\n") }
            throw GenerationError(.notFinite, "\(folder.path): \(error.message)")
        }
    }

    private struct Continuation {
        var ids: [Int32] = []
        var text = ""
        var reason = FinishReason.length
    }
}
