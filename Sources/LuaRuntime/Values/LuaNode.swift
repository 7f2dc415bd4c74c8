/// A Lua value as one state knows it: plain data, and the functions and host objects among it.
///
/// This is what a recipe is read as: `schedule = function(progress) ... end` stays a function in
/// its place. Lua marks no constructor on the tables it makes; where a table must say what it is,
/// the convention is a string field `kind`, read by `LuaReader.kind`.
///
/// A node that holds functions or objects belongs to the state it came from.
public enum LuaNode {
    case `nil`
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(LuaString)
    case table(LuaTable<LuaNode>)
    case function(LuaFunction)
    case object(LuaObject)

    public init(_ value: LuaValue) {
        switch value {
        case .nil: self = .nil
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .string(let value): self = .string(value)
        case .table(let table): self = .table(table.map { LuaNode($1) })
        }
    }

    /// The node as plain data. A function or an object inside is a type error that names its key
    /// path, which begins with `path`.
    public func plain(path: LuaPath = LuaPath()) throws -> LuaValue {
        switch self {
        case .nil: return .nil
        case .boolean(let value): return .boolean(value)
        case .integer(let value): return .integer(value)
        case .number(let value): return .number(value)
        case .string(let value): return .string(value)
        case .table(let table):
            return .table(try table.map { try $1.plain(path: path.appending($0)) })
        case .function, .object:
            throw LuaError(
                kind: .type, message: path.sentence("expected plain data, got \(summary)"))
        }
    }

    /// The value in a few words, for error sentences: `string "ten"`.
    public var summary: String {
        switch self {
        case .nil: return "nothing"
        case .boolean(let value): return "boolean \(value)"
        case .integer(let value): return "integer \(value)"
        case .number(let value): return value.isNaN ? "number nan" : "number \(value)"
        case .string(let value):
            let text = value.beginning(1000)
            return text.count > 40 ? "string \"\(text.prefix(40))...\"" : "string \"\(text)\""
        case .table: return "a table"
        case .function: return "a function"
        case .object(let object): return "a \(object.typeName)"
        }
    }
}

extension LuaNode: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral text: String) { self = .string(LuaString(text)) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    public init(nilLiteral: ()) { self = .nil }
}
