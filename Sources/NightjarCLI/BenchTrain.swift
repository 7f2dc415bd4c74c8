import ArgumentParser
import Telemetry
import Tensors
import Training
import Transformers

/// `nightjar bench train`.
struct BenchTrain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Times training steps of a model of a shape.")

    @Option(help: BenchShape.help)
    var shape: BenchShape

    @Option(name: .customLong("dtype"), help: "auto, f32 or bf16.")
    var precision = PrecisionArgument.auto

    @Option(help: "Steps that count; two more come first.")
    var steps = 5

    @Option(help: "Sequences a pass; chosen by size when absent.")
    var micro: Int?

    @Flag(help: "Compute activations again on the way back.")
    var recompute = false

    @Option(help: "Train adapters of this rank beside every map, in place of the weights.")
    var lora: Int?

    @Flag(help: "With --lora: learn lengths of rows apart (DoRA).")
    var dora = false

    @Option(help: "With --lora: how the frozen maps are held, f32, bf16 or int8.")
    var base: FrozenArgument?

    @Flag(help: "Say where the time of a step goes, operation by operation, and what the machine allows.")
    var profile = false

    @Flag(help: "Print one JSON object.")
    var json = false

    mutating func validate() throws {
        guard (1...1_000_000).contains(steps) else {
            throw ValidationError("--steps is \(steps); take 1 to 1000000.")
        }
        if let lora, !(1...1 << 16).contains(lora) {
            throw ValidationError("--lora is \(lora); take a rank from 1 to 65536.")
        }
        guard lora != nil || (base == nil && !dora) else {
            throw ValidationError("--base and --dora are for adapters; give --lora RANK too.")
        }
        if let micro, micro < 1 { throw ValidationError("--micro is \(micro); take at least 1.") }
    }

    private var adapters: LoRASettings? {
        lora.map {
            LoRASettings(
                adapter: AdapterConfiguration(
                    rank: $0, alpha: 2 * Double($0), hasMagnitudes: dora),
                base: base?.form)
        }
    }

    mutating func run() throws {
        let kind = precision.kind(for: CPUBackend.shared.description)
        let result = try ComputeThread.shared.run { [self] in
            try TrainingBenchmark(
                shape.model, lora: adapters, rows: shape.batch, time: shape.time, microRows: micro,
                precision: kind, recomputes: recompute, on: CPUBackend.shared
            ).run(steps: steps, profiles: profile)
        }
        Places.speeds.record(
            gflops: result.ceiling.model,
            for: SpeedKey(
                shape.model, tokensAPass: result.microRows * shape.time, precision: kind,
                backend: CPUBackend.shared.description))
        let fields: [(String, Double, Int)] = [
            ("tokens_per_second", result.tokensPerSecond, 1),
            ("step_ms", result.stepSeconds * 1000, 1),
            ("gflops", result.gflops, 1),
            ("gemm_ceiling_gflops", result.ceiling.model, 1),
            ("square_gflops", result.ceiling.square, 1),
            ("mfu", result.utilisation, 3),
            ("mfu_square", result.squareUtilisation, 3),
            ("peak_rss_mib", result.peakResidentMiB, 1),
            ("loss", result.loss, 5),
        ]
        if json {
            var object: [String: Any] = [
                "dtype": kind.rawValue, "steps": steps, "micro": result.microRows,
                "threads": CPUBackend.shared.description.threadCount,
                "parameters": Census(shape.model).parameters,
                "trained_parameters": result.trainedParameters,
            ]
            for (name, value, _) in fields { object[name] = value }
            if let (profile, limits) = result.profile {
                object["limits"] = ["gflops": limits.flops / 1e9, "gbs": limits.bytes / 1e9]
                object["profile"] = Self.objects(of: profile, limits)
                let steps = Double(TrainingBenchmark.profiledSteps)
                object["profiled_step_ms"] = profile.wallSeconds / steps * 1000
                object["floor_ms"] = profile.floorSeconds(limits) / steps * 1000
            }
            return try Output.json(object)
        }
        var table = AlignedTable(columns: ["", ""])
        for (name, value, digits) in fields {
            table.add([name, HumanFormat.fixed(value, digits: digits)])
        }
        try Output.text(table.render() + "\n")
        if let (profile, limits) = result.profile {
            try Output.text("\n" + Self.table(of: profile, limits) + "\n")
        }
    }

    /// A row an operation: calls and milliseconds a step, the speed of those that count their arithmetic
    /// and of the others that count their bytes, and the least that the machine's limits allow.
    private static func table(of profile: OperationProfile, _ limits: MachineLimits) -> String {
        let steps = Double(TrainingBenchmark.profiledSteps)
        var table = AlignedTable(columns: [
            "operation", "calls", "ms", "share", "GFLOP/s", "GB/s", "floor ms",
        ])
        func add(_ name: String, _ entry: OperationProfile.Entry, floor: Double) {
            table.add([
                name,
                entry.calls > 0 ? HumanFormat.fixed(Double(entry.calls) / steps, digits: 0) : "",
                HumanFormat.fixed(entry.seconds / steps * 1000, digits: 2),
                HumanFormat.percent(entry.seconds / profile.wallSeconds),
                entry.flops > 0
                    ? HumanFormat.fixed(entry.flops / entry.seconds / 1e9, digits: 1) : "",
                entry.flops == 0 && entry.bytes > 0
                    ? HumanFormat.fixed(entry.bytes / entry.seconds / 1e9, digits: 1) : "",
                HumanFormat.fixed(floor / steps * 1000, digits: 2),
            ])
        }
        for (name, entry) in profile.entries { add(name, entry, floor: limits.floor(of: entry)) }
        add("between operations", .init(seconds: profile.betweenSeconds), floor: 0)
        add("a step", .init(seconds: profile.wallSeconds), floor: profile.floorSeconds(limits))
        let (gflops, gbs) = (limits.flops / 1e9, limits.bytes / 1e9)
        return table.render() + """


            The floor is arithmetic at \(HumanFormat.fixed(gflops, digits: 0)) GFLOP/s, the most that \
            registers or products gave just now, or tensors read and written once at \
            \(HumanFormat.fixed(gbs, digits: 0)) GB/s of memory. Exponentials and \
            the like count nothing, and what caches made faster than memory counts as it was.
            """
    }

    private static func objects(
        of profile: OperationProfile, _ limits: MachineLimits
    ) -> [[String: Any]] {
        let steps = Double(TrainingBenchmark.profiledSteps)
        return profile.entries.map { name, entry in
            [
                "operation": name, "calls": Double(entry.calls) / steps,
                "ms": entry.seconds / steps * 1000, "gflop": entry.flops / steps / 1e9,
                "megabytes": entry.bytes / steps / 1e6,
                "floor_ms": limits.floor(of: entry) / steps * 1000,
            ]
        }
    }
}
