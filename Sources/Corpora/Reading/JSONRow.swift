/// Finds the text of a line of JSON, checking the whole line on the way (RFC 8259).
///
/// Only the wanted fields are decoded; all else is walked over. A key that occurs twice counts
/// where it stands last, as in most readers.
struct JSONRow {
    /// What a line gave.
    enum Outcome: Equatable {
        /// The decoded text; `repaired` where a lone surrogate became U+FFFD.
        case text([UInt8], repaired: Bool)
        /// The object has no such field; these are the keys it has.
        case missing(field: String, keys: [String])
        /// The field's value is no string but this.
        case wrongType(field: String, String)
        /// The line is no JSON object; the reason and the one-based column in bytes.
        case malformed(String, column: Int)
    }

    struct Malformed: Error {
        var reason: String
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var position = 0
    private var depth = 0
    private static let deepest = 256

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// A field that was found.
    private struct Found {
        var text: [UInt8] = []
        var repaired = false
        /// What the value is, where it is no string.
        var kind: String?
    }

    /// A field that is looked for below some object: its number, and the rest of its path.
    private struct Wanted {
        var field: Int
        var rest: ArraySlice<UInt8>
    }

    /// Reads the text of a line, which is valid UTF-8.
    static func text(by mapping: TextMapping, in line: [UInt8]) -> Outcome {
        line.withUnsafeBufferPointer { buffer in
            var row = JSONRow(buffer)
            do {
                return try row.find(mapping)
            } catch let malformed as Malformed {
                return .malformed(malformed.reason, column: row.position + 1)
            } catch {
                preconditionFailure("The scanner throws only its own error.")
            }
        }
    }

    private mutating func find(_ mapping: TextMapping) throws -> Outcome {
        var found = [Found?](repeating: nil, count: mapping.fields.count)
        skipSpace()
        guard peek() == UInt8(ascii: "{") else {
            try skipValue()
            try expectEnd()
            position = 0
            throw Malformed(reason: "the line is no object")
        }
        let wanted = mapping.paths.enumerated().map { Wanted(field: $0, rest: $1[...]) }
        try collect(wanted, mapping.isPlain, &found)
        try expectEnd()
        if let missing = found.firstIndex(where: { $0 == nil }) {
            return .missing(field: mapping.fields[missing], keys: try keys())
        }
        for (field, value) in found.enumerated() {
            // A number can stand within a text, but is none.
            if let kind = value?.kind, mapping.isPlain || value?.text.isEmpty == true {
                return .wrongType(field: mapping.fields[field], kind)
            }
        }
        return .text(
            mapping.text(of: found.map { $0?.text ?? [] }),
            repaired: found.contains { $0?.repaired == true })
    }

    /// Walks an object and keeps the fields that are wanted of it.
    ///
    /// - Parameter stringsOnly: whether numbers and booleans are of no use.
    private mutating func collect(
        _ wanted: [Wanted], _ stringsOnly: Bool, _ found: inout [Found?]
    ) throws {
        try members { row, key in
            try row.take(key, of: wanted, stringsOnly, &found)
        }
    }

    /// Reads the value of a key, or of an element under its number.
    private mutating func take(
        _ key: [UInt8], of wanted: [Wanted], _ stringsOnly: Bool, _ found: inout [Found?]
    ) throws {
        var exact: [Int] = []
        var deeper: [Wanted] = []
        for field in wanted where field.rest.starts(with: key) {
            if field.rest.count == key.count {
                exact.append(field.field)
            } else if field.rest[field.rest.startIndex + key.count] == UInt8(ascii: ".") {
                deeper.append(
                    Wanted(field: field.field, rest: field.rest.dropFirst(key.count + 1)))
            }
        }
        guard !exact.isEmpty || !deeper.isEmpty else { return try skipValue() }
        let start = position
        if !exact.isEmpty {
            let value = try readValue(stringsOnly)
            for field in exact { found[field] = value }
            if deeper.isEmpty { return }
            position = start
        }
        switch peek() {
        case UInt8(ascii: "{"): try collect(deeper, stringsOnly, &found)
        case UInt8(ascii: "["):
            var index = 0
            try elements { row in
                try row.take(Array(String(index).utf8), of: deeper, stringsOnly, &found)
                index += 1
            }
        default: try skipValue()
        }
    }

    private mutating func readValue(_ stringsOnly: Bool) throws -> Found {
        var value = Found()
        if peek() == UInt8(ascii: "\"") {
            value.repaired = try string(into: &value.text)
            return value
        }
        value.kind = kind()
        let start = position
        try skipValue()
        let isScalar = ["a number", "a boolean"].contains(value.kind)
        if isScalar, !stringsOnly { value.text = Array(bytes[start..<position]) }
        return value
    }

    /// The keys of the object, for a message: the walk that found nothing kept none.
    private mutating func keys() throws -> [String] {
        var keys: [String] = []
        position = 0
        skipSpace()
        try members { row, key in
            keys.append(String(decoding: key, as: UTF8.self))
            try row.skipValue()
        }
        return keys
    }

    func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            position += 1
        }
    }

    mutating func expectEnd() throws {
        skipSpace()
        if position < bytes.count { throw Malformed(reason: "something follows the value") }
    }

    private mutating func expect(_ byte: UInt8, _ reason: String) throws {
        guard peek() == byte else {
            throw Malformed(reason: position < bytes.count ? reason : "the line ends too early")
        }
        position += 1
    }

    private func kind() -> String {
        switch peek() {
        case UInt8(ascii: "{"): "an object"
        case UInt8(ascii: "["): "an array"
        case UInt8(ascii: "t"), UInt8(ascii: "f"): "a boolean"
        case UInt8(ascii: "n"): "null"
        default: "a number"
        }
    }

    /// Walks an object; `member` reads each value.
    mutating func members(
        _ member: (inout JSONRow, [UInt8]) throws -> Void
    ) throws {
        try expect(UInt8(ascii: "{"), "an object must begin with {")
        try enter()
        skipSpace()
        if peek() == UInt8(ascii: "}") {
            position += 1
            return leave()
        }
        while true {
            skipSpace()
            var key: [UInt8] = []
            _ = try string(into: &key)
            skipSpace()
            try expect(UInt8(ascii: ":"), "a key must be followed by a colon")
            skipSpace()
            try member(&self, key)
            skipSpace()
            if peek() == UInt8(ascii: ",") {
                position += 1
                continue
            }
            try expect(UInt8(ascii: "}"), "a member must be followed by , or }")
            return leave()
        }
    }

    mutating func elements(_ element: (inout JSONRow) throws -> Void) throws {
        try expect(UInt8(ascii: "["), "an array must begin with [")
        try enter()
        skipSpace()
        if peek() == UInt8(ascii: "]") {
            position += 1
            return leave()
        }
        while true {
            skipSpace()
            try element(&self)
            skipSpace()
            if peek() == UInt8(ascii: ",") {
                position += 1
                continue
            }
            try expect(UInt8(ascii: "]"), "an element must be followed by , or ]")
            return leave()
        }
    }

    private mutating func enter() throws {
        depth += 1
        if depth > Self.deepest { throw Malformed(reason: "nested deeper than \(Self.deepest)") }
    }

    private mutating func leave() { depth -= 1 }

    mutating func skipValue() throws {
        switch peek() {
        case UInt8(ascii: "{"): try members { row, _ in try row.skipValue() }
        case UInt8(ascii: "["): try elements { row in try row.skipValue() }
        case UInt8(ascii: "\""): try skipString()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        case nil: throw Malformed(reason: "the line ends too early")
        default: try number()
        }
    }

    private mutating func word(_ word: StaticString) throws {
        for i in 0..<word.utf8CodeUnitCount {
            try expect(word.utf8Start[i], "no such word in JSON")
        }
    }

    private mutating func number() throws {
        if peek() == UInt8(ascii: "-") { position += 1 }
        if peek() == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits()
        }
        if peek() == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            position += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
    }

    private mutating func digits() throws {
        let start = position
        while let byte = peek(), byte >= 0x30, byte <= 0x39 { position += 1 }
        if position == start { throw Malformed(reason: "this is no JSON value") }
    }

    /// Decodes a string, appending; true where a lone surrogate was replaced.
    mutating func string(into text: inout [UInt8]) throws -> Bool {
        try expect(UInt8(ascii: "\""), "a key must be a string in double quotes")
        var repaired = false
        while true {
            let start = position
            while let byte = peek(), byte >= 0x20, byte != 0x22, byte != 0x5c { position += 1 }
            text.append(contentsOf: bytes[start..<position])
            guard let byte = peek() else { throw Malformed(reason: "the line ends in a string") }
            switch byte {
            case 0x22:
                position += 1
                return repaired
            case 0x5c:
                position += 1
                try escape(into: &text, &repaired)
            default:
                throw Malformed(reason: "a control character stands in a string")
            }
        }
    }

    /// Walks over a string, checking it as `string` does.
    private mutating func skipString() throws {
        try expect(UInt8(ascii: "\""), "a key must be a string in double quotes")
        var ignored: [UInt8] = []
        var repaired = false
        while true {
            while let byte = peek(), byte >= 0x20, byte != 0x22, byte != 0x5c { position += 1 }
            guard let byte = peek() else { throw Malformed(reason: "the line ends in a string") }
            guard byte == 0x22 || byte == 0x5c else {
                throw Malformed(reason: "a control character stands in a string")
            }
            position += 1
            if byte == 0x22 { return }
            try escape(into: &ignored, &repaired)
            ignored.removeAll(keepingCapacity: true)
        }
    }

    private mutating func escape(into text: inout [UInt8], _ repaired: inout Bool) throws {
        guard let byte = peek() else { throw Malformed(reason: "the line ends in a string") }
        position += 1
        switch byte {
        case 0x22, 0x5c, 0x2f: text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            let unit = try fourDigits()
            var scalar = Unicode.Scalar(unit)
            if unit & 0xfc00 == 0xd800, position + 6 <= bytes.count, bytes[position] == 0x5c,
                bytes[position + 1] == UInt8(ascii: "u")
            {
                let before = position
                position += 2
                let low = try fourDigits()
                if low & 0xfc00 == 0xdc00 {
                    scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
                } else {
                    position = before
                }
            }
            if scalar == nil { repaired = true }
            text.append(contentsOf: UTF8.encode(scalar ?? "\u{fffd}")!)
        default:
            position -= 1
            throw Malformed(reason: "no such escape in JSON")
        }
    }

    private mutating func fourDigits() throws -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            else { throw Malformed(reason: "\\u must be followed by four hexadecimal digits") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
