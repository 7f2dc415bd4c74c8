import Testing

@testable import Tokenizers

@Suite struct CompositionTests {
    static func whole(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBufferPointer(Composition.wholeForm)
    }

    static func fast(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBufferPointer(Composition.form)
    }

    static func isPlain(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer(Composition.isPlain)
    }

    /// Letters, marks of several classes, Hangul in parts, singletons and two-part vowel signs.
    static let alphabet: [Unicode.Scalar] = [
        "a", "e", " ", "é", "ü", "\u{300}", "\u{301}", "\u{316}", "\u{327}", "\u{338}", "\u{344}",
        "\u{345}", "<", "\u{1100}", "\u{1161}", "\u{11A8}", "\u{AC00}", "\u{AC01}", "\u{212B}",
        "\u{2126}", "\u{340}", "\u{9C7}", "\u{9BE}", "\u{9D7}", "\u{CC6}", "\u{CC2}", "\u{CD5}",
        "\u{FB2A}", "\u{5D9}", "\u{5B4}", "\u{1D15E}", "\u{110B1}", "\u{110BA}", "\u{F900}", "夜",
        "\u{2019}", "\u{1F989}", "\u{E0100}", "\u{10FFFF}", "\u{3A9}", "\u{313}", "\u{342}",
    ]

    @Test func equalsTheWholeFormOnRandomText() {
        var random = SeededGenerator(state: 31)
        for round in 0..<40_000 {
            var text = ""
            for _ in 0..<Int.random(in: 1...14, using: &random) {
                let isPlain = round % 4 == 0 && Bool.random(using: &random)
                text.unicodeScalars.append(
                    isPlain ? "x" : Self.alphabet.randomElement(using: &random) ?? "x")
            }
            let bytes = Array(text.utf8)
            let expected = Self.whole(bytes)
            #expect(Self.fast(bytes) == expected, "\(text.debugDescription)")
            if Self.isPlain(bytes) { #expect(expected == bytes, "\(text.debugDescription)") }
        }
    }

    @Test func equalsTheWholeFormOnEveryScalar() {
        for plane in UInt32(0)..<17 {
            for context in ["", "e", "\u{301}", "\u{1100}"] {
                var text = ""
                for value in (plane << 16)..<((plane + 1) << 16) {
                    guard let scalar = Unicode.Scalar(value) else { continue }
                    text += context
                    text.unicodeScalars.append(scalar)
                }
                let bytes = Array(text.utf8)
                #expect(Self.fast(bytes) == Self.whole(bytes), "plane \(plane), \(context)")
            }
        }
    }

    /// Whatever the order of scalars that stand alone, the text is composed.
    @Test func plainScalarsAreComposedInAnyOrder() {
        var plain: [Unicode.Scalar] = []
        for value in UInt32(0)..<0x40000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            if Self.isPlain(Array(UTF8.encode(scalar).unsafelyUnwrapped)) { plain.append(scalar) }
        }
        #expect(plain.count > 200_000)
        var random = SeededGenerator(state: 32)
        for _ in 0..<4 {
            plain.shuffle(using: &random)
            let bytes = plain.flatMap { Array(UTF8.encode($0).unsafelyUnwrapped) }
            #expect(Self.isPlain(bytes))
            #expect(Self.whole(bytes) == bytes)
        }
    }

    @Test func normalizersThatLeaveATextLeaveIt() {
        let normalizers: [Normalizer] = [
            .composed, .prepend([0x20]), .prepend([]),
            .replace(.init(pattern: Array("ab".utf8), content: Array("b".utf8))),
        ]
        var random = SeededGenerator(state: 33)
        for _ in 0..<4_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                text.unicodeScalars.append(Self.alphabet.randomElement(using: &random) ?? "b")
                if Bool.random(using: &random) { text += "b" }
            }
            for normalizer in normalizers {
                for mayPrefix in [false, true] {
                    let bytes = Array(text.utf8)
                    var changed = bytes
                    normalizer.apply(to: &changed, mayPrefix: mayPrefix)
                    let leaves = bytes.withUnsafeBufferPointer {
                        normalizer.leaves($0, mayPrefix: mayPrefix)
                    }
                    if leaves { #expect(changed == bytes, "\(normalizer)") }
                }
            }
        }
    }
}
