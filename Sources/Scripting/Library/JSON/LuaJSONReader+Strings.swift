import LuaRuntime

extension LuaJSONReader {
    /// A string from its opening to its closing quotation mark.
    mutating func string() throws -> [UInt8] {
        index += 1
        var result: [UInt8] = []
        while true {
            let start = index
            while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"),
                byte >= 0x20
            { index += 1 }
            result.append(contentsOf: bytes[start..<index])
            switch next {
            case UInt8(ascii: "\"")?:
                index += 1
                return result
            case UInt8(ascii: "\\")?: try escape(into: &result)
            case nil: throw failure("a string is not closed")
            default: throw failure("a control character stands in a string unescaped")
            }
        }
    }

    private mutating func escape(into result: inout [UInt8]) throws {
        let start = index
        index += 1
        guard let letter = next else { throw failure("a string is not closed") }
        index += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(letter)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "u"):
            var value = try hexadecimal(from: start)
            if (0xD800..<0xDC00).contains(value), index + 1 < bytes.count,
                bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
            {
                index += 2
                let low = try hexadecimal(from: start)
                if (0xDC00..<0xE000).contains(low) {
                    value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
                }
            }
            guard let scalar = Unicode.Scalar(value) else {
                index = start
                throw failure("half of a surrogate pair")
            }
            result.append(contentsOf: String(scalar).utf8)
        default:
            index = start
            throw failure("an escape that JSON does not have")
        }
    }

    private mutating func hexadecimal(from start: Int) throws -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Self.digitValue(byte) else {
                index = start
                throw failure("\\u without four hexadecimal digits")
            }
            value = value << 4 | digit
            index += 1
        }
        return value
    }

    private static func digitValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 48...57: UInt32(byte) - 48
        case 65...70, 97...102: UInt32(byte | 32) - 87
        default: nil
        }
    }
}
