/// What GPT-2's split pattern distinguishes.
enum CharacterClass: UInt8 {
    case other = 0
    case letter = 1
    case number = 2
    case space = 3

    /// The class of every scalar below U+40000; above lies nothing but `other`.
    ///
    /// PCRE2 itself fills the table, so that the fast splitter and the pattern agree on Unicode.
    static let table: FrozenBuffer<UInt8> = {
        var classes = [UInt8](repeating: 0, count: 0x40000)
        var text: [UInt8] = []
        var owner: [Int32] = []
        for value in UInt32(0)..<0x40000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            for byte in UTF8.encode(scalar).unsafelyUnwrapped {
                text.append(byte)
                owner.append(Int32(value))
            }
        }
        for (pattern, kind) in [(#"\p{L}+"#, letter), (#"\p{N}+"#, number), (#"\s+"#, space)] {
            guard let compiled = try? SplitPattern(pattern) else {
                preconditionFailure("the pattern \(pattern) compiles")
            }
            text.withUnsafeBufferPointer { text in
                compiled.forEachMatch(in: text) { start, end in
                    for index in start..<end { classes[Int(owner[index])] = kind.rawValue }
                }
            }
        }
        return FrozenBuffer(classes)
    }()

    /// The class of every ASCII byte.
    static let ascii: FrozenBuffer<UInt8> = {
        FrozenBuffer(
            (0..<128).map { (byte: UInt8) -> UInt8 in
                switch byte {
                case 0x41...0x5A, 0x61...0x7A: letter.rawValue
                case 0x30...0x39: number.rawValue
                case 0x09...0x0D, 0x20: space.rawValue
                default: other.rawValue
                }
            })
    }()
}
