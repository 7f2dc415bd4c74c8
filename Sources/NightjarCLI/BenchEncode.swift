import ArgumentParser
import Foundation
import Naming
import Telemetry
import Tokenizers

/// `nightjar bench encode`: how fast text becomes ids, on one thread.
struct BenchEncode: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Times the encoding of text on one thread.",
        discussion: """
            The text is encoded as documents, each cut at the first line end after --piece bytes. \
            Without --text it is made from a seed; without --tokenizer a byte-level BPE vocabulary \
            of up to 50,000 ids is learned from the text. The first round fills the cache of words, \
            the median of the others counts.
            """)

    /// Bytes of text that are made where none is given.
    private static let madeBytes = 12 << 20

    @Option(help: "As of tokenize encode; learned from the text when absent.")
    var tokenizer: String?

    @Option(help: "A file of plain text; made when absent.")
    var text: String?

    @Option(help: "Documents end at the first line end after so many bytes.")
    var piece = 4096

    @Option(help: "Rounds over the text that count; one more comes first.")
    var rounds = 7

    @Option(help: "Leaves tokenizer.json, text.txt and ids.i32 in this folder, for others.")
    var save: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    mutating func validate() throws {
        guard (1...1_000_000).contains(rounds) else {
            throw ValidationError("--rounds is \(rounds); take 1 to 1000000.")
        }
        guard (1...1 << 40).contains(piece) else {
            throw ValidationError("--piece is \(piece); take at least 1.")
        }
    }

    mutating func run() throws {
        let bytes = try readText()
        let documents = Self.documents(of: bytes, piece: piece)
        let tokenizer = try readTokenizer(documents.map { bytes[$0] })
        var ids: [Int32] = []
        var rounds: [Round] = []
        for _ in 0...self.rounds {
            ids.removeAll(keepingCapacity: true)
            rounds.append(Self.encode(bytes, documents, tokenizer, &ids))
        }
        if let save { try leave(bytes, tokenizer, ids, in: save) }
        try report(rounds, bytes.count, tokenizer, ids)
    }

    private struct Round {
        var seconds: Double
        /// Time that this thread had a core.
        var coreSeconds: Double
    }

    private func readText() throws -> [UInt8] {
        guard let text else {
            var made = BenchText()
            return made.next(Self.madeBytes)
        }
        guard let data = FileManager.default.contents(atPath: text), !data.isEmpty else {
            throw ValidationError("--text \(text) cannot be read, or is empty.")
        }
        return Array(data)
    }

    /// The ranges of documents: each ends with a line feed, but perhaps the last.
    private static func documents(of bytes: [UInt8], piece: Int) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        while start < bytes.count {
            let most = min(start + piece, bytes.count)
            let end = bytes[most...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
            ranges.append(start..<end)
            start = end
        }
        return ranges
    }

    private func readTokenizer(_ documents: [ArraySlice<UInt8>]) throws -> any Tokenizer {
        if let tokenizer { return try TokenizerLoader.load(tokenizer) }
        var trainer = try BytePairTrainer(.init(vocabularySize: 50_000))
        for document in documents { document.withUnsafeBufferPointer { trainer.count($0) } }
        return try trainer.learn()
    }

    private static func encode(
        _ bytes: [UInt8], _ documents: [Range<Int>], _ tokenizer: any Tokenizer,
        _ ids: inout [Int32]
    ) -> Round {
        bytes.withUnsafeBufferPointer { text in
            let clock = Stopwatch()
            let start = coreSeconds()
            for document in documents {
                tokenizer.encode(UnsafeBufferPointer(rebasing: text[document]), into: &ids)
            }
            return Round(seconds: clock.elapsedSeconds, coreSeconds: coreSeconds() - start)
        }
    }

    private static func coreSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private func leave(
        _ bytes: [UInt8], _ tokenizer: any Tokenizer, _ ids: [Int32], in folder: String
    ) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let place = URL(filePath: folder)
        for file in try tokenizer.huggingFaceFiles() {
            try Data(file.contents).write(to: place.appending(path: file.name))
        }
        try Data(bytes).write(to: place.appending(path: "text.txt"))
        try Data(Self.stored(ids)).write(to: place.appending(path: "ids.i32"))
    }

    /// Four bytes an id, the lowest first.
    private static func stored(_ ids: [Int32]) -> [UInt8] {
        ids.flatMap { id in withUnsafeBytes(of: id.littleEndian) { Array($0) } }
    }

    private func report(
        _ rounds: [Round], _ size: Int, _ tokenizer: any Tokenizer, _ ids: [Int32]
    ) throws {
        let seconds = rounds.dropFirst().map(\.seconds).sorted()
        let coreSeconds = rounds.dropFirst().map(\.coreSeconds).sorted()
        let median = seconds[seconds.count / 2]
        let megabytes = Double(size) / 1e6
        let figures: [(String, Double, Int)] = [
            ("mb_per_second", megabytes / median, 1),
            ("mb_per_second_best", megabytes / seconds[0], 1),
            ("mb_per_second_first", megabytes / rounds[0].seconds, 1),
            ("mb_per_core_second", megabytes / coreSeconds[coreSeconds.count / 2], 1),
            ("tokens_per_second", Double(ids.count) / median, 0),
            ("bytes_per_token", Double(size) / Double(max(ids.count, 1)), 3),
        ]
        let counts = [
            ("text_bytes", size), ("tokens", ids.count), ("vocabulary", tokenizer.vocabularySize),
            ("peak_rss_mib", Int(ResourceUsage.now().peakResidentMiB)),
        ]
        let names = [
            ("text", text ?? "made from a seed"),
            ("tokenizer", self.tokenizer ?? "learned from the text"),
            ("ids_xxh3", ContentHash(of: Self.stored(ids)).hex),
        ]
        if json {
            var object: [String: Any] = [:]
            for (name, value, _) in figures { object[name] = value }
            for (name, value) in counts { object[name] = value }
            for (name, value) in names { object[name] = value }
            return try Output.json(object)
        }
        var table = AlignedTable(columns: ["", ""])
        for (name, value, digits) in figures {
            table.add([name, HumanFormat.fixed(value, digits: digits)])
        }
        for (name, value) in counts { table.add([name, String(value)]) }
        for (name, value) in names { table.add([name, value]) }
        try Output.text(table.render() + "\n")
    }
}
