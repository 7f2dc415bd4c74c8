import CLuaShim

/// Writes values as the bytes that the shim turns into Lua values.
struct WireWriter {
    private(set) var bytes: [UInt8] = []
    /// The keys from the root to the table being written.
    private var keys: [LuaKey] = []

    /// Starts over, keeping the storage.
    mutating func begin(count: Int) {
        bytes.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
        append(UInt32(count))
    }

    mutating func put(_ value: LuaValue) throws {
        switch value {
        case .nil: bytes.append(UInt8(NJL_TAG_NIL))
        case .boolean(let value): put(value)
        case .integer(let value): put(value)
        case .number(let value): put(value)
        case .string(let value): put(value)
        case .table(let table):
            try putTable(table) { writer, value in try writer.put(value) }
        }
    }

    /// Writes a node of `state`, which keeps the objects in it.
    mutating func put(_ node: LuaNode, of state: LuaState) throws {
        switch node {
        case .nil: bytes.append(UInt8(NJL_TAG_NIL))
        case .boolean(let value): put(value)
        case .integer(let value): put(value)
        case .number(let value): put(value)
        case .string(let value): put(value)
        case .table(let table):
            try putTable(table) { writer, node in try writer.put(node, of: state) }
        case .function(let function):
            precondition(function.state === state, "a Lua function belongs to one state")
            bytes.append(UInt8(NJL_TAG_FUNCTION))
            append(function.reference)
        case .object(let object):
            bytes.append(UInt8(NJL_TAG_OBJECT))
            append(state.keep(object))
            append(UInt64(UInt(bitPattern: ObjectIdentifier(object.value))))
        }
    }

    private mutating func putTable<Element>(
        _ table: LuaTable<Element>, put: (inout WireWriter, Element) throws -> Void
    ) throws {
        guard keys.count < Int(NJL_MAX_DEPTH) else {
            throw LuaError(
                kind: .type,
                message: LuaPath(keys).sentence(
                    "tables are nested more than \(NJL_MAX_DEPTH) deep"))
        }
        bytes.append(UInt8(NJL_TAG_TABLE))
        append(UInt32(table.array.count))
        append(UInt32(table.fields.count))
        for (index, element) in table.array.enumerated() {
            keys.append(.integer(Int64(index + 1)))
            try put(&self, element)
            keys.removeLast()
        }
        for field in table.fields {
            keys.append(field.key)
            switch field.key {
            case .integer(let value): self.put(value)
            case .number(let value):
                guard !value.isNaN else {
                    throw LuaError(
                        kind: .type, message: LuaPath(keys).sentence("NaN is no key of a table"))
                }
                self.put(value)
            case .string(let value): self.put(value)
            case .boolean(let value): self.put(value)
            }
            try put(&self, field.value)
            keys.removeLast()
        }
    }

    private mutating func put(_ value: Bool) {
        bytes.append(UInt8(value ? NJL_TAG_TRUE : NJL_TAG_FALSE))
    }

    private mutating func put(_ value: Int64) {
        bytes.append(UInt8(NJL_TAG_INTEGER))
        append(value)
    }

    private mutating func put(_ value: Double) {
        bytes.append(UInt8(NJL_TAG_NUMBER))
        append(value)
    }

    private mutating func put(_ string: LuaString) {
        bytes.append(UInt8(NJL_TAG_STRING))
        append(UInt64(string.count))
        var string = string
        string.withBytes { bytes.append(contentsOf: $0) }
    }

    private mutating func append<Value: BitwiseCopyable>(_ value: Value) {
        withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }
}
