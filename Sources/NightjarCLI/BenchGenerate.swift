import ArgumentParser
import Foundation
import Generation
import Layers
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

    @Option(help: "full, or int8: rounded to 8 bits, as is what meets them: faster, a little less exact.")
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
        let model = Decoder(
            shape.model, precision: kind, positions: prompt + new, on: CPUBackend.shared)
        model.initialize(seed: 0)
        let engine = GenerationEngine(
            model: model, tokenizer: ByteTokenizer(), slots: batch, capacity: prompt + new,
            weights: weights.form)
        // A short round comes first, as in other tools' benchmarks: memory is touched, threads wake.
        _ = try round(engine, new: min(new, 4))
        let timing = try round(engine, new: new)
        let peak = ResourceUsage.now().peakResidentMiB
        let traffic = DecodingTraffic(
            shape.model, kind: kind, weights: weights.form, batch: batch,
            positions: prompt + new / 2)
        let readSpeed = CPUBackend.shared.readSpeed() / 1e9
        let square = ProductCeiling.square(kind: kind, repetitions: 5, on: CPUBackend.shared)
        try report(
            kind,
            [
                ("tokens_per_second", Double(timing.tokens) / timing.seconds, 1),
                ("decode_tokens_per_second", Double(batch) / timing.step, 1),
                ("first_token_ms", timing.firstToken * 1000, 1),
                ("step_ms", timing.step * 1000, 3),
                ("gflops", traffic.flops / timing.step / 1e9, 1),
                ("square_gflops", square, 1),
                ("read_gbs", traffic.bytes / timing.step / 1e9, 1),
                ("read_bandwidth_gbs", readSpeed, 1),
                ("bandwidth_share", traffic.bytes / timing.step / 1e9 / readSpeed, 3),
                ("peak_rss_mib", peak, 1),
            ])
    }

    private struct Timing {
        var tokens = 0
        var seconds = 0.0
        var firstToken = Double.nan
        /// The median of the steps in which every request got a token.
        var step = Double.nan
    }

    /// All requests from their prompts to their last tokens.
    private func round(_ engine: GenerationEngine, new: Int) throws -> Timing {
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
        var timing = Timing()
        var steps: [Double] = []
        let clock = Stopwatch()
        while !engine.isIdle {
            let stepClock = Stopwatch()
            let tokens = try engine.step().count { event in
                if case .token = event { true } else { false }
            }
            timing.tokens += tokens
            if tokens > 0, timing.firstToken.isNaN { timing.firstToken = clock.elapsedSeconds }
            if tokens == batch { steps.append(stepClock.elapsedSeconds) }
        }
        timing.seconds = clock.elapsedSeconds
        if !steps.isEmpty { timing.step = steps.sorted()[steps.count / 2] }
        return timing
    }

    private func report(_ kind: ElementKind, _ fields: [(String, Double, Int)]) throws {
        if json {
            var object: [String: Any] = [
                "dtype": kind.rawValue, "weights": weights.rawValue, "batch": batch,
                "prompt": prompt, "new": new,
                "threads": CPUBackend.shared.description.threadCount,
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

/// What one step of decoding computes and reads, whatever the machine: the products, and every
/// weight and cached position once.
private struct DecodingTraffic {
    /// Multiplications and additions of the products.
    let flops: Double
    let bytes: Double

    init(
        _ model: ModelConfiguration, kind: ElementKind, weights: InferenceWeights, batch: Int,
        positions: Int
    ) {
        let matrices = Double(Census(model).matrixParameters)
        let cached = 2 * model.layerCount * model.keyValueHeadCount * model.headSize * positions
        flops = 2 * matrices * Double(batch)
        bytes =
            matrices * (weights == .int8 ? 1 : Double(kind.byteCount))
            + Double(cached * batch * kind.byteCount)
    }
}
