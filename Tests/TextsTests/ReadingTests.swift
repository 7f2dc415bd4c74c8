import CUTF8Proc
import Foundation
import Testing

@testable import Texts

/// Characters, words, lines, ends and what cannot be seen.
@Suite struct ReadingTests {
    @Test func malformedBytesAreFoundWhereTheyAre() throws {
        #expect(UTF8Bytes.firstMalformed(in: []) == nil)
        #expect(UTF8Bytes.firstMalformed(in: Array("aä漢🐦".utf8)) == nil)
        for (bytes, place): ([UInt8], Int) in [
            ([0x61, 0xFF], 1), ([0xC0, 0x80], 0), ([0xED, 0xA0, 0x80], 0),
            ([0xF4, 0x90, 0x80, 0x80], 0), ([0xE2, 0x82], 0), ([0x80], 0),
            (Array("12345678ä".utf8) + [0xC3], 10),
        ] {
            #expect(UTF8Bytes.firstMalformed(in: bytes) == place)
            let error = #expect(throws: TextsError.self) { try UTF8Bytes.text(of: bytes) }
            #expect(error?.offset == place && error?.kind == .malformed)
        }
    }

    @Test func validityAndRepairAgreeWithSwifts() throws {
        var samples = Samples(seed: 17)
        for _ in 0..<5000 {
            var bytes = samples.bytes(most: 6)
            // Continuation bytes make near misses likely.
            for index in bytes.indices where index > 0 && samples.below(2) == 0 {
                bytes[index] = 0x80 | (bytes[index] & 0x3F)
            }
            let isValid = String(validating: bytes, as: UTF8.self) != nil
            #expect((UTF8Bytes.firstMalformed(in: bytes) == nil) == isValid)
            let repaired = try UTF8Bytes.repaired(bytes)
            #expect(repaired.text == String(decoding: bytes, as: UTF8.self))
            #expect((repaired.count == 0) == isValid)
        }
    }

    @Test func wordsAreRunsOfLettersNumbersAndMarks() throws {
        func words(_ text: String) throws -> [String] {
            try WordSplit.words(in: text).map(String.init)
        }
        #expect(
            try words("The cat's 9 lives, naïve e\u{301}tude") == [
                "The", "cat's", "9", "lives", "naïve", "e\u{301}tude",
            ])
        #expect(
            try words("don’t 'quoted' dogs' a''b x'1 1'x'y") == [
                "don’t", "quoted", "dogs", "a", "b", "x", "1", "1", "x'y",
            ])
        #expect(
            try words("snake_case kebab-case 3.14") == [
                "snake", "case", "kebab", "case", "3", "14",
            ])
        #expect(try words("漢字とかな हिन्दी") == ["漢字とかな", "हिन्दी"])
        #expect(try words("") == [] && words("  ... '") == [] && words("a'") == ["a"])
        #expect(try words("e\u{301}'a") == ["e\u{301}'a"])
        #expect(try WordSplit.count(in: "one two  three") == 3)
    }

    @Test func wordsAreWhatAPatternOfThemFinds() throws {
        let twin = PatternSearch(
            try Pattern(
                #"[\p{L}\p{M}\p{N}]+(?:(?<=\p{L}|\p{L}\p{M}|\p{L}\p{M}\p{M})['’](?=\p{L})[\p{L}\p{M}\p{N}]+)*"#
            ))
        var samples = Samples(seed: 23)
        for _ in 0..<3000 {
            let text = samples.text(of: "ab1'’ -ä漢\u{301}٣", most: 10)
            // Longer runs of marks than the twin looks back over are left out.
            if text.unicodeScalars.filter({ $0 == "\u{301}" }).count > 2 { continue }
            let bytes = Array(text.utf8)
            let expected = try twin.allMatches(in: bytes).map {
                String(decoding: bytes[$0.range], as: UTF8.self)
            }
            let words = try WordSplit.words(in: text).map(String.init)
            #expect(words.map { Array($0.utf8) } == expected.map { Array($0.utf8) }, "\(text)")
        }
    }

    @Test func linesEndInThreeWays() throws {
        func lines(_ text: String) throws -> [String] {
            let bytes = Array(text.utf8)
            return try Lines.ranges(in: bytes).map { String(decoding: bytes[$0], as: UTF8.self) }
        }
        #expect(try lines("a\nb\r\nc\rd") == ["a", "b", "c", "d"])
        #expect(try lines("a\n") == ["a"] && lines("\n\n") == ["", ""] && lines("") == [])
        #expect(try lines("\r\n\r") == ["", ""])
    }

    @Test func lengthsAreCountedThreeWays() throws {
        let text = "e\u{301}👩‍👩‍👧🇩🇪"
        #expect(try Measuring.graphemeCount(of: text) == 3)
        #expect(Measuring.scalarCount(of: text) == 9)
        #expect(try Measuring.width(of: "ab漢字") == 6 && Measuring.width(of: text) == 5)
        #expect(try Measuring.width(of: "\u{1B}[a\n") == 2 && Measuring.width(of: "❤️") == 2)
    }

    /// utf8proc's own segmentation is the twin, where both know the characters.
    @Test func graphemesAreThoseOfUTF8Proc() throws {
        var samples = Samples(seed: 31)
        for _ in 0..<2000 {
            let text = samples.text(of: "a\r\n\u{301}\u{200D}👩🇩각\u{1100}\u{1161}ญำ", most: 8)
            var count = 0
            var last: Int32?
            var state: Int32 = 0
            for scalar in text.unicodeScalars {
                let value = Int32(bitPattern: scalar.value)
                if last.map({ utf8proc_grapheme_break_stateful($0, value, &state) }) ?? true {
                    count += 1
                }
                last = value
            }
            #expect(
                try Measuring.graphemeCount(of: text) == count,
                "\(text.unicodeScalars.map { String($0.value, radix: 16) })")
        }
    }

    @Test func slicesCountFromBothEnds() throws {
        let text = "aä漢🐦"
        #expect(Slicing.slice(text, from: 2, to: 3) == "ä漢")
        #expect(Slicing.slice(text, from: -1, to: -1) == "🐦")
        #expect(Slicing.slice(text, from: 1, to: -1) == text)
        #expect(Slicing.slice(text, from: -9, to: 2) == "aä")
        #expect(Slicing.slice(text, from: 0, to: 99) == text)
        #expect(
            Slicing.slice(text, from: 3, to: 2) == "" && Slicing.slice("", from: 1, to: 1) == "")
        #expect(Slicing.slice(text, from: .min, to: .max) == text)
        #expect(Slicing.slice(text, from: .max, to: .max) == "")
        #expect(Slicing.slice(text, from: 1, to: .min) == "")
    }

    @Test func slicesAreThoseOfAnArray() throws {
        let text = "aä漢🐦e\u{301}"
        let scalars = Array(text.unicodeScalars)
        for from in -8...8 {
            for to in -8...8 {
                let first = max(from < 0 ? scalars.count + from + 1 : from, 1)
                let last = min(to < 0 ? scalars.count + to + 1 : to, scalars.count)
                let twin = first <= last ? Array(scalars[(first - 1)..<last]) : []
                #expect(Array(Slicing.slice(text, from: from, to: to).unicodeScalars) == twin)
            }
        }
    }

    @Test func whiteSpaceIsTrimmedAtEitherEnd() throws {
        #expect(try Slicing.trimmed("\u{3000}\t a b\u{A0}\n") == "a b")
        #expect(try Slicing.trimmed(" a ", atEnd: false) == "a ")
        #expect(try Slicing.trimmed(" a ", atStart: false) == " a")
        #expect(try Slicing.trimmed("  ") == "" && Slicing.trimmed("") == "")
    }
}
