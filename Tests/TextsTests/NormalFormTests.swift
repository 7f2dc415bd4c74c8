import Foundation
import Testing

@testable import Texts

@Suite struct NormalFormTests {
    /// Foundation's tables are the twin.
    private func twin(_ form: NormalForm, _ text: String) -> String {
        switch form {
        case .nfc: text.precomposedStringWithCanonicalMapping
        case .nfd: text.decomposedStringWithCanonicalMapping
        case .nfkc: text.precomposedStringWithCompatibilityMapping
        case .nfkd: text.decomposedStringWithCompatibilityMapping
        }
    }

    private func same(_ a: String, _ b: String) -> Bool { a.utf8.elementsEqual(b.utf8) }

    @Test(arguments: NormalForm.allCases)
    func everyCharacterIsAsInFoundation(form: NormalForm) throws {
        for scalar in Samples.scalars {
            let text = String(scalar)
            let normal = try form.normalized(text)
            #expect(same(normal, twin(form, text)), "U+\(String(scalar.value, radix: 16))")
        }
    }

    @Test(arguments: NormalForm.allCases)
    func mixedTextsAreAsInFoundation(form: NormalForm) throws {
        var samples = Samples(seed: 5)
        let alphabet =
            "aeoÅﬁ½\u{301}\u{323}\u{308}\u{327}\u{1100}\u{1161}\u{11A8}각ᾳ\u{345}ｶ\u{5B0}\u{5C1}"
        for _ in 0..<2000 {
            let text = samples.text(of: alphabet, most: 10)
            let normal = try form.normalized(text)
            #expect(same(normal, twin(form, text)), "\(text.unicodeScalars.map(\.value))")
            #expect(same(try form.normalized(normal), normal))
        }
    }

    /// Foundation leaves the mark that a half-width sound mark becomes where that stood.
    @Test func marksThatDecompositionMakesAreOrderedToo() throws {
        let text = try NormalForm.nfkc.normalized("e\u{FF9E}\u{323}")
        #expect(text.unicodeScalars.map(\.value) == [0x1EB9, 0x3099])
        let other = try NormalForm.nfkd.normalized("\u{301}\u{FF9E}")
        #expect(other.unicodeScalars.map(\.value) == [0x3099, 0x301])
    }

    @Test func marksInTheWrongOrderCostNoMoreThanOthers() throws {
        // Comparing neighbours would take 10^12 steps here.
        let marks = String(repeating: "\u{301}\u{323}", count: 1_000_000)
        let normal = try NormalForm.nfd.normalized("a" + marks)
        #expect(normal.unicodeScalars.count == 2_000_001)
        #expect(normal.unicodeScalars.prefix(3).map(\.value) == [0x61, 0x323, 0x323])
        #expect(normal.unicodeScalars.last?.value == 0x301)
        // Composed it must hold as much, less the two marks that "a" takes up.
        let composed = try NormalForm.nfc.normalized("a" + marks)
        #expect(composed.unicodeScalars.first?.value == 0x1EA1)
    }

    /// Long texts are composed in pieces, which nobody should see.
    @Test(arguments: NormalForm.allCases)
    func longTextsAreAsTheirParts(form: NormalForm) throws {
        var samples = Samples(seed: 9)
        let alphabet =
            "aeoÅﬁ\u{301}\u{323}\u{308}\u{1100}\u{1161}\u{11A8}각ｶ\u{3099}か\u{9C7}\u{9BE}漢"
        var (whole, parts) = ("", "")
        for _ in 0..<20_000 {
            let part = "|" + samples.text(of: alphabet, most: 12)
            whole += part
            parts += try form.normalized(part)
        }
        #expect(same(try form.normalized(whole), parts))
    }

    @Test func whatATextGrowsToIsPaidFor() {
        struct Enough: Error {}
        let text = String(repeating: "\u{FDFA}", count: 2_000_000)
        var paid = 0
        let charge = { (units: Int) in
            paid += units
            if paid > 10_000_000 { throw Enough() }
        }
        for form in [NormalForm.nfkc, .nfkd] {
            paid = 0
            #expect(throws: Enough.self) { try form.normalized(text, charge: charge) }
            #expect(paid < 10_200_000)
        }
        paid = 0
        #expect(throws: Enough.self) { try Folding.folded(text, charge: charge) }
        #expect(paid < 10_200_000)
    }

    @Test func textsThatGrowAreBounded() {
        let text = String(repeating: "\u{FDFA}", count: 4_000_000)
        #expect(throws: TextsError.self) { try NormalForm.nfkd.normalized(text) }
    }
}
