import CLuaShim

/// Reads the bytes that the shim made of Lua values. The shim is trusted: it wrote the counts.
struct WireReader {
    private var at: UnsafeRawPointer
    /// The state that the functions and objects belong to; nil where the data is plain.
    private let state: LuaState?

    init(_ bytes: UnsafePointer<UInt8>, state: LuaState?) {
        at = UnsafeRawPointer(bytes)
        self.state = state
    }

    mutating func values() -> [LuaValue] {
        let count = take(UInt32.self)
        return (0..<count).map { _ in value() }
    }

    mutating func nodes() -> [LuaNode] {
        let count = take(UInt32.self)
        return (0..<count).map { _ in node() }
    }

    /// The first of a list; nil where it is empty.
    mutating func firstNode() -> LuaNode { take(UInt32.self) > 0 ? node() : .nil }

    /// One value without a count before it.
    mutating func value() -> LuaValue {
        switch Int(take(UInt8.self)) {
        case NJL_TAG_NIL: return .nil
        case NJL_TAG_FALSE: return .boolean(false)
        case NJL_TAG_TRUE: return .boolean(true)
        case NJL_TAG_INTEGER: return .integer(take(Int64.self))
        case NJL_TAG_NUMBER: return .number(take(Double.self))
        case NJL_TAG_STRING: return .string(string())
        case NJL_TAG_TABLE: return .table(table { $0.value() })
        default: preconditionFailure("plain data holds no reference")
        }
    }

    private mutating func node() -> LuaNode {
        switch Int(take(UInt8.self)) {
        case NJL_TAG_NIL: return .nil
        case NJL_TAG_FALSE: return .boolean(false)
        case NJL_TAG_TRUE: return .boolean(true)
        case NJL_TAG_INTEGER: return .integer(take(Int64.self))
        case NJL_TAG_NUMBER: return .number(take(Double.self))
        case NJL_TAG_STRING: return .string(string())
        case NJL_TAG_TABLE: return .table(table { $0.node() })
        case NJL_TAG_FUNCTION:
            return .function(LuaFunction(state: owner, reference: take(Int32.self)))
        case NJL_TAG_OBJECT:
            let handle = take(Int64.self)
            _ = take(UInt64.self)
            return .object(owner.object(handle))
        default: preconditionFailure("a tag that the shim does not write")
        }
    }

    private var owner: LuaState {
        guard let state else { preconditionFailure("references are read with their state") }
        return state
    }

    private mutating func table<Element>(
        _ next: (inout WireReader) -> Element
    ) -> LuaTable<Element> {
        let arrayCount = Int(take(UInt32.self))
        let fieldCount = Int(take(UInt32.self))
        var table = LuaTable<Element>()
        table.array.reserveCapacity(arrayCount)
        for _ in 0..<arrayCount { table.array.append(next(&self)) }
        table.fields.reserveCapacity(fieldCount)
        for _ in 0..<fieldCount {
            let key = self.key()
            table.fields.append(.init(key: key, value: next(&self)))
        }
        return table
    }

    private mutating func key() -> LuaKey {
        switch Int(take(UInt8.self)) {
        case NJL_TAG_FALSE: return .boolean(false)
        case NJL_TAG_TRUE: return .boolean(true)
        case NJL_TAG_INTEGER: return .integer(take(Int64.self))
        case NJL_TAG_NUMBER: return .number(take(Double.self))
        case NJL_TAG_STRING: return .string(string())
        default: preconditionFailure("a key that the shim does not write")
        }
    }

    private mutating func string() -> LuaString {
        let count = Int(take(UInt64.self))
        let buffer = UnsafeBufferPointer(
            start: at.assumingMemoryBound(to: UInt8.self), count: count)
        at += count
        return LuaString(copying: buffer)
    }

    private mutating func take<Value: BitwiseCopyable>(_ type: Value.Type) -> Value {
        defer { at += MemoryLayout<Value>.size }
        return at.loadUnaligned(as: type)
    }
}
