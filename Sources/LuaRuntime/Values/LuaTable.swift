/// A key of a table that can leave Lua.
public enum LuaKey: Sendable, Hashable {
    case integer(Int64)
    case number(Double)
    case string(LuaString)
    case boolean(Bool)
}

extension LuaKey: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    public init(stringLiteral text: String) {
        self = .string(LuaString(text))
    }

    public init(integerLiteral value: Int64) {
        self = .integer(value)
    }
}

/// A table: the list at 1, 2, 3... up to the first nil, and every other entry.
///
/// Entries read from Lua come in the order of the sandbox's `pairs`: integers ascending, other
/// numbers ascending, strings by bytes, false, true. A key that is a table or a function cannot
/// leave Lua.
///
///     { "a", "b", size = 3 }   ->   array: ["a", "b"], fields: [size: 3]
public struct LuaTable<Element> {
    /// A key with its value.
    public struct Field {
        public var key: LuaKey
        public var value: Element

        @inlinable
        public init(key: LuaKey, value: Element) {
            self.key = key
            self.value = value
        }
    }

    public var array: [Element]
    public var fields: [Field]

    public init(array: [Element] = [], fields: [Field] = []) {
        self.array = array
        self.fields = fields
    }

    /// A table of named entries.
    @inlinable  // else nobody knows the element where the loop is compiled
    public init(_ fields: KeyValuePairs<String, Element>) {
        array = []
        self.fields = fields.map { Field(key: .string(LuaString($0.key)), value: $0.value) }
    }

    public var isEmpty: Bool { array.isEmpty && fields.isEmpty }

    /// The value at a key, or nil where there is none.
    public subscript(key: LuaKey) -> Element? {
        if case .integer(let index) = key, index >= 1, index <= array.count {
            return array[Int(index) - 1]
        }
        return fields.first { $0.key == key }?.value
    }

    /// The value under a key; nil where there is none.
    public subscript(name: String) -> Element? {
        self[.string(LuaString(name))]
    }

    func map<Result>(
        _ transform: (LuaKey, Element) throws -> Result
    ) rethrows -> LuaTable<Result> {
        LuaTable<Result>(
            array: try array.enumerated().map { try transform(.integer(Int64($0 + 1)), $1) },
            fields: try fields.map { .init(key: $0.key, value: try transform($0.key, $0.value)) })
    }
}

extension LuaTable: Sendable where Element: Sendable {}
extension LuaTable.Field: Sendable where Element: Sendable {}
extension LuaTable: Equatable where Element: Equatable {}
extension LuaTable.Field: Equatable where Element: Equatable {}
extension LuaTable: Hashable where Element: Hashable {}
extension LuaTable.Field: Hashable where Element: Hashable {}
