/// Why a text is not JSON, and where: byte offsets count from its start.
struct JSONProblem: Error, Hashable {
    let message: String
    let offset: Int
}

/// Reads JSON (RFC 8259) and nothing else: repeated keys, lone surrogates, invalid UTF-8 and deep
/// nesting are refused, where most readers let them pass.
struct JSONReader {
    private let bytes: [UInt8]
    private var position = 0

    /// Enough for any header or manifest; hostile nesting must not exhaust the stack.
    private static let deepestNesting = 64

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads one value that fills `bytes`, white space aside.
    static func read(_ bytes: [UInt8]) throws(JSONProblem) -> JSONValue {
        var reader = JSONReader(bytes)
        reader.skipSpace()
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        if reader.position < bytes.count { throw reader.problem("text after the value") }
        return value
    }

    private func problem(_ message: String) -> JSONProblem {
        JSONProblem(message: message, offset: position)
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D {
            position += 1
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONProblem) -> JSONValue {
        guard depth < Self.deepestNesting else { throw problem("nested too deeply") }
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try text())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw problem("the text ends where a value is due")
        default: return .number(try number())
        }
    }

    private mutating func word(
        _ word: StaticString, _ value: JSONValue
    ) throws(JSONProblem) -> JSONValue {
        let length = word.utf8CodeUnitCount
        let expected = UnsafeBufferPointer(start: word.utf8Start, count: length)
        guard bytes[position...].prefix(length).elementsEqual(expected) else {
            throw problem("not a JSON value")
        }
        position += length
        return value
    }

    private mutating func object(depth: Int) throws(JSONProblem) -> JSONValue {
        position += 1
        var members: [JSONValue.Member] = []
        // Most objects are small, and are looked through faster than hashed.
        var seen: Set<String>?
        skipSpace()
        if take("}") { return .object(members) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw problem("a key must be a string") }
            let key = try text()
            if seen == nil, members.count == 8 { seen = Set(members.map(\.key)) }
            let isNew = seen?.insert(key).inserted ?? !members.contains { $0.key == key }
            guard isNew else { throw problem("the key \"\(key)\" occurs twice") }
            skipSpace()
            guard take(":") else { throw problem("a colon is due after \"\(key)\"") }
            skipSpace()
            members.append(JSONValue.Member(key, try value(depth: depth + 1)))
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw problem("a comma or } is due") }
        }
    }

    private mutating func array(depth: Int) throws(JSONProblem) -> JSONValue {
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return .array(elements) }
        while true {
            skipSpace()
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { throw problem("a comma or ] is due") }
        }
    }

    private mutating func number() throws(JSONProblem) -> String {
        let start = position
        _ = take("-")
        if take("0") {
            // A leading zero stands alone.
        } else if takeDigits() == 0 {
            throw problem("not a JSON value")
        }
        if take(".") && takeDigits() == 0 { throw problem("a digit is due after the point") }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            if takeDigits() == 0 { throw problem("a digit is due in the exponent") }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func takeDigits() -> Int {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            position += 1
        }
        return position - start
    }

    private mutating func text() throws(JSONProblem) -> String {
        position += 1
        // Nearly all texts have no escapes and are taken as they lie.
        let start = position
        while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            position += 1
        }
        var content = Array(bytes[start..<position])
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw problem("a string is not UTF-8")
                }
                position += 1
                return text
            case UInt8(ascii: "\\"):
                position += 1
                content.append(contentsOf: try escape())
            case 0..<0x20:
                throw problem("a control character in a string")
            default:
                content.append(byte)
                position += 1
            }
        }
        throw problem("a string does not end")
    }

    private mutating func escape() throws(JSONProblem) -> [UInt8] {
        guard let byte = next else { throw problem("a string does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var code = UInt32(try codeUnit())
            if (0xD800..<0xDC00).contains(code), take("\\"), take("u") {
                let low = UInt32(try codeUnit())
                guard (0xDC00..<0xE000).contains(low) else { throw problem("a lone surrogate") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw problem("a lone surrogate") }
            return Array(String(Character(scalar)).utf8)
        default: throw problem("an unknown escape in a string")
        }
    }

    private mutating func codeUnit() throws(JSONProblem) -> UInt16 {
        let digits = bytes[position...].prefix(4)
        guard digits.count == 4,
            digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw problem("four hexadecimal digits are due after \\u") }
        position += 4
        return unit
    }
}
