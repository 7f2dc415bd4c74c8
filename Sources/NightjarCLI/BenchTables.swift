import ArgumentParser
import Tensors

/// `nightjar bench all`: every figure of training, sampling and text that the README has.
struct BenchAll: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "all",
        abstract: "Measures training, sampling and text, each in a process of its own.")

    @Flag(help: "Print one JSON object a line.")
    var json = false

    /// Width 512, eight layers: large enough for its products to be what takes the time.
    static let shape = "512,8,8,8,1376,4096,8,512"

    mutating func run() throws {
        func train(_ shape: String, _ kind: String) -> [String] {
            ["train", "--shape", shape, "--dtype", kind, "--steps", "3"]
        }
        let training = [
            ("tokens_per_second", 1), ("gflops", 1), ("mfu", 2), ("peak_rss_mib", 0),
        ]
        func generate(_ batch: Int, _ more: String...) -> [String] {
            ["generate", "--shape", Self.shape, "--batch", String(batch)] + more
        }
        try BenchSeries(rows: [
            BenchRow(name: "train f32", arguments: train(Self.shape, "f32"), figures: training),
            BenchRow(name: "train bf16", arguments: train(Self.shape, "bf16"), figures: training),
            BenchRow(
                name: "train 110 M parameters, bf16",
                arguments: train("768,12,12,12,2048,32000,4,1024", "bf16"), figures: training),
            BenchRow(
                name: "train at 4,096 tokens, bf16",
                arguments: train("512,8,8,8,1376,4096,1,4096", "bf16"), figures: training),
            BenchRow(name: "sample 32 at a time", arguments: generate(32)),
            BenchRow(name: "sample one, bf16", arguments: generate(1, "--dtype", "bf16")),
            BenchRow(
                name: "sample one, int8 weights", arguments: generate(1, "--weights", "int8")),
            BenchRow(
                name: "encode text", arguments: ["encode"],
                figures: [("mb_per_second", 1), ("tokens_per_second", 0)]),
            BenchRow(
                name: "open a corpus of 1 GB", arguments: ["corpus"],
                figures: [("open_warm_ms", 3), ("open_cold_ms", 3)]),
        ]).run(json: json)
    }
}

/// `nightjar bench ladder`: what each switch of a training run does to speed and memory.
struct BenchLadder: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ladder", abstract: "Turns the switches of training one at a time.")

    @Option(help: BenchShape.help)
    var shape = BenchAll.shape

    @Flag(help: "Print one JSON object a line.")
    var json = false

    mutating func validate() throws {
        guard BenchShape(argument: shape) != nil else {
            throw ValidationError("--shape takes eight sizes, as in \(BenchAll.shape).")
        }
    }

    mutating func run() throws {
        let batch = String(BenchShape(argument: shape)?.batch ?? 1)
        let base = ["train", "--shape", shape, "--steps", "3"]
        let figures = [("tokens_per_second", 1), ("peak_rss_mib", 0)]
        func row(_ name: String, threads: Int? = nil, _ more: [String]) -> BenchRow {
            BenchRow(name: name, arguments: base + more, threads: threads, figures: figures)
        }
        try BenchSeries(rows: [
            row(
                "one thread, the batch at once", threads: 1, ["--dtype", "f32", "--micro", batch]),
            row("+ every thread", ["--dtype", "f32", "--micro", batch]),
            row("+ micro-batches by size", ["--dtype", "f32"]),
            row("+ bf16 weights and activations", ["--dtype", "bf16"]),
            row("+ a row a pass", ["--dtype", "bf16", "--micro", "1"]),
            row(
                "+ activations computed again", ["--dtype", "bf16", "--micro", "1", "--recompute"]),
        ]).run(json: json)
    }
}

/// `nightjar bench lora`: training adapters against training every weight.
struct BenchLoRA: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lora",
        abstract: "Times adapters of rank 16 against training every weight, with peak memory.")

    @Option(help: BenchShape.help)
    var shape = "768,12,12,12,2048,32000,4,512"

    @Option(name: .customLong("dtype"), help: "auto, f32 or bf16.")
    var precision = PrecisionArgument.auto

    @Flag(help: "Print one JSON object a line.")
    var json = false

    mutating func validate() throws {
        guard BenchShape(argument: shape) != nil else {
            throw ValidationError("--shape takes eight sizes, as in \(BenchAll.shape).")
        }
    }

    mutating func run() throws {
        let base = [
            "train", "--shape", shape, "--dtype", precision.rawValue, "--steps", "3", "--micro",
            "1",
        ]
        func row(_ name: String, _ more: String...) -> BenchRow {
            BenchRow(
                name: name, arguments: base + more,
                figures: [
                    ("step_ms", 0), ("tokens_per_second", 1), ("trained_parameters", 0),
                    ("peak_rss_mib", 0),
                ])
        }
        try BenchSeries(rows: [
            row("every weight"),
            row("LoRA", "--lora", "16"),
            row("LoRA, base of 8 bits", "--lora", "16", "--base", "int8"),
            row("the same, computed again", "--lora", "16", "--base", "int8", "--recompute"),
            row("DoRA", "--lora", "16", "--dora"),
        ]).run(json: json)
    }
}

/// `nightjar bench growth`: how speed changes with the sizes of a model and of its input.
struct BenchGrowth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "growth",
        abstract: "Times training over width, depth, sequence and threads.")

    @Option(name: .customLong("dtype"), help: "auto, f32 or bf16.")
    var precision = PrecisionArgument.auto

    @Flag(help: "Print one JSON object a line.")
    var json = false

    mutating func run() throws {
        func row(
            _ name: String, width: Int = 512, layers: Int = 4, batch: Int = 4, time: Int = 256,
            threads: Int? = nil
        ) -> BenchRow {
            // Heads of 64; the feed-forward part 8/3 as wide, as Llama has it.
            let heads = width / 64
            let inner = (width * 8 / 3 + 31) / 32 * 32
            let shape = [width, layers, heads, heads, inner, 4096, batch, time]
            return BenchRow(
                name: name,
                arguments: [
                    "train", "--shape", shape.map(String.init).joined(separator: ","), "--dtype",
                    precision.rawValue, "--steps", "3",
                ],
                threads: threads,
                figures: [
                    ("tokens_per_second", 1), ("gflops", 1), ("mfu", 2), ("peak_rss_mib", 0),
                ])
        }
        var rows = [256, 512, 768, 1024].map { row("width \($0)", width: $0) }
        rows += [2, 4, 8, 16].map { row("depth \($0)", layers: $0) }
        rows += [(16, 64), (4, 256), (1, 1024), (1, 4096)].map { batch, time in
            row("sequence \(time), \(batch) a step", batch: batch, time: time)
        }
        let most = CPUBackend.shared.description.threadCount
        let teams: Set<Int> = [1, min(2, most), max(most / 2, 1), most]
        rows += teams.sorted().map { count in row("threads \(count)", threads: count) }
        try BenchSeries(rows: rows).run(json: json)
    }
}
