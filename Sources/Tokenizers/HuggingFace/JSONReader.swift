/// Reads one JSON text (RFC 8259), strictly.
struct JSONReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0
    private var depth = 0
    private static let maximumDepth = 128

    /// Throws with `file` and the line where the text is not JSON.
    static func read(_ bytes: [UInt8], file: String) throws -> JSONValue {
        try bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(bytes: buffer)
            do {
                try reader.checkEncoding()
                let value = try reader.value()
                reader.skipSpace()
                guard reader.index == buffer.count else {
                    throw reader.failure("text follows the end of the JSON value")
                }
                return value
            } catch let error as TokenizerError {
                throw error.placed(in: file)
            }
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        // A byte order mark is not JSON, but some editors put one.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    }

    private func checkEncoding() throws {
        guard let base = bytes.baseAddress else { throw truncation() }
        let end = UTF8Scan.validRunEnd(base, 0, bytes.count)
        guard end == bytes.count else {
            let rest = Array(bytes[end...].prefix(4))
            if rest.count < 4, UTF8Scan.incompleteSuffixLength(rest) == rest.count {
                throw truncation()
            }
            let line = bytes[..<end].count { $0 == 0x0A } + 1
            throw TokenizerError(.malformed, "line \(line) is not UTF-8")
        }
    }

    private mutating func value() throws -> JSONValue {
        skipSpace()
        guard index < bytes.count else { throw truncation() }
        switch bytes[index] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        default: return try number()
        }
    }

    private mutating func object() throws -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var members: [(key: [UInt8], value: JSONValue)] = []
        if try closes(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard index < bytes.count else { throw truncation() }
            guard bytes[index] == UInt8(ascii: "\"") else { throw failure("a key is missing") }
            let key = try string()
            skipSpace()
            try expect(":")
            members.append((key, try value()))
            if try ends(UInt8(ascii: "}")) { break }
        }
        return .object(members)
    }

    private mutating func array() throws -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var elements: [JSONValue] = []
        if try closes(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value())
            if try ends(UInt8(ascii: "]")) { break }
        }
        return .array(elements)
    }

    /// Steps over an opening bracket.
    private mutating func enter() throws {
        index += 1
        depth += 1
        if depth > Self.maximumDepth { throw failure("nested deeper than \(Self.maximumDepth)") }
    }

    private mutating func closes(_ bracket: UInt8) throws -> Bool {
        skipSpace()
        guard index < bytes.count else { throw truncation() }
        guard bytes[index] == bracket else { return false }
        index += 1
        return true
    }

    private mutating func ends(_ bracket: UInt8) throws -> Bool {
        if try closes(bracket) { return true }
        guard bytes[index] == UInt8(ascii: ",") else {
            throw failure("a comma or the closing bracket is missing")
        }
        index += 1
        return false
    }

    private mutating func string() throws -> [UInt8] {
        index += 1
        var result: [UInt8] = []
        while true {
            let start = index
            while index < bytes.count, bytes[index] != UInt8(ascii: "\""),
                bytes[index] != UInt8(ascii: "\\"), bytes[index] >= 0x20
            { index += 1 }
            result.append(contentsOf: bytes[start..<index])
            guard index < bytes.count else { throw truncation() }
            switch bytes[index] {
            case UInt8(ascii: "\""):
                index += 1
                return result
            case UInt8(ascii: "\\"):
                index += 1
                try escape(into: &result)
            default: throw failure("a control character inside a string")
            }
        }
    }

    private mutating func escape(into result: inout [UInt8]) throws {
        guard index < bytes.count else { throw truncation() }
        let letter = bytes[index]
        index += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(letter)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "u"):
            var value = try hexadecimal()
            if (0xD800..<0xDC00).contains(value), index + 1 < bytes.count,
                bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
            {
                index += 2
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else {
                    throw failure("half a surrogate pair")
                }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value) else {
                throw failure("half a surrogate pair")
            }
            result.append(contentsOf: UTF8.encode(scalar).unsafelyUnwrapped)
        default: throw failure("an escape that JSON does not have")
        }
    }

    private mutating func hexadecimal() throws -> UInt32 {
        guard index + 4 <= bytes.count else { throw truncation() }
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue else {
                throw failure("\\u without four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            index += 1
        }
        return value
    }

    private mutating func number() throws -> JSONValue {
        let start = index
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
                UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
                index += 1
                continue
            default: break
            }
            break
        }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        if let integer = Int(text) { return .integer(integer) }
        guard let number = Double(text) else {
            index = start
            throw failure("a value is missing")
        }
        return .number(number)
    }

    private mutating func expect(_ word: StaticString) throws {
        for offset in 0..<word.utf8CodeUnitCount {
            guard index < bytes.count else { throw truncation() }
            guard bytes[index] == word.utf8Start[offset] else {
                throw failure("`\(word)` is missing")
            }
            index += 1
        }
    }

    private mutating func skipSpace() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, 0x0A, 0x0D: index += 1
            default: return
            }
        }
    }

    private func failure(_ what: String) -> TokenizerError {
        let line = bytes[..<min(index, bytes.count)].count { $0 == 0x0A } + 1
        return TokenizerError(.malformed, "not JSON at line \(line): \(what)")
    }

    private func truncation() -> TokenizerError {
        TokenizerError(
            .unreadable,
            "the file ends in the middle, after \(bytes.count) bytes: copy it again from its source"
        )
    }
}
