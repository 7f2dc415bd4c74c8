/// Strings as JSON writes them.
enum JSONText {
    /// Appends a string in quotes: control characters escaped, everything else as it is.
    static func quote(_ value: String, to text: inout String) {
        text += "\""
        if value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
            text += value
        } else {
            text += escaped(value)
        }
        text += "\""
    }

    /// Byte by byte: everything that is escaped is ASCII.
    private static func escaped(_ value: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(value.utf8.count + value.utf8.count / 8)
        for byte in value.utf8 {
            switch byte {
            case 0x22, 0x5C: bytes += [0x5C, byte]
            case 0x0A: bytes += [0x5C, UInt8(ascii: "n")]
            case 0x09: bytes += [0x5C, UInt8(ascii: "t")]
            case 0x0D: bytes += [0x5C, UInt8(ascii: "r")]
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                bytes += Array("\\u\(digits.count == 1 ? "000" : "00")\(digits)".utf8)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
