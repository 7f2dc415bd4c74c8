/// Plain data in the form in which it crosses into Lua: written once, handed to any number of
/// calls and states.
///
///     let facts = try LuaPayload(["step": 120, "loss": 2.5])
///     for function in handlers { try dispatch.call(handing: function, facts) }
public struct LuaPayload: Sendable {
    let bytes: [UInt8]

    /// - Throws: `LuaError` where a table is nested too deep or has NaN as a key.
    public init(_ value: LuaValue) throws {
        var writer = WireWriter()
        writer.begin()
        try writer.put(value)
        bytes = Array(UnsafeBufferPointer(start: writer.bytes, count: writer.count))
    }

    /// What was written.
    public var value: LuaValue {
        bytes.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return .nil }
            var reader = WireReader(start, state: nil)
            return reader.value()
        }
    }
}
