import Naming
import Foundation
import Synchronization
import Testing

@testable import Corpora

@Suite struct CorpusCacheTests {
    let folder: TemporaryFolder
    let cache: CorpusCache
    let tokenizer = TestTokenizer()
    /// A hundred bytes.
    static let line = String(repeating: "line", count: 24) + "...\n"

    init() throws {
        folder = try TemporaryFolder()
        cache = CorpusCache(folder: folder.path + "/cache")
    }

    private func source(_ path: String, share: Double = 0.2) -> Source {
        Source(
            name: "poems", place: .files([path]), format: .text(.lines),
            split: ValidationSplit(share: share))
    }

    private func texts(_ shard: TokenShard) throws -> [String] {
        try (0..<shard.documentCount).map {
            let count = try shard.extent(ofDocument: $0).tokenCount
            return tokenizer.decode(
                try shard.run(ofDocument: $0, tokens: 0..<count).ids, skipsSpecialTokens: false)
        }
    }

    private func failure(_ source: Source) -> CorporaError? {
        do {
            _ = try cache.corpus(source, tokenizer: tokenizer)
            return nil
        } catch {
            return error as? CorporaError
        }
    }

    @Test func bothSidesHoldEveryDocumentOnceInOrder() throws {
        let lines = (0..<200).map { "line \($0)" }
        let path = try folder.write("a.txt", lines.joined(separator: "\n"))
        let corpus = try cache.corpus(source(path), tokenizer: tokenizer)
        let train = try texts(corpus.train)
        let validation = try texts(corpus.validation)
        #expect(!validation.isEmpty && validation.count < 80)
        #expect(lines.filter { Set(train).contains($0) } == train)
        #expect(lines.filter { Set(validation).contains($0) } == validation)
        #expect(train.count + validation.count == 200)
        #expect(corpus.report.documents == 200 && !corpus.wasCached)
    }

    @Test func aSecondRunOpensWithoutReading() throws {
        let path = try folder.write("a.txt", "one\ntwo\n\nthree\n")
        let first = try cache.corpus(source(path, share: 0), tokenizer: tokenizer)
        let second = try cache.corpus(source(path, share: 0), tokenizer: tokenizer) { _ in
            Issue.record("the source was read again")
        }
        #expect(second.wasCached && second.report == first.report)
        #expect(second.train.fingerprint == first.train.fingerprint)
        #expect(try cache.existing(source(path, share: 0), tokenizer: tokenizer) != nil)
    }

    @Test func aChangeOfFileSettingOrTokenizerIsNoticed() throws {
        let path = try folder.write("a.txt", "one\ntwo\nthree\n")
        let source = source(path, share: 0)
        _ = try cache.corpus(source, tokenizer: tokenizer)

        try folder.write("a.txt", "one\ntwo\nthree\nfour\n")
        #expect(try cache.existing(source, tokenizer: tokenizer) == nil)
        let grown = try cache.corpus(source, tokenizer: tokenizer)
        #expect(try texts(grown.train) == ["one", "two", "three", "four"])

        // The same size, another time.
        try folder.write("a.txt", "one\ntwo\nTHREE\nfour\n")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000)], ofItemAtPath: path)
        let touched = try cache.corpus(source, tokenizer: tokenizer)
        #expect(try texts(touched.train) == ["one", "two", "THREE", "four"])

        var other = source
        other.format = .text(.whole)
        #expect(try cache.existing(other, tokenizer: tokenizer) == nil)
        other = source
        other.split.seed = 5
        #expect(try cache.existing(other, tokenizer: tokenizer) == nil)
        var foreign = tokenizer
        foreign.fingerprint = "another"
        #expect(try cache.existing(source, tokenizer: foreign) == nil)
    }

    @Test func aDamagedCacheIsMadeAgainAndSaidSo() throws {
        let path = try folder.write("a.txt", "one\ntwo\n")
        let source = source(path, share: 0)
        let first = try cache.corpus(source, tokenizer: tokenizer)
        try #require(truncate(first.train.path, 100) == 0)
        let again = try cache.corpus(source, tokenizer: tokenizer)
        #expect(!again.wasCached && again.remarks.count == 1)
        #expect(again.remarks[0].contains(first.train.path))
        #expect(try texts(again.train) == ["one", "two"])
    }

    @Test func anInterruptedBuildLeavesNothingHalfOpen() throws {
        struct Interrupted: Error {}
        let path = try folder.write("a.txt", "one\ntwo\n")
        let source = source(path, share: 0)
        #expect(throws: Interrupted.self) {
            try cache.corpus(source, tokenizer: tokenizer) { _ in throw Interrupted() }
        }
        let left = try folder.names(in: "cache")
        #expect(left.allSatisfy { $0.hasSuffix(".lock") })
        #expect(try cache.existing(source, tokenizer: tokenizer) == nil)
    }

    @Test func whatAKilledBuildLeftIsRemovedAndNeverOpened() throws {
        let path = try folder.write("a.txt", "one\ntwo\n")
        let source = source(path, share: 0)
        let place = try cache.corpus(source, tokenizer: tokenizer).train.path
            .dropLast("/train.shard".count)
        // As after a SIGKILL between the shards and the rename, for this key and for another.
        try FileManager.default.moveItem(atPath: String(place), toPath: place + ".partial")
        try folder.write("cache/old-key.partial/train.shard.partial", "half")
        let corpus = try cache.corpus(source, tokenizer: tokenizer)
        #expect(!corpus.wasCached)
        #expect(try folder.names(in: "cache").allSatisfy { !$0.hasSuffix(".partial") })
    }

    @Test func aBuildInProgressElsewhereIsWaitedForAndShared() throws {
        let path = try folder.write("a.txt", (0..<500).map { "line \($0)\n" }.joined())
        let source = source(path)
        let builds = Mutex(0)
        let fingerprints = Mutex<[String]>([])
        let cache = cache
        let tokenizer = tokenizer
        DispatchQueue.concurrentPerform(iterations: 4) { _ in
            let corpus = try? cache.corpus(source, tokenizer: tokenizer)
            if corpus?.wasCached == false { builds.withLock { $0 += 1 } }
            fingerprints.withLock { $0.append(corpus?.train.fingerprint ?? "failed") }
        }
        #expect(builds.withLock { $0 } == 1)
        #expect(Set(fingerprints.withLock { $0 }).count == 1)
    }

    @Test func anEmptyCorpusIsAnErrorWithItsCauses() throws {
        let path = try folder.write("a.jsonl", "{\"body\": \"x\"}\n{\"body\": \"y\"}\n")
        var rows = source(path)
        rows.format = .jsonLines(field: "text")
        let error = failure(rows)
        #expect(error?.code == .emptyCorpus && error?.isUserMistake == true)
        #expect(error?.message.contains("no 'text'; it has 'body'") == true)
        #expect(failure(Source(name: "s", place: .memory([])))?.code == .emptyCorpus)
    }

    @Test func aCorpusWhollyHeldOutIsAnError() throws {
        let path = try folder.write("a.txt", "one\n")
        let seed = (0..<100).first {
            ValidationSplit(share: 0.5, seed: $0).holdsOut(
                contentHash: ContentHash.xxh3(Array("one".utf8)))
        }
        var source = source(path)
        source.split = ValidationSplit(share: 0.5, seed: try #require(seed))
        let error = failure(source)
        #expect(error?.code == .emptyCorpus)
        #expect(error?.message.contains("validation side") == true)
    }

    @Test func documentsWithoutTokensAreCounted() throws {
        let path = try folder.write("a.txt", "one\n##\ntwo\n")
        var tokenizer = tokenizer
        tokenizer.silent = [0x23]
        let corpus = try cache.corpus(source(path, share: 0), tokenizer: tokenizer)
        #expect(corpus.report.documents == 2 && corpus.train.documentCount == 2)
        #expect(corpus.report.drops.map(\.cause) == [.noTokens])
        #expect(corpus.report.drops[0].firstCases == ["\(path):2: the tokenizer gave none"])
        #expect(corpus.report.textBytes == 6 && corpus.train.byteCount == 6)
    }

    @Test func aTokenizerThatLeavesItsVocabularyIsRefused() throws {
        let path = try folder.write("a.txt", "one\n")
        var broken = tokenizer
        broken.shift = 1000
        #expect(throws: CorporaError.self) {
            try cache.corpus(source(path, share: 0), tokenizer: broken)
        }
    }

    @Test func aFileThatGrowsWhileItIsReadIsAnError() throws {
        let path = try folder.write("a.txt", String(repeating: Self.line, count: 100_000))
        let source = source(path, share: 0)
        do {
            _ = try cache.corpus(source, tokenizer: tokenizer) { _ in
                let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
                try handle.seekToEnd()
                try handle.write(contentsOf: Data("more\n".utf8))
                try handle.close()
            }
            Issue.record("nothing was thrown")
        } catch let error as CorporaError {
            #expect(error.code == .changedWhileRead)
        }
    }

    @Test func shardsAreTheSameBytesEveryTime() throws {
        let path = try folder.write("a.txt", (0..<3000).map { "line \($0)\n" }.joined())
        func bytes() throws -> [Data] {
            try FileManager.default.removeItem(atPath: cache.folder)
            let corpus = try cache.corpus(source(path), tokenizer: tokenizer)
            return try [corpus.train.path, corpus.validation.path].map {
                try Data(contentsOf: URL(fileURLWithPath: $0))
            }
        }
        try FileManager.default.createDirectory(
            atPath: cache.folder, withIntermediateDirectories: true)
        #expect(try bytes() == bytes())
    }

    @Test func progressReachesTheWhole() throws {
        let path = try folder.write("a.txt", String(repeating: Self.line, count: 100_000))
        var seen: [BuildProgress] = []
        _ = try cache.corpus(source(path, share: 0), tokenizer: tokenizer) { seen.append($0) }
        #expect(seen.count >= 2)
        #expect(seen.last?.bytesRead == 10_000_000 && seen.last?.bytesTotal == 10_000_000)
        #expect(seen.last?.documents == 100_000 && seen.last?.tokens == 9_900_000)
        #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.bytesRead <= $1.bytesRead })
    }
}
