import LuaRuntime
import Texts

/// Reads one JSON text as a Lua value, strictly (RFC 8259).
struct LuaJSONReader {
    struct Options {
        let library: LibraryMemory
        /// Asked for leave to go on, every now and then.
        var charge: (Int) throws -> Void = { _ in }
        var dropsNull = false
        /// "refuse", "text" or "number".
        var bigIntegers = "refuse"
        var keepsEmpty = false
    }

    /// As deep as a table may be on its way into Lua.
    static let mostDepth = 64
    private static let longestNumber = 1024

    let bytes: UnsafeBufferPointer<UInt8>
    let options: Options
    var index = 0
    private var depth = 0
    private var valueCount = 0

    /// - Throws: `Refusal` with line and column.
    static func read(_ bytes: [UInt8], _ options: Options) throws -> LuaNode {
        try bytes.withUnsafeBufferPointer { buffer in
            var reader = LuaJSONReader(bytes: buffer, options: options)
            if let place = UTF8Bytes.firstMalformed(in: bytes) {
                reader.index = place
                throw reader.failure("this byte is no UTF-8")
            }
            if buffer.starts(with: [0xEF, 0xBB, 0xBF]) {
                throw reader.failure("a byte order mark is not JSON; nj.text.clean takes it off")
            }
            let value = try reader.value()
            reader.skipSpace()
            guard reader.index == buffer.count else {
                throw reader.failure("text follows the end of the value")
            }
            return value
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, options: Options) {
        self.bytes = bytes
        self.options = options
    }

    /// The byte at the place; nil at the end.
    var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func value() throws -> LuaNode {
        valueCount += 1
        if valueCount & 0xFFF == 0 { try options.charge(0) }
        skipSpace()
        switch next {
        case UInt8(ascii: "{")?: return try object()
        case UInt8(ascii: "[")?: return try array()
        case UInt8(ascii: "\"")?: return .string(LuaString(bytes: try string()))
        case UInt8(ascii: "t")?: return try word("true", true)
        case UInt8(ascii: "f")?: return try word("false", false)
        case UInt8(ascii: "n")?:
            let start = index
            let null = try word("null", .object(options.library.null))
            guard !options.dropsNull else {
                index = start
                throw failure("null can be dropped from an object only")
            }
            return null
        case let byte? where byte == UInt8(ascii: "-") || byte >= 48 && byte <= 57:
            return try number()
        default: throw failure("a value is missing")
        }
    }

    private mutating func object() throws -> LuaNode {
        try enter()
        defer { depth -= 1 }
        var table = LuaTable<LuaNode>()
        if try closes(UInt8(ascii: "}")) {
            return options.keepsEmpty ? .object(options.library.emptyObject) : .table(table)
        }
        var seen: Set<[UInt8]> = []
        while true {
            skipSpace()
            let start = index
            guard next == UInt8(ascii: "\"") else { throw failure("a key in quotes is missing") }
            let key = try string()
            guard seen.insert(key).inserted else {
                index = start
                throw failure("the key \(LuaSpelling.quoted(key)) occurs twice in this object")
            }
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw failure("a colon is missing") }
            index += 1
            skipSpace()
            if options.dropsNull, next == UInt8(ascii: "n") {
                _ = try word("null", .nil)
            } else {
                table.fields.append(
                    .init(key: .string(LuaString(bytes: key)), value: try value()))
            }
            if try ends(UInt8(ascii: "}")) { return .table(table) }
        }
    }

    private mutating func array() throws -> LuaNode {
        try enter()
        defer { depth -= 1 }
        var elements: [LuaNode] = []
        if try closes(UInt8(ascii: "]")) { return .table(LuaTable()) }
        while true {
            elements.append(try value())
            if try ends(UInt8(ascii: "]")) { return LuaNode(list: elements) }
        }
    }

    /// Steps over an opening bracket.
    private mutating func enter() throws {
        guard depth < Self.mostDepth else {
            throw failure("values are nested more than \(Self.mostDepth) deep")
        }
        index += 1
        depth += 1
    }

    private mutating func closes(_ bracket: UInt8) throws -> Bool {
        skipSpace()
        guard next == bracket else { return false }
        index += 1
        return true
    }

    private mutating func ends(_ bracket: UInt8) throws -> Bool {
        if try closes(bracket) { return true }
        guard next == UInt8(ascii: ",") else {
            throw failure("a comma or \(Unicode.Scalar(bracket)) is missing")
        }
        index += 1
        return false
    }

    private mutating func word(_ word: StaticString, _ node: LuaNode) throws -> LuaNode {
        let count = word.utf8CodeUnitCount
        guard index + count <= bytes.count,
            (0..<count).allSatisfy({ bytes[index + $0] == word.utf8Start[$0] })
        else { throw failure("a value is missing") }
        index += count
        return node
    }

    private mutating func number() throws -> LuaNode {
        let start = index
        if next == UInt8(ascii: "-") { index += 1 }
        let leading = index
        try digits()
        if bytes[leading] == UInt8(ascii: "0"), index > leading + 1 {
            index = start
            throw failure("a number does not begin with 0")
        }
        var isInteger = true
        if next == UInt8(ascii: ".") {
            isInteger = false
            index += 1
            try digits()
        }
        if let byte = next, byte | 32 == UInt8(ascii: "e") {
            isInteger = false
            index += 1
            if let sign = next, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                index += 1
            }
            try digits()
        }
        let end = index
        index = start
        guard end - start <= Self.longestNumber else {
            throw failure("this number has \(end - start) characters")
        }
        let text = String(decoding: bytes[start..<end], as: UTF8.self)
        let node = try isInteger ? integer(text) : float(text)
        index = end
        return node
    }

    private mutating func digits() throws {
        let start = index
        while let byte = next, byte >= 48, byte <= 57 { index += 1 }
        guard index > start else { throw failure("a digit is missing") }
    }

    private func integer(_ text: String) throws -> LuaNode {
        if let value = Int64(text) { return .integer(value) }
        switch options.bigIntegers {
        case "text": return LuaNode(text)
        case "number": return try float(text)
        default:
            throw failure("\(text.prefix(40)) does not fit 64 bits; see the option big_integers")
        }
    }

    private func float(_ text: String) throws -> LuaNode {
        guard let value = Double(text), value.isFinite else {
            throw failure("\(text.prefix(40)) is beyond what a number can hold")
        }
        return .number(value)
    }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            index += 1
        }
    }

    /// What is wrong at the place; columns count characters, from 1.
    func failure(_ sentence: String) -> Refusal {
        let place = min(index, bytes.count)
        let line = bytes[..<place].count { $0 == 0x0A } + 1
        let start = (bytes[..<place].lastIndex(of: 0x0A) ?? -1) + 1
        let column = bytes[start..<place].count { $0 & 0xC0 != 0x80 } + 1
        let ended = place == bytes.count ? ": the text ends here" : ""
        return Refusal("line \(line), column \(column): \(sentence)\(ended)")
    }
}
