/// Plain Lua data: a tree that any thread may hold.
///
/// It crosses without loss: integers stay apart from numbers, numbers keep their bits (NaN,
/// infinities and -0.0 included), strings are bytes. Equality is Swift's: 3 and 3.0 differ, and NaN
/// is not itself.
public enum LuaValue: Sendable, Hashable {
    case `nil`
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(LuaString)
    case table(LuaTable<LuaValue>)
}

extension LuaValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral text: String) { self = .string(LuaString(text)) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(arrayLiteral values: LuaValue...) { self = .table(LuaTable(array: values)) }
    public init(nilLiteral: ()) { self = .nil }

    /// A table of named entries, in the order written.
    public init(dictionaryLiteral entries: (String, LuaValue)...) {
        self = .table(
            LuaTable(fields: entries.map { .init(key: .string(LuaString($0.0)), value: $0.1) }))
    }
}

extension LuaValue {
    /// The number, whether Lua holds it as an integer or as a float.
    public var asNumber: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The text of a string that is valid UTF-8.
    public var asText: String? {
        if case .string(let string) = self { return string.text }
        return nil
    }

    public var asTable: LuaTable<LuaValue>? {
        if case .table(let table) = self { return table }
        return nil
    }
}
