import Foundation
import Testing

@testable import Texts

@Suite struct FoldingTests {
    @Test(arguments: [
        ("Straße", "strasse"), ("ＦＵＬＬ", "full"), ("ﬁn", "fin"), ("a\u{AD}b\u{200B}", "ab"),
        ("ΣΊΣΥΦΟΣ", "σίσυφοσ"), ("İ", "i\u{307}"), ("㎒", "mhz"), ("ÉE\u{301}", "éé"), ("", ""),
    ])
    func differencesThatReadersPassOverGo(text: String, folded: String) throws {
        #expect(try Folding.folded(text).utf8.elementsEqual(folded.utf8))
    }

    @Test func everyCharacterFoldsAsUnicodeSays() throws {
        for scalar in Samples.scalars {
            let text = String(scalar)
            let folded = try Folding.folded(text)
            let hasChanged = !folded.utf8.elementsEqual(text.utf8)
            #expect(
                hasChanged == scalar.properties.changesWhenNFKCCaseFolded,
                "U+\(String(scalar.value, radix: 16))")
            #expect(try Folding.folded(folded).utf8.elementsEqual(folded.utf8))
        }
    }

    @Test func caseAloneIsFoldedInFull() {
        #expect(Folding.caseFolded("ẞtraße ＡÉ") == "sstrasse ａé")
        for scalar in Samples.scalars {
            let text = String(scalar)
            let folded = Folding.caseFolded(text)
            #expect(
                Folding.caseFolded(folded).utf8.elementsEqual(folded.utf8),
                "U+\(String(scalar.value, radix: 16))")
            // Two cases of one letter fold to one text.
            if text.unicodeScalars.count == 1, scalar.properties.isUppercase {
                let lower = Folding.caseFolded(scalar.properties.lowercaseMapping)
                #expect(
                    lower == folded || scalar == "\u{130}", "U+\(String(scalar.value, radix: 16))")
            }
        }
    }

    @Test func marksGoAndLettersStay() throws {
        #expect(try Folding.strippingMarks("Crème Brûlée ñ ş й") == "Creme Brulee n s и")
        #expect(try Folding.strippingMarks("हिन्दी").unicodeScalars.count == 5)
        #expect(try Folding.folded("CRÈME", stripsMarks: true) == "creme")
        var samples = Samples(seed: 12)
        for _ in 0..<500 {
            let text = samples.text(of: "aé\u{301}\u{308}ñбйö ﬁ", most: 10)
            let twin = text.decomposedStringWithCanonicalMapping.unicodeScalars.filter {
                ![.nonspacingMark, .enclosingMark].contains($0.properties.generalCategory)
            }
            let expected = String(String.UnicodeScalarView(twin))
                .precomposedStringWithCanonicalMapping
            #expect(try Folding.strippingMarks(text).utf8.elementsEqual(expected.utf8))
        }
    }
}
