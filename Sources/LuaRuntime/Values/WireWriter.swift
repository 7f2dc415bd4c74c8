import CLuaShim

/// Writes values as the bytes that the shim turns into Lua values.
///
/// The storage grows and is reused from call to call; a copy shares it, so one writer is used at a
/// time.
struct WireWriter {
    /// Owns what `start` points to.
    private final class Storage {
        var start = UnsafeMutableRawPointer.allocate(byteCount: 1024, alignment: 8)

        func replace(capacity: Int, keeping count: Int) {
            let other = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
            other.copyMemory(from: start, byteCount: count)
            start.deallocate()
            start = other
        }

        deinit { start.deallocate() }
    }

    private let storage = Storage()
    // Held here too: fields of a class are checked at each access.
    private var start: UnsafeMutableRawPointer
    private var capacity = 1024
    private(set) var count = 0
    /// The keys from the root to the table being written.
    private var keys: [LuaKey] = []

    init() {
        start = storage.start
    }

    /// What was written; valid until the next write.
    var bytes: UnsafePointer<UInt8> {
        UnsafePointer(start.assumingMemoryBound(to: UInt8.self))
    }

    /// Starts a list of `count` values.
    mutating func begin(count: Int) {
        begin()
        append(UInt32(count))
    }

    /// Starts with nothing, not even a list.
    mutating func begin() {
        // Room that one large call needed is not kept for ever.
        if capacity > 1 << 20 {
            resize(to: 1024, keeping: 0)
        }
        self.count = 0
        keys.removeAll(keepingCapacity: true)
    }

    /// Starts another list behind those that are there.
    mutating func beginAnother(count: Int) {
        append(UInt32(count))
    }

    /// Takes back what was written after the first `count` bytes.
    mutating func truncate(to count: Int) {
        self.count = count
        keys.removeAll(keepingCapacity: true)
    }

    mutating func put(_ value: LuaValue) throws {
        try value.write(to: &self, of: nil)
    }

    /// Copies what was written before.
    mutating func put(_ payload: LuaPayload) {
        payload.bytes.withUnsafeBufferPointer { bytes in
            let at = room(bytes.count)
            if let base = bytes.baseAddress { at.copyMemory(from: base, byteCount: bytes.count) }
        }
    }

    /// Writes a node of `state`, which keeps the objects in it.
    mutating func put(_ node: LuaNode, of state: LuaState) throws {
        try node.write(to: &self, of: state)
    }

    fileprivate mutating func putTable<Element: WireValue>(
        _ table: LuaTable<Element>, of state: LuaState?
    ) throws {
        guard keys.count < Int(NJL_MAX_DEPTH) else {
            throw error("tables are nested more than \(NJL_MAX_DEPTH) deep")
        }
        let at = room(9)
        at.storeBytes(of: UInt8(NJL_TAG_TABLE), as: UInt8.self)
        (at + 1).storeBytes(of: UInt32(table.array.count), as: UInt32.self)
        (at + 5).storeBytes(of: UInt32(table.fields.count), as: UInt32.self)
        // Through pointers: an iterator would copy every element and count its references.
        try table.array.withUnsafeBufferPointer { elements in
            for index in elements.indices {
                guard elements[index].isTable else {
                    try elements[index].write(to: &self, of: state)
                    continue
                }
                try putInner(elements[index], at: .integer(Int64(index + 1)), of: state)
            }
        }
        try table.fields.withUnsafeBufferPointer { fields in
            for index in fields.indices {
                switch fields[index].key {
                case .string(let value): put(value)
                case .integer(let value): put(value)
                case .number(let value):
                    guard !value.isNaN else { throw error("NaN is no key of a table") }
                    put(value)
                case .boolean(let value): put(value)
                }
                guard fields[index].value.isTable else {
                    try fields[index].value.write(to: &self, of: state)
                    continue
                }
                try putInner(fields[index].value, at: fields[index].key, of: state)
            }
        }
    }

    /// Writes a table inside another one; keys are followed for the sake of errors.
    private mutating func putInner<Element: WireValue>(
        _ element: Element, at key: LuaKey, of state: LuaState?
    ) throws {
        keys.append(key)
        try element.write(to: &self, of: state)
        keys.removeLast()
    }

    private func error(_ sentence: String) -> LuaError {
        LuaError(kind: .type, message: LuaPath(keys).sentence(sentence))
    }

    fileprivate mutating func putNil() { put(NJL_TAG_NIL) }

    fileprivate mutating func put(_ value: Bool) { put(value ? NJL_TAG_TRUE : NJL_TAG_FALSE) }

    fileprivate mutating func put(_ value: Int64) { put(NJL_TAG_INTEGER, value) }

    fileprivate mutating func put(_ value: Double) { put(NJL_TAG_NUMBER, value) }

    fileprivate mutating func put(_ string: LuaString) {
        string.withBytes { bytes in
            let at = room(9 + bytes.count)
            at.storeBytes(of: UInt8(NJL_TAG_STRING), as: UInt8.self)
            (at + 1).storeBytes(of: UInt64(bytes.count), as: UInt64.self)
            guard let base = bytes.baseAddress else { return }
            (at + 9).copyMemory(from: base, byteCount: bytes.count)
        }
    }

    mutating func put(_ function: LuaFunction, of state: LuaState?) {
        precondition(function.state === state, "a Lua function belongs to one state")
        put(NJL_TAG_FUNCTION, function.reference)
    }

    fileprivate mutating func put(_ object: LuaObject, handle: Int64) {
        put(NJL_TAG_OBJECT, handle)
        append(UInt64(UInt(bitPattern: ObjectIdentifier(object.value))))
    }

    private mutating func put(_ tag: Int) { append(UInt8(tag)) }

    private mutating func put<Payload: BitwiseCopyable>(_ tag: Int, _ payload: Payload) {
        let at = room(1 + MemoryLayout<Payload>.size)
        at.storeBytes(of: UInt8(tag), as: UInt8.self)
        (at + 1).storeBytes(of: payload, as: Payload.self)
    }

    private mutating func append<Value: BitwiseCopyable>(_ value: Value) {
        room(MemoryLayout<Value>.size).storeBytes(of: value, as: Value.self)
    }

    /// Room for so many more bytes, which count as written.
    @inline(__always)
    private mutating func room(_ extra: Int) -> UnsafeMutableRawPointer {
        if count + extra > capacity { grow(by: extra) }
        let at = start + count
        count += extra
        return at
    }

    private mutating func grow(by extra: Int) {
        var larger = capacity
        while larger < count + extra { larger *= 2 }
        resize(to: larger, keeping: count)
    }

    private mutating func resize(to capacity: Int, keeping count: Int) {
        storage.replace(capacity: capacity, keeping: count)
        start = storage.start
        self.capacity = capacity
    }
}

/// What a table may hold on its way into Lua.
private protocol WireValue {
    var isTable: Bool { get }
    func write(to writer: inout WireWriter, of state: LuaState?) throws
}

extension LuaValue: WireValue {
    fileprivate var isTable: Bool {
        if case .table = self { return true }
        return false
    }

    fileprivate func write(to writer: inout WireWriter, of state: LuaState?) throws {
        switch self {
        case .nil: writer.putNil()
        case .boolean(let value): writer.put(value)
        case .integer(let value): writer.put(value)
        case .number(let value): writer.put(value)
        case .string(let value): writer.put(value)
        case .table(let table): try writer.putTable(table, of: state)
        }
    }
}

extension LuaNode: WireValue {
    fileprivate var isTable: Bool {
        if case .table = self { return true }
        return false
    }

    fileprivate func write(to writer: inout WireWriter, of state: LuaState?) throws {
        switch self {
        case .nil: writer.putNil()
        case .boolean(let value): writer.put(value)
        case .integer(let value): writer.put(value)
        case .number(let value): writer.put(value)
        case .string(let value): writer.put(value)
        case .table(let table): try writer.putTable(table, of: state)
        case .function(let function): writer.put(function, of: state)
        case .object(let object):
            guard let state else { preconditionFailure("an object is written for a state") }
            writer.put(object, handle: state.keep(object))
        }
    }
}
