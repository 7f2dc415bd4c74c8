import Testing

@testable import Texts

@Suite struct PatternCuttingTests {
    private func replace(_ text: String, _ pattern: String, _ template: String) throws -> String {
        let pattern = try Pattern(pattern)
        let replacement = try Replacement(Array(template.utf8), for: pattern)
        let result = try PatternSearch(pattern).replacing(in: Array(text.utf8), with: replacement)
        return String(decoding: result.text, as: UTF8.self) + " \(result.count)"
    }

    @Test func groupsStandInReplacements() throws {
        #expect(try replace("ab ab", "a(b)", "<$1$0>") == "<bab> <bab> 2")
        #expect(try replace("ab", "(?<x>a)b", "${x}-${1}$$") == "a-a$ 1")
        #expect(try replace("a", "(b)?a", "[$1]") == "[] 1")
        #expect(try replace("baac", "a*", "-") == "-b--c- 4")
        #expect(try replace("none", "x", "y") == "none 0")
        #expect(try replace("äö", "", "|") == "|ä|ö| 3")
    }

    @Test(arguments: [
        ("$2", 0), ("a$", 1), ("x${y}", 1), ("${", 0), ("$ ", 0), ("${}", 0),
        ("$99999999999999999999", 0),
    ])
    func aDollarThatNamesNoGroupIsRefused(template: String, offset: Int) throws {
        let pattern = try Pattern("(a)")
        let error = #expect(throws: TextsError.self) {
            try Replacement(Array(template.utf8), for: pattern)
        }
        #expect(error?.kind == .replacement && error?.offset == offset)
    }

    private func split(_ text: String, _ pattern: String, most: Int = .max) throws -> [String] {
        let bytes = Array(text.utf8)
        return try PatternSearch(try Pattern(pattern)).pieces(of: bytes, most: most).map {
            String(decoding: bytes[$0], as: UTF8.self)
        }
    }

    @Test func piecesStandBetweenMatches() throws {
        #expect(try split("a, b,c", #",\s*"#) == ["a", "b", "c"])
        #expect(try split(",a,", ",") == ["", "a", ""])
        #expect(try split("", ",") == [""])
        #expect(try split("aäb", "") == ["a", "ä", "b"])
        #expect(try split("a1b22c", "[0-9]*") == ["a", "b", "c"])
        #expect(try split("a,b,c", ",", most: 2) == ["a", "b,c"])
        #expect(try split("a,b,c", ",", most: 1) == ["a,b,c"])
    }

    @Test func piecesAndMatchesTogetherAreTheText() throws {
        var samples = Samples(seed: 21)
        let search = PatternSearch(try Pattern("a+|ä"))
        for _ in 0..<500 {
            let text = Array(samples.text(of: "abä", most: 12).utf8)
            let pieces = try search.pieces(of: text)
            let matches = try search.allMatches(in: text)
            #expect(pieces.count == matches.count + 1)
            var whole = Array(text[pieces[0]])
            for (match, piece) in zip(matches, pieces.dropFirst()) {
                whole += text[match.range] + text[piece]
            }
            #expect(whole == text)
        }
    }

    @Test func theCacheKeepsWhatWasUsedLast() throws {
        let cache = PatternCache(capacity: 2)
        let a = try cache.search(for: "a")
        _ = try cache.search(for: "b")
        #expect(try cache.search(for: "a") === a)
        let c = try cache.search(for: "c")
        #expect(cache.count == 2)
        #expect(try cache.search(for: "a") === a)
        #expect(try cache.search(for: "c") === c)
        #expect(throws: TextsError.self) { try cache.search(for: "(") }
        #expect(cache.count == 2)
    }

    @Test func patternsThatLookAlikeAreDifferent() throws {
        let cache = PatternCache()
        let composed = Array("\u{E9}".utf8)
        #expect(try cache.search(for: "\u{E9}").matches(composed))
        #expect(try !cache.search(for: "e\u{301}").matches(composed))
    }
}
