import ArgumentParser
import Foundation
import Generation
import Telemetry
import Tensors
import Tokenizers
import Transformers

/// `nightjar bench generate`.
struct BenchGenerate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Times sampling from a model of a shape.")

    @Option(help: BenchShape.help)
    var shape: BenchShape

    @Option(help: "Requests at a time.")
    var batch = 32

    @Option(help: "Tokens of each prompt.")
    var prompt = 64

    @Option(help: "Tokens to sample for each.")
    var new = 128

    @Option(help: "full, or int8: rounded to 8 bits, faster to read.")
    var weights = WeightsArgument.full

    @Option(name: .customLong("dtype"), help: "auto, f32 or bf16.")
    var precision = PrecisionArgument.auto

    @Flag(help: "Print one JSON object.")
    var json = false

    mutating func validate() throws {
        for (name, value) in [("--batch", batch), ("--prompt", prompt), ("--new", new)]
        where !(1...1 << 20).contains(value) {
            throw ValidationError("\(name) is \(value); take 1 to \(1 << 20).")
        }
    }

    mutating func run() throws {
        let kind = precision.kind(for: CPUBackend.shared.description)
        try ComputeThread.shared.run { [self] in try measure(kind) }
    }

    private func measure(_ kind: ElementKind) throws {
        try shape.model.validate()
        let backend = CPUBackend.shared
        let model = Decoder(
            shape.model, precision: kind, positions: prompt + new, on: backend)
        model.initialize(seed: 0)
        let engine = GenerationEngine(
            model: model, tokenizer: ByteTokenizer(), slots: batch, capacity: prompt + new,
            weights: weights.form)
        var random = RandomStream(seed: 1, name: "prompts")
        for request in 0..<batch {
            let ids = (0..<prompt).map { _ in
                Int32(random.next() % UInt64(shape.model.vocabularySize))
            }
            _ = try engine.add(
                GenerationRequest(
                    prompt: ids, sampling: SamplingParameters(temperature: 1),
                    random: RandomStream(seed: 2, name: "request \(request)"),
                    maximumNewTokens: new))
        }
        let clock = Stopwatch()
        var firstToken: Double?
        var steps: [Double] = []
        var sampled = 0
        while !engine.isIdle {
            let stepClock = Stopwatch()
            let tokens = try engine.step().count { event in
                if case .token = event { true } else { false }
            }
            sampled += tokens
            if tokens > 0, firstToken == nil { firstToken = clock.elapsedSeconds }
            if tokens == batch { steps.append(stepClock.elapsedSeconds) }
        }
        let seconds = clock.elapsedSeconds
        let median = steps.isEmpty ? .nan : steps.sorted()[steps.count / 2]
        let fields: [(String, Double, Int)] = [
            ("tokens_per_second", Double(sampled) / seconds, 1),
            ("decode_tokens_per_second", Double(batch) / median, 1),
            ("first_token_ms", (firstToken ?? .nan) * 1000, 1),
            ("step_ms", median * 1000, 3),
            ("peak_rss_mib", ResourceUsage.now().peakResidentMiB, 1),
        ]
        if json {
            var object: [String: Any] = [
                "dtype": kind.rawValue, "batch": batch, "prompt": prompt, "new": new,
                "threads": backend.description.threadCount,
            ]
            for (name, value, _) in fields where value.isFinite { object[name] = value }
            return try Output.json(object)
        }
        var table = AlignedTable(columns: ["", ""])
        for (name, value, digits) in fields {
            table.add([name, HumanFormat.fixed(value, digits: digits)])
        }
        try Output.text(table.render() + "\n")
    }
}
