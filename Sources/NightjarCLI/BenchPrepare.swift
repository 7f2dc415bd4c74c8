import ArgumentParser
import Corpora
import Foundation
import Preparation
import Telemetry
import Tensors

/// `nightjar bench prepare`: how fast text is taken through filters.
struct BenchPrepare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Times exact and near duplicates, and the usual steps, from file to file.",
        discussion: """
            A corpus of --megabytes is made from a seed: documents of 500 to 5,000 bytes, of which one \
            in ten is a copy of an earlier one and one in ten nearly one. Each line is a preparation \
            from that file into another, reading and writing included; MB are 10^6 bytes of the file. \
            The peak of memory is the process's up to then: for that of one kind, measure it alone.
            """)

    /// What is measured.
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        /// No step: reading and writing.
        case copy
        /// Exact duplicates.
        case exact
        /// Near duplicates.
        case near
        /// Length, repetition, symbols, mojibake, exact and near duplicates, personal data.
        case usual
    }

    @Option(help: "The size of the corpus in MB (10^6 bytes).")
    var megabytes = 100

    @Option(help: "What to measure, one or more of copy, exact, near, usual, with commas between.")
    var kinds = "copy,exact,near,usual"

    @Option(help: "Numbers of threads, with commas between.")
    var threads = "1,2"

    @Option(help: "Where the corpus is kept, and found again; a folder that goes when absent.")
    var folder: String?

    @Flag(help: "Print one JSON object a line.")
    var json = false

    private var chosen: [Kind] { kinds.split(separator: ",").compactMap { Kind(rawValue: String($0)) } }
    private var counts: [Int] { threads.split(separator: ",").compactMap { Int($0) } }

    mutating func validate() throws {
        guard (1...1_000_000).contains(megabytes) else {
            throw ValidationError("--megabytes is \(megabytes); take 1 to 1000000.")
        }
        guard !chosen.isEmpty, chosen.count == kinds.split(separator: ",").count else {
            throw ValidationError(
                "--kinds is \(kinds); take of \(Kind.allCases.map(\.rawValue).joined(separator: ",")).")
        }
        guard !counts.isEmpty, counts.count == threads.split(separator: ",").count,
            counts.allSatisfy((1...256).contains)
        else { throw ValidationError("--threads is \(threads); take numbers from 1 to 256.") }
    }

    mutating func run() throws {
        let place =
            folder
            ?? FileManager.default.temporaryDirectory.appending(
                path: "nightjar-bench-\(UUID().uuidString)"
            ).path
        defer { if folder == nil { try? FileManager.default.removeItem(atPath: place) } }
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let corpus = try corpus(in: place)
        var table = AlignedTable(
            columns: ["steps", "threads", "MB/s", "documents", "left", "peak MiB"])
        for kind in chosen {
            for count in counts {
                let out = place + "/prepared"
                try? FileManager.default.removeItem(atPath: out)
                let measured = try measure(kind, threads: count, corpus, out)
                try? FileManager.default.removeItem(atPath: out)
                if json {
                    try Output.json([
                        "steps": kind.rawValue, "threads": count,
                        "mb_per_second": measured.megabytes / measured.seconds,
                        "seconds": measured.seconds, "documents": measured.report.documents,
                        "kept": measured.report.kept, "peak_rss_mib": measured.peak,
                    ])
                }
                table.add([
                    kind.rawValue, "\(count)",
                    HumanFormat.fixed(measured.megabytes / measured.seconds, digits: 1),
                    "\(measured.report.documents)", "\(measured.report.kept)",
                    HumanFormat.fixed(measured.peak, digits: 0),
                ])
            }
        }
        if !json { try Output.text(table.render() + "\n") }
    }

    private struct Measured {
        var report: PreparationReport
        var seconds: Double
        var megabytes: Double
        var peak: Double
    }

    private func measure(
        _ kind: Kind, threads: Int, _ corpus: String, _ out: String
    ) throws -> Measured {
        let source = Source(
            name: "made", place: .files([corpus]), format: .jsonLines(field: "text"))
        var plan = PreparationPlan(sources: [source], steps: Self.steps(kind))
        plan.threads = threads
        let run = try PreparationRun(plan, folder: out)
        let display = ProgressDisplay(plainInterval: .init(steps: .max))
        let clock = Stopwatch()
        let ending = try run.run { progress in
            display.update(
                ProgressState(
                    title: "\(kind.rawValue), threads \(threads)", step: progress.bytesRead >> 20,
                    totalSteps: max(1, progress.bytesTotal >> 20)))
            return true
        }
        let seconds = clock.elapsedSeconds
        display.finish()
        guard case .finished(let report) = ending else {
            preconditionFailure("a new folder holds no preparation, and nobody asks this one to stop")
        }
        return Measured(
            report: report, seconds: seconds, megabytes: Double(report.sources[0].read.bytes) / 1e6,
            peak: ResourceUsage.now().peakResidentMiB)
    }

    private static func steps(_ kind: Kind) -> [any PreparationStep] {
        switch kind {
        case .copy: []
        case .exact: [ExactDuplicates()]
        case .near: [NearDuplicates()]
        case .usual:
            [
                FilterStep(LengthFilter()), FilterStep(RepetitionFilter()),
                FilterStep(SymbolFilter()), FilterStep(MojibakeFilter()), ExactDuplicates(),
                NearDuplicates(), FilterStep(PersonalDataFilter()),
            ]
        }
    }

    /// The corpus, written where it is not there yet.
    private func corpus(in folder: String) throws -> String {
        let path = "\(folder)/documents-\(megabytes).jsonl"
        guard !FileManager.default.fileExists(atPath: path) else { return path }
        let aside = path + ".partial"
        _ = FileManager.default.createFile(atPath: aside, contents: nil)
        let file = try FileHandle(forWritingTo: URL(filePath: aside))
        var documents = BenchDocuments()
        var written = 0
        while written < megabytes * 1_000_000 {
            let block = documents.next(8 << 20)
            try file.write(contentsOf: Data(block))
            written += block.count
        }
        try file.close()
        try FileManager.default.moveItem(atPath: aside, toPath: path)
        return path
    }
}

/// Documents as lines of JSON, made from a seed: some come again, and some nearly.
private struct BenchDocuments {
    private var text = BenchText()
    private var random = RandomStream(seed: 2, name: "benchmark documents")
    /// Documents that may come again.
    private var earlier: [[UInt8]] = []
    private static let remembered = 1000

    /// So many bytes or a few more, whole lines.
    mutating func next(_ count: Int) -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(count + 16384)
        while lines.count < count { add(to: &lines) }
        return lines
    }

    private mutating func add(to lines: inout [UInt8]) {
        let chance = random.next() % 10
        var document: [UInt8]
        if chance < 2, !earlier.isEmpty {
            document = earlier[Int(random.next() % UInt64(earlier.count))]
            if chance == 1 { document += Array(" This is where it ends, this time.".utf8) }
        } else {
            document = text.next(500 + Int(random.next() % 4500))
            if random.next() % 50 == 0 { document += Array("Write to someone@example.org.".utf8) }
            if earlier.count < Self.remembered {
                earlier.append(document)
            } else {
                earlier[Int(random.next() % UInt64(Self.remembered))] = document
            }
        }
        lines += Array("{\"text\":\"".utf8)
        for byte in document {
            // Nothing else of what stands in such a text needs an escape.
            if byte == 0x0A { lines += [0x5C, 0x6E] } else { lines.append(byte) }
        }
        lines += Array("\"}\n".utf8)
    }
}
