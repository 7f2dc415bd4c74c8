import TestSupport
import Testing

@testable import Preparation

extension DocumentFilter {
    /// The verdict on a text.
    func verdict(on text: String) -> Verdict {
        Array(text.utf8).withUnsafeBufferPointer { verdict(on: $0) }
    }

    /// What a text is dropped for; nil where it stays.
    func reason(_ text: String) -> String? {
        if case .drop(let reason) = verdict(on: text) { return reason.name }
        return nil
    }
}

/// Sentences of words drawn from a few thousand, so that no two are alike; the same numbers give the
/// same sentences.
func prose(_ sentences: Int, from first: Int = 0) -> String {
    let syllables = ["ba", "ren", "to", "li", "mas", "ku", "der", "so", "win", "pe", "ga", "lor", "ni"]
    return (first..<first + sentences).map { index in
        var random = SplitMix64(seed: UInt64(index) &* 77 &+ 1)
        let words = (0..<16).map { _ in
            (0..<3).map { _ in syllables[random.integer(in: 0..<13)] }.joined()
        }
        return words.joined(separator: " ") + "."
    }.joined(separator: " ")
}

@Suite struct WordScanTests {
    private func words(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBufferPointer { WordScan.words(in: $0) }.map {
            String(decoding: bytes[$0.start..<$0.end], as: UTF8.self)
        }
    }

    @Test func wordsStandBetweenMarksAndSpaces() {
        #expect(words("It's a test, isn’t it?") == ["It", "s", "a", "test", "isn", "t", "it"])
        #expect(words("café—Über «naïve»\u{a0}x") == ["café", "Über", "naïve", "x"])
        #expect(words("漢字です。A1") == ["漢", "字", "で", "す", "A1"])
        #expect(words("한국어 слово ") == ["한국어", "слово"])
        #expect(words(" ,.\n") == [])
    }

    @Test func caseCountsForNothingAndAllElseDoes() {
        func hashes(_ text: String) -> [UInt64] {
            Array(text.utf8).withUnsafeBufferPointer { WordScan.words(in: $0) }.map(\.hash)
        }
        #expect(hashes("Some WORDS here") == hashes("some, words - HERE!"))
        #expect(Set(hashes("a b c d ab ba abc")).count == 7)
    }

    @Test(arguments: [1, 2, 3, 5, 13]) func runsHashByTheirWordsAlone(n: Int) {
        let text = Array("a b c d e f g h i j k l m n a b c d e f g h i j k l m z".utf8)
        let words = text.withUnsafeBufferPointer { WordScan.words(in: $0) }
        var byHash: [UInt64: [UInt64]] = [:]
        var count = 0
        RunHashes.forEach(n, of: words) { first, hash in
            let run = words[first..<first + n].map(\.hash)
            #expect(byHash[hash] == nil || byHash[hash] == run)
            byHash[hash] = run
            count += 1
        }
        #expect(count == words.count - n + 1)
        // As many hashes as there are different runs.
        #expect(byHash.count == Set(byHash.values).count)
        let runs = (0...words.count - n).map { words[$0..<$0 + n].map(\.hash) }
        #expect(byHash.count == Set(runs).count)
    }
}

@Suite struct LengthFilterTests {
    @Test func boundsCountWordsCharactersAndLines() {
        let filter = LengthFilter(leastWords: 3, mostWords: 5)
        #expect(filter.reason("one two") == "too few words")
        #expect(filter.reason("one two three") == nil)
        #expect(filter.reason("a b c d e f") == "too many words")
        let characters = LengthFilter(
            leastWords: nil, mostWords: nil, leastCharacters: 3, mostCharacters: 4)
        #expect(characters.reason("éé") == "too few characters")
        #expect(characters.reason("ééé") == nil)
        #expect(characters.reason("ééééé") == "too many characters")
        let lines = LengthFilter(leastWords: nil, mostWords: nil, leastMeanLine: 10)
        #expect(lines.reason("ab\ncd\n\nef") == "short lines")
        #expect(lines.reason("a line that is long enough\n") == nil)
        #expect(LengthFilter(leastWords: nil, mostWords: nil).reason("") == nil)
    }
}

@Suite struct RepetitionFilterTests {
    @Test func proseStays() { #expect(RepetitionFilter().reason(prose(40)) == nil) }

    @Test func repeatedLinesParagraphsAndRunsGo() {
        var lines = RepetitionFilter()
        (lines.topRuns, lines.repeatedRuns) = ([:], [:])
        #expect(lines.reason("a\nb\na\na\n") == "repeated lines")
        #expect(lines.reason("a\nb\nc\nd\n") == nil)
        var paragraphs = lines
        (paragraphs.lines, paragraphs.lineBytes) = (nil, nil)
        #expect(paragraphs.reason("a\n\nb\n\na\n\nb") == "repeated paragraphs")
        let again = String(repeating: "buy this now ", count: 20) + prose(3)
        #expect(RepetitionFilter().reason(again)?.hasPrefix("one run of") == true)
        let copy = prose(4)
        #expect(
            RepetitionFilter().reason(copy + " " + copy)?.hasPrefix("repeated runs of") == true)
        #expect(RepetitionFilter().reason("") == nil && RepetitionFilter().reason("word") == nil)
    }

    /// The slow twin: every run compared with every one before.
    @Test func repeatedRunsAreThoseOfTheObviousCount() {
        let alphabet = ["a", "bb", "ccc", "d"]
        var state: UInt64 = 9
        for _ in 0..<50 {
            let words = (0..<30).map { _ -> String in
                state = state &* 6_364_136_223_846_793_005 &+ 1
                return alphabet[Int(state >> 62)]
            }
            for n in [2, 3, 5] {
                var covered = Set<Int>()
                for start in 0...(words.count - n) where (0..<start).contains(where: {
                    words[$0..<$0 + n].elementsEqual(words[start..<start + n])
                }) {
                    covered.formUnion(start..<start + n)
                }
                let bytes = covered.reduce(0) { $0 + words[$1].utf8.count }
                let all = words.reduce(0) { $0 + $1.utf8.count }
                var filter = RepetitionFilter()
                (filter.lines, filter.lineBytes) = (nil, nil)
                (filter.paragraphs, filter.paragraphBytes, filter.topRuns) = (nil, nil, [:])
                let text = words.joined(separator: " ")
                if bytes > 0 {
                    filter.repeatedRuns = [n: Double(bytes) / Double(all) - 1e-9]
                    #expect(filter.reason(text) != nil)
                }
                filter.repeatedRuns = [n: Double(bytes) / Double(all) + 1e-9]
                #expect(filter.reason(text) == nil)
            }
        }
    }
}

@Suite struct SymbolFilterTests {
    @Test func pagesOfLinksSignsAndListsGo() {
        let filter = SymbolFilter()
        #expect(filter.reason(prose(5)) == nil)
        #expect(
            filter.reason("see https://example.org/a/long/path www.example.org/b and more")
                == "too many addresses")
        #expect(filter.reason("!!! ??? *** +++ === a") == "too few letters")
        #expect(filter.reason("one # two # three # four") == "too many symbols")
        #expect(filter.reason("one… two… three four five") == "too many symbols")
        #expect(filter.reason("12 34 56 78 nine") == "too few words with a letter")
        let list = (0..<20).map { "- item \(["a", "b"][$0 % 2])x" }.joined(separator: "\n")
        #expect(filter.reason(list) == "a list")
        let cut = (0..<6).map { "line of words that goes on for a while here \($0)x..." }
        var ellipses = filter
        ellipses.symbols = nil
        #expect(ellipses.reason(cut.joined(separator: "\n")) == "lines cut off")
        #expect(filter.reason("what happened? He showed who was there") == nil)
        #expect(filter.reason("слово за словом на русском языке") == nil)
    }

    @Test func boundsThatAreOffSayNothing() {
        let off = SymbolFilter(
            urls: nil, letters: nil, symbols: nil, bulletLines: nil, ellipsisLines: nil,
            wordsWithLetters: nil)
        #expect(off.reason("### https://a.b ... ---\n- 1\n- 2") == nil)
    }
}

@Suite struct MojibakeFilterTests {
    /// UTF-8 read as Latin-1: each byte a character of its own.
    private func garbled(_ text: String) -> String {
        String(String.UnicodeScalarView(text.utf8.map { Unicode.Scalar($0) }))
    }

    @Test func brokenTextGoesAndWholeTextStays() {
        let filter = MojibakeFilter()
        #expect(filter.reason("naïve café, Ägypten, «œuvre», 日本, 🙂") == nil)
        #expect(filter.reason(garbled("naïve café über alles")) == "broken characters")
        #expect(filter.reason("It isnâ€™t") == "broken characters")
        #expect(filter.reason("a\u{fffd}b") == "broken characters")
        #expect(filter.reason("a\u{1}b") == "broken characters")
        #expect(filter.reason("tab\tline\r\nend") == nil)
        // One pair that may be meant among many characters.
        #expect(filter.reason(String(repeating: "word ", count: 500) + "CAFÉ»") == nil)
    }

    @Test(arguments: ["naïve café, Ägypten", "Привет, мир", "日本語 🙂 “quoted” — and so on…"])
    func whatWasReadWronglyIsPutRight(text: String) {
        let filter = MojibakeFilter(action: .repair)
        for wrong in [garbled(text), garbled(garbled(text))] {
            guard case .rewrite(let bytes, let counts) = filter.verdict(on: wrong) else {
                Issue.record("not repaired: \(wrong)")
                continue
            }
            #expect(String(decoding: bytes, as: UTF8.self) == text)
            #expect((counts["sequences"] ?? 0) > 0)
        }
        #expect(filter.verdict(on: text) == .keep)
    }

    @Test func whatCannotBePutRightStillGoes() {
        let text = "caf\u{fffd} " + garbled("naïve über")
        #expect(MojibakeFilter(action: .repair).reason(text) == "broken characters")
    }
}

@Suite struct LanguageFilterTests {
    @Test(arguments: [
        ("en", "It was the best of times and it was the worst of times, that is what they said of "
            + "the years in which all this had been done by them."),
        ("de", "Es war die beste aller Zeiten und es war die schlechteste, so sagten sie von den "
            + "Jahren, in denen das alles von ihnen gemacht worden ist."),
        ("fr", "C'est le meilleur des temps et le pire, voilà ce que les gens ont dit de ces années "
            + "dans lesquelles tout cela est fait par eux et pour eux."),
        ("es", "Era el mejor de los tiempos y era el peor, eso es lo que decían de los años en que "
            + "todo esto se hizo por ellos y para ellos sin más."),
        ("nl", "Het was de beste van alle tijden en het was de slechtste, dat is wat zij zeiden van "
            + "de jaren waarin dit alles door hen is gedaan."),
        ("ru", "Это было лучшее из всех времён, это было худшее из всех времён"),
        ("zh", "这是最好的时代这是最坏的时代这是智慧的时代这是愚蠢的时代"),
        ("ja", "それは最良の時代でもあり最悪の時代でもあったのです"),
    ])
    func knownLanguagesAreTold(code: String, text: String) {
        let filter = LanguageFilter(kept: ["en"])
        let found = Array(text.utf8).withUnsafeBufferPointer { filter.language(of: $0)?.code }
        #expect(found == code)
        #expect((filter.reason(text) == nil) == (code == "en"))
    }

    @Test func whatCannotBeToldIsUndecided() {
        #expect(LanguageFilter(kept: ["en"]).reason("few words") == nil)
        #expect(
            LanguageFilter(kept: ["en"], keepsUndecided: false).reason("few words")
                == "language undecided")
        #expect(LanguageFilter.known.count == 24 && LanguageFilter.known.contains("pl"))
    }
}
