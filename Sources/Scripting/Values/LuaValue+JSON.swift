import LuaRuntime
import Templates

extension LuaValue {
    /// JSON as scripts see a row's: what is null is not there, and false in a list.
    init?(json: TemplateValue) {
        switch json {
        case .undefined, .none: return nil
        case .bool(let value): self = .boolean(value)
        case .integer(let value): self = .integer(Int64(value))
        case .float(let value): self = .number(value)
        case .string(let text): self = .string(LuaString(text))
        case .list(let items):
            self = .table(LuaTable(array: items.map { LuaValue(json: $0) ?? .boolean(false) }))
        case .dictionary(let members):
            self = .table(
                LuaTable(
                    fields: zip(members.keys, members.values).compactMap { key, value in
                        LuaValue(json: value).map {
                            .init(key: .string(LuaString(key)), value: $0)
                        }
                    }))
        }
    }
}
