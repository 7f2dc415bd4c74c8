import Testing

@testable import Texts

@Suite struct PatternTests {
    static func search(_ pattern: String) throws -> PatternSearch {
        PatternSearch(try Pattern(pattern))
    }

    static func found(_ pattern: String, in text: String) throws -> [String] {
        let bytes = Array(text.utf8)
        return try search(pattern).allMatches(in: bytes).map {
            String(decoding: bytes[$0.range], as: UTF8.self)
        }
    }

    @Test(arguments: [
        ("a(b", 3), ("a)", 1), ("[z-a]", 3), ("\\C", 2), ("(?<n>a)(?<n>b)", 12), ("a{2,1}", 5),
        ("(?<=a+)b", 0), ("*", 0),
    ])
    func aPatternThatDoesNotCompileSaysWhere(pattern: String, offset: Int) {
        let error = #expect(throws: TextsError.self) { try Pattern(pattern) }
        #expect(error?.kind == .pattern && error?.offset == offset, "\(error?.message ?? "")")
        #expect(error?.message.contains("at its byte \(offset + 1)") == true)
    }

    @Test func aPatternThatIsTooLongIsRefused() {
        let long = String(repeating: "a", count: 40_000)
        #expect(throws: TextsError.self) { try Pattern(long) }
    }

    @Test func classesKnowUnicode() throws {
        #expect(try Self.found(#"\w+"#, in: "Größe, жук 漢字!") == ["Größe", "жук", "漢字"])
        #expect(try Self.found("(?i)STRASSE|é", in: "strasse É") == ["strasse", "É"])
        #expect(try Self.found("[ä-ü]", in: "aäöz") == ["ä", "ö"])
        #expect(try Self.found(".", in: "a🐦") == ["a", "🐦"])
    }

    @Test func groupsAreGivenByNumberAndName() throws {
        let pattern = try Pattern(#"(?<year>\d{4})-(\d\d)|(?<word>x)"#)
        #expect(pattern.groupCount == 3)
        #expect(
            pattern.groupNames == [.init(name: "year", number: 1), .init(name: "word", number: 3)])
        #expect(pattern.number(ofGroup: "word") == 3 && pattern.number(ofGroup: "none") == nil)
        let match = try #require(
            try PatternSearch(pattern).firstMatch(in: Array("in 2024-05".utf8)))
        #expect(match.ranges == [3..<10, 3..<7, 8..<10, nil])
    }

    @Test func emptyMatchesStandBetweenCharacters() throws {
        let search = try Self.search("x*")
        let text = Array("äxxb".utf8)
        #expect(
            try search.allMatches(in: text).map(\.range) == [0..<0, 2..<4, 4..<4, 5..<5])
        #expect(try search.allMatches(in: []).map(\.range) == [0..<0])
        #expect(try search.count(in: text) == 4)
        #expect(try search.allMatches(in: text, most: 2).count == 2)
        #expect(try search.allMatches(in: text, most: 0).isEmpty)
    }

    @Test func aSearchMayBeginInsideTheText() throws {
        let search = try Self.search("(?<=a)b")
        #expect(try search.firstMatch(in: Array("abab".utf8), from: 1)?.range == 1..<2)
        #expect(try search.firstMatch(in: Array("abab".utf8), from: 4) == nil)
    }

    /// Swift's own engine is the slow twin.
    @Test(arguments: [
        "a+b", "(a|ab)(c|bcd)?", "[abc]{2}", "a*?b", "(?:ab|ba)+", #"\bä"#, "b(?=c)", "a(?!b)",
    ])
    func findsWhatSwiftsOwnEngineFinds(pattern: String) throws {
        let twin = try Regex(pattern).matchingSemantics(.unicodeScalar)
        let search = try Self.search(pattern)
        var samples = Samples(seed: 7)
        for _ in 0..<400 {
            let text = samples.text(of: "aabbcd ä", most: 14)
            let expected = text.matches(of: twin).map { match in
                let start = text.utf8.distance(
                    from: text.startIndex, to: match.range.lowerBound)
                return start..<(start + text[match.range].utf8.count)
            }
            // Swift finds no empty match where another one ended; PCRE2 does.
            #expect(
                try search.allMatches(in: Array(text.utf8)).map(\.range).filter { !$0.isEmpty }
                    == expected.filter { !$0.isEmpty }, "\(pattern) in \(text)")
        }
    }

    @Test func nothingMatchesAcrossMalformedBytes() throws {
        let text = Array("ab".utf8) + [0xFF] + Array("ab ä".utf8) + [0xC3]
        #expect(try Self.search("ab").allMatches(in: text).map(\.range) == [0..<2, 3..<5])
        #expect(try Self.search("b.?a").count(in: text) == 0)
        #expect(try Self.search("ä").allMatches(in: text).map(\.range) == [6..<8])
        #expect(try Self.search("[^a]+").allMatches(in: text).map(\.range) == [1..<2, 4..<8])
    }

    @Test func anyBytesEndInAnAnswer() throws {
        var samples = Samples(seed: 3)
        let searches = try ["", ".", #"\w+|\s"#, "(?s).*", "[^x]", #"\X"#, "a|(?<=b)"].map(
            Self.search)
        for _ in 0..<500 {
            let text = samples.bytes(most: 24)
            for search in searches {
                var last = 0
                for match in try search.allMatches(in: text) {
                    #expect(match.range.lowerBound >= last && match.range.upperBound <= text.count)
                    last = match.range.upperBound
                }
            }
        }
    }

    @Test func anEscapedTextMatchesItself() throws {
        var samples = Samples(seed: 9)
        for _ in 0..<500 {
            let text = samples.text(of: "a.*+?[](){}|\\^$-# \n\t\r\0&~/:<>=!ä\u{301}", most: 12)
            for flags in ["", "(?x)"] {
                let search = try Self.search(flags + Pattern.escaping(text))
                let range = try search.firstMatch(in: Array(text.utf8))?.range
                #expect(range == 0..<text.utf8.count, "\(text)")
            }
        }
    }
}
