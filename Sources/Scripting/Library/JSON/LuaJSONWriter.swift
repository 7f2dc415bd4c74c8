import LuaRuntime
import Texts

/// Writes a Lua value as JSON (RFC 8259).
struct LuaJSONWriter {
    private let library: LibraryMemory
    private let charge: WorkCharge
    private let indent: Int
    private let emptyIsObject: Bool
    private var bytes: [UInt8] = []
    private var path = LuaPath()
    private var depth = 0

    init(library: LibraryMemory, charge: @escaping WorkCharge, indent: Int, emptyIsObject: Bool) {
        self.library = library
        self.charge = charge
        self.indent = indent
        self.emptyIsObject = emptyIsObject
    }

    /// - Throws: `Refusal` for what JSON cannot hold, `ShapeFault` for what is no data.
    mutating func written(_ node: LuaNode) throws -> [UInt8] {
        try write(node)
        return bytes
    }

    private mutating func write(_ node: LuaNode) throws {
        try charge(1)
        switch node {
        case .nil: put("null")
        case .boolean(let value): put(value ? "true" : "false")
        case .integer(let value): put(String(value))
        case .number(let value):
            guard value.isFinite else {
                throw refusal(value.isNaN ? "JSON has no NaN" : "JSON has no infinity")
            }
            // Swift's shortest spelling that reads back the same; it has a point or an exponent.
            put("\(value)")
        case .string(let string): try write(string)
        case .table(let table): try write(table)
        case .object(let object) where object === library.null: put("null")
        case .object(let object) where object === library.emptyObject: put("{}")
        case .function, .object:
            throw ShapeFault(
                path: LuaPath([.string("value")] + path.keys),
                sentence: "expected plain data, got \(node.summary)")
        }
    }

    private mutating func write(_ table: LuaTable<LuaNode>) throws {
        let fields = table.fields
        if table.isEmpty {
            put(emptyIsObject ? "{}" : "[]")
        } else if fields.isEmpty {
            put("[")
            depth += 1
            for (index, element) in table.array.enumerated() {
                separate(isFirst: index == 0)
                try descend(.integer(Int64(index + 1)), element)
            }
            close("]")
        } else {
            guard table.array.isEmpty else {
                throw refusal(
                    "a table with a list and other entries, or with a hole in its list, is neither an "
                        + "array nor an object")
            }
            put("{")
            depth += 1
            for (index, field) in fields.enumerated() {
                guard case .string(let key) = field.key else {
                    path = path.appending(field.key)
                    throw refusal("keys of an object are strings")
                }
                separate(isFirst: index == 0)
                try write(key)
                put(indent > 0 ? ": " : ":")
                try descend(field.key, field.value)
            }
            close("}")
        }
    }

    private mutating func descend(_ key: LuaKey, _ node: LuaNode) throws {
        let outer = path
        path = path.appending(key)
        try write(node)
        path = outer
    }

    private mutating func write(_ string: LuaString) throws {
        try charge(string.count)
        guard let text = string.text else {
            let place = UTF8Bytes.firstMalformed(in: string.bytes) ?? 0
            throw refusal("this string is no UTF-8 at its byte \(place + 1)")
        }
        bytes.append(UInt8(ascii: "\""))
        for (index, byte) in text.utf8.enumerated() {
            if index & 0xFFFF == 0xFFFF { try charge(0) }
            switch byte {
            case UInt8(ascii: "\""): put("\\\"")
            case UInt8(ascii: "\\"): put("\\\\")
            case 0x0A: put("\\n")
            case 0x0D: put("\\r")
            case 0x09: put("\\t")
            case 0..<0x20, 0x7F:
                put(byte < 0x10 ? "\\u000" : "\\u00")
                put(String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func separate(isFirst: Bool) {
        if !isFirst { put(",") }
        newLine()
    }

    private mutating func close(_ bracket: String) {
        depth -= 1
        newLine()
        put(bracket)
    }

    private mutating func newLine() {
        guard indent > 0 else { return }
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: indent * depth))
    }

    private mutating func put(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private func refusal(_ sentence: String) -> Refusal {
        let place = path.description
        return Refusal(place.isEmpty ? sentence : "\(place): \(sentence)")
    }
}
