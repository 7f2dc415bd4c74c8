import Corpora
import Foundation
import TestSupport
import Testing

@testable import Preparation

/// Documents of one source, a line each.
func documents(_ texts: [String], source: String = "s", from first: Int = 1) -> [Document] {
    texts.enumerated().map { index, text in
        Document(
            utf8: Array(text.utf8),
            origin: DocumentOrigin(source: source, file: "a.jsonl", line: first + index))
    }
}

extension [Verdict] {
    var areKept: [Bool] {
        map { verdict in
            if case .drop = verdict { false } else { true }
        }
    }
}

@Suite struct CompactIndexTests {
    /// The slow twin is a dictionary of lists.
    @Test func findsWhatADictionaryFinds() {
        var random = SplitMix64(seed: 3)
        var index = CompactIndex()
        var twin: [UInt64: [Int]] = [:]
        for number in 0..<20_000 {
            // A few hundred hashes share the bits that a slot keeps.
            let hash = random.integer(in: 0..<5) == 0 ? UInt64(number % 300) : random.next()
            if (twin[hash]?.count ?? 0) < CompactIndex.mostCandidates {
                index.insert(number, under: hash)
                twin[hash, default: []].append(number)
            }
        }
        for (hash, numbers) in twin {
            var found: [Int] = []
            index.forEachCandidate(of: hash) { number in
                found.append(number)
                return true
            }
            #expect(numbers.allSatisfy(found.contains), "\(hash)")
            #expect(found == found.sorted())
        }
        // 8 bytes an entry with little air, and parts that begin small.
        #expect(index.byteCount < 20_000 * 8 * 2)
    }
}

@Suite struct RecordLogTests {
    @Test func recordsAndPlacesComeBackAndUnsavedOnesAreForgotten() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("log").path
        func origin(_ number: Int) -> DocumentOrigin {
            DocumentOrigin(source: "s\(number / 3)", file: "f\(number / 2)", line: number + 1)
        }
        func put(_ log: RecordLog, _ numbers: Range<Int>) throws {
            for number in numbers {
                try withUnsafeBytes(of: UInt64(number)) { try log.append($0, of: origin(number)) }
            }
        }
        var saved = 0
        do {
            let log = try RecordLog(path: path, payloadBytes: 8, byteCount: 0)
            try put(log, 0..<5)
            saved = try log.save()
            try put(log, 5..<9)
            #expect(try log.place(8) == "f4:9")
        }
        let again = try RecordLog(path: path, payloadBytes: 8, byteCount: saved)
        #expect(again.count == 5)
        try put(again, 5..<7)
        var seen: [UInt64] = []
        try again.forEach { number, bytes in
            #expect(number == seen.count)
            seen.append(bytes.loadUnaligned(as: UInt64.self))
        }
        #expect(seen == Array(0..<7))
        #expect(try again.place(6) == "f3:7")
        try Data(count: 10).write(to: folder.file("log"))
        #expect(throws: CorporaError.self) {
            _ = try RecordLog(path: path, payloadBytes: 8, byteCount: saved)
        }
    }
}

@Suite struct ExactDuplicateTests {
    private func kept(_ normalization: ExactDuplicates.Normalization, _ texts: [String]) throws
        -> [Bool]
    {
        let folder = try TemporaryFolder()
        let step = ExactDuplicates(normalization: normalization)
        try step.open(path: folder.file("m").path, byteCount: 0)
        return try step.verdicts(on: documents(texts), threads: 2).areKept
    }

    @Test func normalizationSaysWhatIsTheSame() throws {
        let texts = ["A b.", "A  b.\n", "a b", "A b.", "a c"]
        #expect(try kept(.none, texts) == [true, true, true, false, true])
        #expect(try kept(.spaces, texts) == [true, false, true, false, true])
        #expect(try kept(.words, texts) == [true, false, false, false, true])
    }

    @Test func theFirstOneIsNamedAndEveryCopyFound() throws {
        let folder = try TemporaryFolder()
        let step = ExactDuplicates()
        try step.open(path: folder.file("m").path, byteCount: 0)
        var random = SplitMix64(seed: 8)
        let texts = (0..<3000).map { _ in "text \(random.integer(in: 0..<1500))" }
        var seen: [String: Int] = [:]
        for (first, part) in [(0, texts[..<1000]), (1000, texts[1000...])] {
            let verdicts = try step.verdicts(
                on: documents(Array(part), from: first + 1), threads: 2)
            for (index, verdict) in verdicts.enumerated() {
                let text = texts[first + index]
                guard let before = seen[text] else {
                    #expect(verdict == .keep)
                    seen[text] = first + index
                    continue
                }
                #expect(
                    verdict
                        == .drop(
                            .init("seen before", "the text of a.jsonl:\(before + 1)")))
            }
        }
    }
}

@Suite struct NearDuplicateTests {
    private func words(_ random: inout SplitMix64, _ count: Int) -> [String] {
        (0..<count).map { _ in "w\(random.integer(in: 0..<100_000))" }
    }

    /// The share of runs that both have, counted one by one.
    private func jaccard(_ a: [String], _ b: [String], _ n: Int) -> Double {
        func runs(_ words: [String]) -> Set<[String]> {
            Set((0...words.count - n).map { Array(words[$0..<$0 + n]) })
        }
        let (a, b) = (runs(a), runs(b))
        return Double(a.intersection(b).count) / Double(a.union(b).count)
    }

    /// The slow twin: each permutation of each run by itself.
    @Test(arguments: [(14, 8), (1, 1), (5, 3), (20, 5)])
    func signaturesAreThoseOfTheObviousLoop(bands: Int, rows: Int) {
        var random = SplitMix64(seed: 2)
        let minHash = MinHash(runWords: 3, bands: bands, rows: rows)
        for count in [1, 2, 3, 4, 50] {
            let text = Array(words(&random, count).joined(separator: " ").utf8)
            let found = text.withUnsafeBufferPointer { minHash.signature(of: $0) }
            let scanned = text.withUnsafeBufferPointer { WordScan.words(in: $0) }
            var hashes: [UInt32] = []
            RunHashes.forEach(min(3, count), of: scanned) { _, hash in
                hashes.append(UInt32(truncatingIfNeeded: hash))
            }
            let expected = (0..<bands * rows).map { lane in
                UInt16(
                    truncatingIfNeeded: hashes.map {
                        minHash.factors[lane] &* $0 &+ minHash.terms[lane]
                    }.min() ?? 0)
            }
            #expect(found == expected)
        }
    }

    @Test func lanesAgreeAsOftenAsRunsAreShared() {
        var random = SplitMix64(seed: 1)
        let minHash = MinHash(runWords: 5, bands: 64, rows: 16)
        var error = 0.0
        var rounds = 0.0
        for changes in [0, 1, 2, 4, 8, 16, 30] {
            let first = words(&random, 200)
            var second = first
            for _ in 0..<changes { second[random.integer(in: 0..<200)] = "new\(random.next())" }
            func signature(_ words: [String]) -> [UInt16] {
                Array(words.joined(separator: " ").utf8).withUnsafeBufferPointer {
                    minHash.signature(of: $0)
                } ?? []
            }
            let estimate = signature(first).withUnsafeBufferPointer { a in
                signature(second).withUnsafeBufferPointer { MinHash.similarity(a, $0) }
            }
            let truth = jaccard(first, second, 5)
            // 1,024 lanes have a standard error of at most 0.016.
            #expect(abs(estimate - truth) < 0.06, "\(changes) changes: \(estimate), \(truth)")
            error += abs(estimate - truth)
            rounds += 1
        }
        #expect(error / rounds < 0.025)
    }

    @Test func nearCopiesGoAndStrangersStay() throws {
        let folder = try TemporaryFolder()
        let step = NearDuplicates()
        try step.open(path: folder.file("m").path, byteCount: 0)
        var random = SplitMix64(seed: 5)
        var texts: [String] = []
        var isCopy: [Bool] = []
        for _ in 0..<300 {
            let original = words(&random, 150)
            texts.append(original.joined(separator: " "))
            isCopy.append(false)
            var copy = original
            copy[random.integer(in: 0..<150)] = "changed"
            texts.append(copy.joined(separator: " ") + ".")
            isCopy.append(true)
            // Half of it is another text: too far away to count.
            texts.append((Array(original[..<75]) + words(&random, 75)).joined(separator: " "))
            isCopy.append(false)
        }
        let verdicts = try step.verdicts(on: documents(texts), threads: 2)
        let wrong = zip(verdicts.areKept, isCopy).count { $0 == $1 }
        // One word of 150 leaves a similarity of 0.93 or so: 99.9 % of them meet in a band.
        #expect(wrong <= 2, "\(wrong) of 900")
        #expect(step.residentBytes > 0)
        guard case .drop(let reason) = verdicts[1] else {
            Issue.record("the first copy stays")
            return
        }
        #expect(reason.detail.hasSuffix(" like a.jsonl:1"))
    }

    @Test func shortTextsAndTextsWithoutWords() throws {
        let folder = try TemporaryFolder()
        let step = NearDuplicates()
        try step.open(path: folder.file("m").path, byteCount: 0)
        let texts = ["one two", "One, two!", "two one", "...", "!!!"]
        #expect(
            try step.verdicts(on: documents(texts), threads: 1).areKept
                == [true, false, true, true, true])
    }

    @Test func tooManyDocumentsForTheMemoryStop() throws {
        let folder = try TemporaryFolder()
        let step = NearDuplicates(.init(mostBytes: 1))
        try step.open(path: folder.file("m").path, byteCount: 0)
        #expect(throws: CorporaError.self) {
            _ = try step.verdicts(on: documents(["a b c d e f"]), threads: 1)
        }
    }

    @Test func whatIsOpenedAgainAnswersAsBefore() throws {
        let folder = try TemporaryFolder()
        var random = SplitMix64(seed: 6)
        let texts = (0..<200).map { _ in words(&random, 60).joined(separator: " ") }
        let path = folder.file("m").path
        let step = NearDuplicates()
        try step.open(path: path, byteCount: 0)
        _ = try step.verdicts(on: documents(Array(texts[..<100])), threads: 2)
        let saved = try step.save()
        _ = try step.verdicts(on: documents(Array(texts[100...])), threads: 2)
        let again = NearDuplicates()
        try again.open(path: path, byteCount: saved)
        let verdicts = try again.verdicts(on: documents(texts), threads: 2).areKept
        #expect(verdicts == texts.indices.map { $0 >= 100 })
    }
}

@Suite struct EvaluationOverlapTests {
    private let quiz =
        "Which bird is said to sing by the light of the moon when all other birds are silent"

    private func verdicts(_ texts: [String], rows: [String], least: Int = 8) throws
        -> ([Verdict], EvaluationOverlap)
    {
        let step = EvaluationOverlap(
            sets: [Source(name: "quiz", place: .memory(rows))],
            settings: .init(leastWords: least))
        return (try step.verdicts(on: documents(texts), threads: 2), step)
    }

    @Test func aSharedRunOfThirteenWordsIsFound() throws {
        let texts = [
            "He asked: which BIRD is said to sing by the light of the moon, when all others slept.",
            "Which bird is said to sing by the light of the sun when all other birds are silent",
            prose(20),
        ]
        let (found, _) = try verdicts(texts, rows: [quiz])
        #expect(found.areKept == [false, true, true])
        guard case .drop(let reason) = found[0] else { return }
        #expect(reason.name == "overlap with quiz")
        #expect(reason.detail.hasPrefix("memory:1: \"which BIRD is said"))
    }

    @Test func shortRowsAreLookedForWholeAndShorterOnesCounted() throws {
        let rows = ["The nightjar sings by the light of the moon", "Too short", quiz]
        let (found, step) = try verdicts(
            ["They say the nightjar sings by the light of the moon.", "The nightjar sings by the light"],
            rows: rows)
        #expect(found.areKept == [false, true])
        #expect(step.rows == 3 && step.passedOver == 1 && step.firstPassedOver == ["memory:2"])
    }

    @Test func anEmptySetIsRefused() {
        #expect(throws: CorporaError.self) { _ = try verdicts(["a"], rows: []) }
    }

    /// The slow twin: every run of the row searched for as text.
    @Test func overlapsAreThoseOfTheObviousSearch() throws {
        var random = SplitMix64(seed: 12)
        func text(_ count: Int) -> [String] {
            (0..<count).map { _ in "w\(random.integer(in: 0..<3))" }
        }
        for _ in 0..<30 {
            let row = text(9)
            let texts = (0..<20).map { _ in text(40).joined(separator: " ") }
            let step = EvaluationOverlap(
                sets: [Source(name: "q", place: .memory([row.joined(separator: " ")]))],
                settings: .init(runWords: 4, leastWords: 2))
            let runs = (0...5).map { row[$0..<$0 + 4].joined(separator: " ") }
            let expected = texts.map { text in !runs.contains { (" \(text) ").contains(" \($0) ") } }
            #expect(try step.verdicts(on: documents(texts), threads: 2).areKept == expected)
        }
    }
}
