import ArgumentParser
import Corpora
import Foundation
import Telemetry
import Tokenizers

/// `nightjar bench corpus`: opening and reading a large tokenized corpus.
struct BenchCorpus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "corpus",
        abstract: "Times opening a tokenized corpus, and reading batches from it.",
        discussion: """
            Text is made from a seed, tokenized byte by byte (two bytes an id) into a corpus of \
            --megabytes, and opened as a run opens it: from the files of the source, checked \
            against the cache, to the first id. Cold opens come after the pages of its files left \
            the memory. Opening reads headers and tables of hashes; every MiB of ids is checked \
            against its hash when a batch first touches it, which the first reading pays for. The \
            same tokens are then read as 10 and as 10,000 sources of a mix, what mixing costs a step.
            """)

    @Option(help: "The size of the tokenized corpus in MB (10^6 bytes).")
    var megabytes = 1000

    @Option(help: "Opens that count, warm and cold each.")
    var opens = 11

    @Option(help: "Batches to read, 8 rows of 512 tokens each.")
    var batches = 4000

    @Option(help: "Where the corpus is kept, and found again; a folder that goes when absent.")
    var folder: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    mutating func validate() throws {
        for (name, value, most) in [
            ("--megabytes", megabytes, 1_000_000), ("--opens", opens, 100_000),
            ("--batches", batches, 100_000_000),
        ] where !(1...most).contains(value) {
            throw ValidationError("\(name) is \(value); take 1 to \(most).")
        }
    }

    mutating func run() throws {
        let place =
            folder
            ?? FileManager.default.temporaryDirectory.appending(
                path: "nightjar-bench-\(UUID().uuidString)"
            ).path
        defer { if folder == nil { try? FileManager.default.removeItem(atPath: place) } }
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let source = try source(in: place)
        let cache = CorpusCache(folder: place + "/cache")
        let display = ProgressDisplay(plainInterval: .init(steps: .max))
        var made: Made?
        let building = Stopwatch()
        do {
            let corpus = try cache.corpus(source, tokenizer: ByteTokenizer()) { progress in
                display.update(
                    ProgressState(
                        title: "tokenizing", step: progress.bytesRead,
                        totalSteps: progress.bytesTotal))
            }
            // The corpus is closed here: what a map holds cannot leave memory.
            made = Made(corpus, seconds: corpus.wasCached ? nil : building.elapsedSeconds)
        }
        display.finish()
        guard let made else { return }
        var figures: [(String, Double, Int)] = []
        for (name, isCold) in [("warm", false), ("cold", true)] {
            let times = try (0..<opens).map { _ in try open(cache, source, made, isCold: isCold) }
                .sorted()
            figures.append(("open_\(name)_ms", times[times.count / 2] * 1000, 3))
            figures.append(("open_\(name)_longest_ms", times[times.count - 1] * 1000, 3))
        }
        let shard = try reopened(cache, source)
        for name in ["first", "again"] {
            let speeds = try read(shard)
            figures.append(("first_batch_ms_\(name)", speeds.firstSeconds * 1000, 2))
            figures.append(("batches_per_second_\(name)", speeds.batches, 0))
            figures.append(("tokens_per_second_\(name)", speeds.batches * 4096, 0))
        }
        for count in [10, 10_000] where shard.documentCount >= count {
            figures.append(("batch_ms_\(count)_sources", try mix(shard, of: count) * 1000, 3))
        }
        let checking = Stopwatch()
        try shard.verify()
        figures.append(("verify_s", checking.elapsedSeconds, 2))
        if let seconds = made.seconds { figures.append(("build_s", seconds, 1)) }
        figures.append(("file_mb", Double(made.bytes) / 1e6, 1))
        figures.append(("tokens", Double(shard.tokenCount), 0))
        try report(figures)
    }

    /// What is remembered of a corpus that was closed.
    private struct Made {
        var paths: [String]
        var fingerprint: String
        var bytes: Int
        /// To tokenize it; nil where it was there.
        var seconds: Double?

        init(_ corpus: Corpus, seconds: Double?) {
            paths = [corpus.train.path, corpus.validation.path]
            fingerprint = corpus.train.fingerprint
            bytes = corpus.train.fileBytes + corpus.validation.fileBytes
            self.seconds = seconds
        }
    }

    /// A file of text with documents apart at empty lines, written where it is not there yet.
    private func source(in folder: String) throws -> Source {
        // Two bytes an id and 32 a document of about 500: 2.06 bytes of corpus a byte of text.
        let wanted = megabytes * 1_000_000 / 206 * 100
        let path = "\(folder)/text-\(megabytes).txt"
        if !FileManager.default.fileExists(atPath: path) {
            let aside = path + ".partial"
            _ = FileManager.default.createFile(atPath: aside, contents: nil)
            let file = try FileHandle(forWritingTo: URL(filePath: aside))
            var text = BenchText()
            var written = 0
            while written < wanted {
                let block = text.next(min(8 << 20, wanted - written))
                try file.write(contentsOf: Data(block))
                written += block.count
            }
            try file.close()
            try FileManager.default.moveItem(atPath: aside, toPath: path)
        }
        return Source(name: "made", place: .files([path]), format: .text(.blankLines))
    }

    private func reopened(_ cache: CorpusCache, _ source: Source) throws -> TokenShard {
        guard let corpus = try cache.existing(source, tokenizer: ByteTokenizer()) else {
            throw ValidationError("The corpus in the cache has gone; leave its folder alone.")
        }
        return corpus.train
    }

    /// Seconds from the description of a source to an open corpus.
    private func open(
        _ cache: CorpusCache, _ source: Source, _ made: Made, isCold: Bool
    ) throws -> Double {
        if isCold {
            made.paths.forEach(Self.forget)
        }
        let clock = Stopwatch()
        let shard = try reopened(cache, source)
        let seconds = clock.elapsedSeconds
        guard shard.fingerprint == made.fingerprint else {
            throw ValidationError("The corpus in the cache changed; leave its folder alone.")
        }
        return seconds
    }

    /// Lets the pages of a file go from memory, as far as no map holds them.
    private static func forget(_ path: String) {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
        close(file)
    }

    private struct Speeds {
        var firstSeconds: Double
        var batches: Double
    }

    /// Reads batches on this thread, made when they are asked for.
    private func read(_ shard: TokenShard) throws -> Speeds {
        let loader = try BatchLoader(
            mix: Mix(shard), packing: Packing(length: 512, tokens: ByteTokenizer().specialTokens),
            rows: 8, seed: 1, prefetch: 0)
        let clock = Stopwatch()
        _ = try loader.next()
        let first = clock.elapsedSeconds
        for _ in 0..<batches { _ = try loader.next() }
        return Speeds(
            firstSeconds: first, batches: Double(batches) / (clock.elapsedSeconds - first))
    }

    /// Seconds a batch of a mix takes whose sources are stretches of the corpus, with unequal shares.
    private func mix(_ shard: TokenShard, of count: Int) throws -> Double {
        let parts = (0..<count).map { CorpusPart(of: shard, index: $0, count: count) }
        let loader = try BatchLoader(
            mix: Mix(parts, weights: (0..<count).map { 1 / Double($0 + 1) }),
            packing: Packing(length: 512, tokens: ByteTokenizer().specialTokens),
            rows: 8, seed: 1, prefetch: 0)
        _ = try loader.next()
        let asked = max(1, batches / 10)
        let clock = Stopwatch()
        for _ in 0..<asked { _ = try loader.next() }
        return clock.elapsedSeconds / Double(asked)
    }

    private func report(_ figures: [(String, Double, Int)]) throws {
        if json {
            var object: [String: Any] = ["batch": 8, "sequence": 512]
            for (name, value, _) in figures { object[name] = value }
            return try Output.json(object)
        }
        var table = AlignedTable(columns: ["", ""])
        for (name, value, digits) in figures {
            table.add([name, HumanFormat.fixed(value, digits: digits)])
        }
        try Output.text(table.render() + "\n")
    }
}
