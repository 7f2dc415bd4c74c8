extension JSONTextReader {
    mutating func string() throws(TemplateError) -> String {
        advance()
        var text: [UInt8] = []
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                advance()
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                advance()
                try escape(into: &text)
            case 0..<0x20: throw problem("a control character must be escaped")
            default:
                text.append(byte)
                advance()
            }
        }
        throw problem("the text ends within a string")
    }

    private mutating func escape(into text: inout [UInt8]) throws(TemplateError) {
        guard let byte = current else { throw problem("the text ends within a string") }
        advance()
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): try codePoint(into: &text)
        default: throw problem("there is no such escape")
        }
    }

    private mutating func codePoint(into text: inout [UInt8]) throws(TemplateError) {
        var value = UInt32(try hexadecimal())
        if value & 0xfc00 == 0xd800, rest.starts(with: Array("\\u".utf8)) {
            let before = self
            advance(2)
            let low = UInt32(try hexadecimal())
            if low & 0xfc00 == 0xdc00 {
                value = 0x10000 + (value & 0x3ff) << 10 + low & 0x3ff
            } else {
                self = before
            }
        }
        let scalar = Unicode.Scalar(value) ?? "\u{fffd}"
        text += Array(String(Character(scalar)).utf8)
    }

    private mutating func hexadecimal() throws(TemplateError) -> UInt16 {
        let digits = rest.prefix(4)
        guard digits.count == 4,
            digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw problem("four hexadecimal digits must follow \\u") }
        advance(4)
        return value
    }
}
