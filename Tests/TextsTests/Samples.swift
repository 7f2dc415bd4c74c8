/// Texts made from a seed, for laws that hold for all texts.
struct Samples {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A linear congruential step (Knuth's MMIX constants); the high bits are used.
    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    mutating func text(of alphabet: String, most: Int) -> String {
        let scalars = Array(alphabet.unicodeScalars)
        var text = ""
        for _ in 0..<below(most + 1) { text.unicodeScalars.append(scalars[below(scalars.count)]) }
        return text
    }

    mutating func bytes(most: Int) -> [UInt8] {
        (0..<below(most + 1)).map { _ in UInt8(below(256)) }
    }

    /// Every character that both Unicode tables of the machine know: those of version 13 and older.
    static let scalars: [Unicode.Scalar] = (0...0x10FFFF).compactMap { (value: UInt32) in
        guard let scalar = Unicode.Scalar(value), let age = scalar.properties.age else {
            return nil
        }
        return age.major <= 13 ? scalar : nil
    }
}
