/// The printable spelling of bytes that byte-level vocabularies are written in (GPT-2).
///
/// A byte that is a printable Latin-1 character spells itself; the other 68 take, in order, the
/// characters from U+0100 on. A space is so spelt `Ġ`, a line feed `Ċ`.
enum ByteAlphabet {
    /// The scalar that spells each byte.
    static let scalars: [UInt32] = {
        var next: UInt32 = 0x100
        return (0...255).map { (byte: UInt32) in
            if (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE {
                return byte
            }
            defer { next += 1 }
            return next
        }
    }()

    /// The bytes in the order of their scalars: the order in which trainers number them.
    static let bytesByScalar: [UInt8] = (0...255).map(UInt8.init).sorted {
        scalars[Int($0)] < scalars[Int($1)]
    }

    /// The UTF-8 spelling of each byte.
    static let spellings: [[UInt8]] = scalars.map { scalar in
        // Every scalar here is below U+0144: one or two bytes.
        scalar < 0x80 ? [UInt8(scalar)] : [UInt8(0xC0 | scalar >> 6), UInt8(0x80 | scalar & 0x3F)]
    }

    /// The byte that each scalar below U+0144 spells, or -1.
    private static let bytes: FrozenBuffer<Int16> = {
        var table = [Int16](repeating: -1, count: 0x144)
        for (byte, scalar) in scalars.enumerated() { table[Int(scalar)] = Int16(byte) }
        return FrozenBuffer(table)
    }()

    /// The UTF-8 spelling of `bytes`.
    static func spell(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.flatMap { spellings[Int($0)] }
    }

    /// The bytes that `spelling`, well-formed UTF-8, stands for; nil where a character spells none.
    static func unspell(_ spelling: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(spelling.count)
        let table = bytes
        let isWhole = spelling.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return true }
            var index = 0
            while index < buffer.count {
                let (scalar, length) = UTF8Scan.decode(base, index)
                guard Int(scalar) < table.count, table[Int(scalar)] >= 0 else { return false }
                result.append(UInt8(table[Int(scalar)]))
                index += length
            }
            return true
        }
        return isWhole ? result : nil
    }
}
