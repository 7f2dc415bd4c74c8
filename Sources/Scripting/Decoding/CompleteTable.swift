import LuaRuntime

/// Reads a table that its shape has completed: every type is certain, so nothing here throws.
struct CompleteTable {
    let table: LuaTable<LuaNode>

    init(_ table: LuaTable<LuaNode>) { self.table = table }

    subscript(key: String) -> LuaNode? {
        guard let node = table[key], !node.isNil else { return nil }
        return node
    }

    func optionalInteger(_ key: String) -> Int? { self[key].flatMap(ShapeCheck.integer) }
    func optionalNumber(_ key: String) -> Double? { self[key].flatMap(ShapeCheck.number) }

    func optionalText(_ key: String) -> String? {
        guard case .string(let string)? = self[key] else { return nil }
        return string.text
    }

    func integer(_ key: String) -> Int { certain(optionalInteger(key), key) }
    func number(_ key: String) -> Double { certain(optionalNumber(key), key) }
    func text(_ key: String) -> String { certain(optionalText(key), key) }

    func boolean(_ key: String) -> Bool {
        guard case .boolean(let value)? = self[key] else { return certain(nil, key) }
        return value
    }

    /// A word that the shape took from the same enumeration.
    func word<Word: RawRepresentable<String>>(_ key: String, as type: Word.Type = Word.self) -> Word
    {
        certain(Word(rawValue: text(key)), key)
    }

    func inner(_ key: String) -> CompleteTable { certain(optionalInner(key), key) }

    func optionalInner(_ key: String) -> CompleteTable? {
        guard case .table(let table)? = self[key] else { return nil }
        return CompleteTable(table)
    }

    /// A string, or a list of them.
    func texts(_ key: String) -> [String] {
        if let text = optionalText(key) { return [text] }
        return inner(key).table.array.map { node in
            guard case .string(let string) = node, let text = string.text else {
                return certain(nil, key)
            }
            return text
        }
    }

    var kind: String { text("kind") }

    private func certain<Value>(_ value: Value?, _ key: String) -> Value {
        guard let value else { preconditionFailure("the shape lets \"\(key)\" be something else") }
        return value
    }
}
