/// Finds one string in a line of JSON, checking the whole line on the way (RFC 8259).
///
/// Only the wanted string is decoded; all else is walked over. A key that occurs twice counts
/// where it stands last, as in most readers.
struct JSONRow {
    /// What a line gave.
    enum Outcome: Equatable {
        /// The decoded text; `repaired` where a lone surrogate became U+FFFD.
        case text([UInt8], repaired: Bool)
        /// The object has no such key; these are the ones it has.
        case missing(keys: [String])
        /// The value is no string but this.
        case wrongType(String)
        /// The line is no JSON object; the reason and the one-based column in bytes.
        case malformed(String, column: Int)
    }

    private struct Malformed: Error {
        var reason: String
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0
    private static let deepest = 256

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Reads the string at the top-level key `field` of a line, which is valid UTF-8.
    static func text(at field: String, in line: [UInt8]) -> Outcome {
        line.withUnsafeBufferPointer { buffer in
            var row = JSONRow(buffer)
            do {
                return try row.find(Array(field.utf8))
            } catch let malformed as Malformed {
                return .malformed(malformed.reason, column: row.position + 1)
            } catch {
                preconditionFailure("The scanner throws only its own error.")
            }
        }
    }

    private mutating func find(_ field: [UInt8]) throws -> Outcome {
        var found: Outcome?
        var keys: [String] = []
        skipSpace()
        guard peek() == UInt8(ascii: "{") else {
            try skipValue()
            try expectEnd()
            position = 0
            throw Malformed(reason: "the line is no object")
        }
        try members { row, key in
            keys.append(String(decoding: key, as: UTF8.self))
            guard key == field else { return try row.skipValue() }
            if row.peek() == UInt8(ascii: "\"") {
                var text: [UInt8] = []
                let repaired = try row.string(into: &text)
                found = .text(text, repaired: repaired)
            } else {
                found = .wrongType(row.kind())
                try row.skipValue()
            }
        }
        try expectEnd()
        return found ?? .missing(keys: keys)
    }

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            position += 1
        }
    }

    private mutating func expectEnd() throws {
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
    private mutating func members(
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

    private mutating func elements() throws {
        try expect(UInt8(ascii: "["), "an array must begin with [")
        try enter()
        skipSpace()
        if peek() == UInt8(ascii: "]") {
            position += 1
            return leave()
        }
        while true {
            skipSpace()
            try skipValue()
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

    private mutating func skipValue() throws {
        switch peek() {
        case UInt8(ascii: "{"): try members { row, _ in try row.skipValue() }
        case UInt8(ascii: "["): try elements()
        case UInt8(ascii: "\""):
            var ignored: [UInt8] = []
            _ = try string(into: &ignored)
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
    private mutating func string(into text: inout [UInt8]) throws -> Bool {
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
