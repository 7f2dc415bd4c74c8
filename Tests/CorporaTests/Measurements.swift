import Foundation
import Testing

@testable import Corpora

/// Figures rather than laws, printed when asked for:
/// `NIGHTJAR_MEASURE=1 swift test -c release -Xswiftc -enable-testing --filter Measurements`.
@Suite(
    .enabled(if: ProcessInfo.processInfo.environment["NIGHTJAR_MEASURE"] != nil),
    .serialized)
struct Measurements {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func seconds(_ work: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        return try clock.measure(work) / .seconds(1)
    }

    private func residentMiB() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) / 256
    }

    /// A shard of so many tokens of two bytes each, in documents of 700.
    private func makeShard(tokens: Int) throws -> String {
        let path = folder.path + "/large.shard"
        let writer = try ShardWriter(
            path: path, vocabularySize: 4096, tokenizerFingerprint: "t", sourceKey: "k")
        let ids = (0..<700).map { Int32($0 * 37 % 4096) }
        let document = Document(
            utf8: Array("x".utf8), origin: DocumentOrigin(source: "s", file: "f", line: 1))
        for _ in 0..<tokens / 700 { try writer.append(ids, of: document) }
        try writer.finish()
        return path
    }

    @Test func openingALargeShard() throws {
        let path = try makeShard(tokens: 250_000_000)
        var size = 0
        let times = try (0..<5).map { _ in
            try seconds { size = try TokenShard(path: path, name: "s").fileBytes }
        }
        print("open \(size >> 20) MiB: \(times.sorted()[2] * 1e3) ms, first \(times[0] * 1e3) ms")
        let shard = try TokenShard(path: path, name: "s")
        let loader = try BatchLoader(
            mix: Mix(shard), packing: Packing(length: 512, end: 0), rows: 8, seed: 1, prefetch: 0)
        let first = try seconds { _ = try loader.next() }
        let steps = 5000
        let rest = try seconds { for _ in 0..<steps { _ = try loader.next() } }
        let far = try seconds {
            _ = try BatchLoader(
                mix: Mix(shard), packing: Packing(length: 512, end: 0), rows: 8, seed: 1,
                prefetch: 0, from: loader.state
            ).next()
        }
        print(
            "first batch \(first * 1e3) ms; \(Double(steps * 4096) / rest / 1e6) M tokens/s; "
                + "resume after \(steps) batches \(far * 1e3) ms; verify "
                + "\(try seconds { try shard.verify() }) s; resident \(residentMiB()) MiB")
    }

    @Test func readingAndWritingALargeSource() throws {
        let row =
            #"{"id": 17, "text": ""# + String(repeating: "some text \\n with é ", count: 100)
            + "\", \"meta\": {\"a\": [1, 2, 3]}}\n"
        let path = folder.path + "/rows.jsonl"
        let file = try OpenFile(creating: path)
        let block = Array(String(repeating: row, count: 500).utf8)
        for _ in 0...(1 << 30) / block.count { try block.withUnsafeBytes(file.write) }
        let source = Source(name: "s", place: .files([path]))
        let before = residentMiB()
        var report = ReadReport()
        let reading = try seconds { report = try DocumentReader(source).read { _, _ in } }
        let peak = residentMiB()
        var corpus: Corpus?
        let building = try seconds {
            corpus = try CorpusCache(folder: folder.path).corpus(
                source, tokenizer: TestTokenizer())
        }
        let again = try seconds {
            _ = try CorpusCache(folder: folder.path).corpus(source, tokenizer: TestTokenizer())
        }
        let bytes = Double(report.bytes) / 1e6
        print(
            "\(report.documents) rows: read \(bytes / reading) MB/s; to shards of bytes "
                + "\(bytes / building) MB/s; cached \(again * 1e3) ms; resident \(before) MiB "
                + "before, \(peak) after reading, \(residentMiB()) after building; "
                + "\(corpus?.train.tokenCount ?? 0) tokens")
    }

    @Test func aMixOfTenThousandSources() throws {
        let sources = try (0..<10_000).map { try LoaderFixtures.tokens("s\($0)", [300, 200]) }
        let mix = try Mix(sources, weights: sources.indices.map { Double($0 % 7 + 1) })
        let loader = try BatchLoader(
            mix: mix, packing: Packing(length: 512, end: 0), rows: 8, seed: 1, prefetch: 0)
        let time = try seconds { for _ in 0..<100 { _ = try loader.next() } }
        print("10,000 sources: \(time * 10) ms a batch of 8 x 512")
    }
}
