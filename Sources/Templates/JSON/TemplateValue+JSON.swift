extension TemplateValue {
    /// Reads one JSON text (RFC 8259), keys in their order; of a key given twice the last value
    /// counts, and half a surrogate pair becomes U+FFFD.
    ///
    /// - Parameters:
    ///   - json: UTF-8.
    ///   - name: what an error calls the text.
    /// - Throws: ``TemplateError`` of kind `syntax` with line and column (in bytes).
    public init(json: [UInt8], name: String = "JSON") throws(TemplateError) {
        var reader = JSONTextReader(json, name: name)
        self = try reader.read()
    }
}

/// Walks a JSON text once.
struct JSONTextReader {
    private let bytes: [UInt8]
    private let name: String
    private var position = 0
    private var depth = 0
    /// What values of templates may be nested.
    private static let deepest = 80

    init(_ bytes: [UInt8], name: String) {
        self.bytes = bytes
        self.name = name
    }

    mutating func read() throws(TemplateError) -> TemplateValue {
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw problem("something follows the value") }
        return value
    }

    func problem(_ reason: String) -> TemplateError {
        let before = bytes.prefix(position)
        let lines = before.count { $0 == 0x0a }
        let column = before.reversed().prefix { $0 != 0x0a }.count + 1
        return TemplateError(
            .syntax, reason, "Write it as JSON.", template: name,
            place: Place(line: lines + 1, column: column))
    }

    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    var rest: ArraySlice<UInt8> { bytes[position...] }

    mutating func advance(_ count: Int = 1) { position += count }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            position += 1
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func value() throws(TemplateError) -> TemplateValue {
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): return .dictionary(try object())
        case UInt8(ascii: "["): return .list(try array())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .none)
        case nil: throw problem("the text ends where a value is due")
        default: return try number()
        }
    }

    private mutating func word(
        _ word: String, _ value: TemplateValue
    ) throws(TemplateError) -> TemplateValue {
        guard bytes[position...].starts(with: word.utf8) else { throw problem("this is no value") }
        position += word.utf8.count
        return value
    }

    private mutating func enter() throws(TemplateError) {
        position += 1
        depth += 1
        guard depth <= Self.deepest else {
            throw problem("values are nested deeper than \(Self.deepest)")
        }
    }

    private mutating func object() throws(TemplateError) -> TemplateDictionary {
        try enter()
        defer { depth -= 1 }
        var members = TemplateDictionary()
        if take("}") { return members }
        repeat {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw problem("a key must be a string") }
            let key = try string()
            guard members[key] == nil else { throw problem("\"\(key)\" is twice in one object") }
            guard take(":") else { throw problem("a colon must follow the key") }
            members[key] = try value()
        } while take(",")
        guard take("}") else { throw problem("a comma or } must follow the value") }
        return members
    }

    private mutating func array() throws(TemplateError) -> [TemplateValue] {
        try enter()
        defer { depth -= 1 }
        var items: [TemplateValue] = []
        if take("]") { return items }
        repeat { items.append(try value()) } while take(",")
        guard take("]") else { throw problem("a comma or ] must follow the value") }
        return items
    }

    private mutating func number() throws(TemplateError) -> TemplateValue {
        let start = position
        func digits(_ reader: inout JSONTextReader) -> Int {
            let first = reader.position
            while let byte = reader.current, byte >= 0x30, byte <= 0x39 { reader.position += 1 }
            return reader.position - first
        }
        if current == UInt8(ascii: "-") { position += 1 }
        let first = current
        let whole = digits(&self)
        guard whole > 0 else {
            position = start
            throw problem("this is no value")
        }
        guard whole == 1 || first != UInt8(ascii: "0") else {
            position = start
            throw problem("a number must not begin with 0")
        }
        var isWhole = true
        if current == UInt8(ascii: ".") {
            position += 1
            isWhole = false
            guard digits(&self) > 0 else { throw problem("digits must follow the point") }
        }
        if let byte = current, byte | 0x20 == UInt8(ascii: "e") {
            position += 1
            isWhole = false
            if let sign = current, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                position += 1
            }
            guard digits(&self) > 0 else { throw problem("digits must follow the exponent") }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let integer = Int(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else {
            throw problem("the number is too large")
        }
        return .float(number)
    }
}
