import Testing

@testable import Texts

@Suite struct CleaningTests {
    private func cleaned(_ text: String) throws -> String {
        let result = try Cleaning.cleaned(text)
        return result.text + " \(result.removedCount)"
    }

    @Test func whatNobodySeesGoes() throws {
        #expect(try cleaned("a\u{0}b\u{7}\u{7F}\u{85}c") == "abc 4")
        #expect(try cleaned("pay\u{200B}pal\u{AD}\u{FEFF}\u{2060}") == "paypal 4")
        #expect(try cleaned("abc\u{202E}fdp\u{202C}\u{2066}") == "abcfdp 3")
        // Tags spell ASCII that only a model reads.
        #expect(try cleaned("hi\u{E0001}\u{E0041}\u{E0042}") == "hi 3")
        let strangers = [0xFFFE, 0xFDD0, 0x1FFFF, 0x115F, 0x3164, 0x34F].compactMap {
            Unicode.Scalar(UInt32($0)).map(String.init)
        }
        #expect(try cleaned("a" + strangers.joined()) == "a 6")
        #expect(try cleaned("a\u{200D}b\u{200C}c") == "abc 2")
        // Selectors in a row carry hidden bytes.
        #expect(try cleaned("☺\u{FE0F}\u{FE01}\u{FE02}\u{E0100}") == "☺\u{FE0F} 3")
        #expect(try cleaned("a\u{FE01}") == "a 1")
    }

    @Test func whatIsWrittenStays() throws {
        for text in [
            "tab\tline\n", "نمی\u{200C}خواهم", "क्\u{200D}ष", "👩\u{200D}👩\u{200D}👧",
            "❤\u{FE0F}\u{200D}🔥", "1\u{FE0F}\u{20E3}", "葛\u{E0100}", "e\u{301}", "\u{600}١", "",
            "\u{3000}\u{A0}x",
        ] {
            #expect(try Cleaning.cleaned(text).text.unicodeScalars.elementsEqual(text.unicodeScalars))
            #expect(try Cleaning.cleaned(text).removedCount == 0)
        }
    }

    @Test func lineEndsBecomeOneKind() throws {
        #expect(try cleaned("a\r\nb\rc\n\r\n\r\r") == "a\nb\nc\n\n\n\n 0")
    }

    @Test func cleaningTwiceIsCleaningOnce() throws {
        var samples = Samples(seed: 41)
        for _ in 0..<2000 {
            let text = samples.text(
                of: "aä\u{200D}\u{200C}\u{FE0F}\u{AD}👩\r\n\u{0}1☺\u{E0100}\u{E0041}", most: 10)
            let once = try Cleaning.cleaned(text).text
            #expect(
                try Cleaning.cleaned(once).text.unicodeScalars.elementsEqual(once.unicodeScalars),
                "\(text.unicodeScalars.map { String($0.value, radix: 16) })")
        }
    }
}

@Suite struct CasingTests {
    /// The whole text at once is the twin.
    @Test func piecesAreTheWhole() throws {
        var samples = Samples(seed: 43)
        let letters = samples.text(of: "aBßΣςσǅİıŉﬁ漢é\u{301}👩", most: 40)
        for count in [1, 1000, 3000] {
            let text = String(repeating: letters + "Straße ΟΔΟΣ ", count: count)
            #expect(try Casing.lowered(text) == text.lowercased())
            #expect(try Casing.raised(text) == text.uppercased())
        }
    }
}
