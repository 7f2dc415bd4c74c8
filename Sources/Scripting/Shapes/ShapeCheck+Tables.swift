import Naming
import LuaRuntime

extension ShapeCheck {
    func record(
        _ table: LuaTable<LuaNode>, as record: Record, at path: LuaPath
    ) throws -> LuaTable<LuaNode> {
        let given = try named(table, at: path)
        for (name, value) in given { try admit(name, value, in: record, at: path) }
        try checkGroups(of: record, given: given.map(\.name), at: path)

        var fields: [LuaTable<LuaNode>.Field] = []
        if let tag = record.tag {
            fields.append(.init(key: "kind", value: .string(LuaString(tag))))
        }
        for field in record.fields {
            let value = given.first { $0.name == field.name }?.value
            guard let node = try value ?? missing(field, in: record, given: given, at: path) else {
                continue
            }
            let key = LuaKey.string(LuaString(field.name))
            if case .nil = node {
                fields.append(.init(key: key, value: .nil))
                continue
            }
            let checked = try checked(node, as: field.shape, at: path.appending(key))
            fields.append(.init(key: key, value: checked))
        }
        if record.isOpen {
            for (name, value) in given where record.field(name) == nil && name != "kind" {
                let key = LuaKey.string(LuaString(name))
                let checked = try checked(value, as: .plain, at: path.appending(key))
                fields.append(.init(key: key, value: checked))
            }
        }
        return LuaTable(fields: fields)
    }

    func kinds(
        _ node: LuaNode, _ kinds: Kinds, at path: LuaPath
    ) throws -> LuaTable<LuaNode> {
        func record(_ word: String) throws -> Record {
            if let record = kinds.record(word) { return record }
            let near = nearestName(to: word, among: kinds.names)
            let hint = near.map { "; did you mean \"\($0)\"?" } ?? ""
            throw fault(
                path,
                "\"\(word)\" is no kind of \(kinds.noun); there are "
                    + "\(Words.anyOf(kinds.names))\(hint)")
        }
        switch node {
        case .string(let word) where kinds.takesName:
            if !kinds.names.contains(word.description), let named = kinds.named,
                let key = named.shorthand
            {
                return try self.record(LuaTable([key: node]), as: named, at: path)
            }
            return try self.record(LuaTable(), as: record(word.description), at: path)
        case .table(let table):
            if let kind = table["kind"], !kind.isNil {
                guard case .string(let word) = kind else {
                    throw fault(
                        path.appending("kind"),
                        "expected \(Words.anyOf(kinds.names)), got "
                            + kind.summary)
                }
                return try self.record(table, as: record(word.description), at: path)
            }
            guard let tag = kinds.fallback else {
                throw fault(
                    path,
                    "this table does not say which \(kinds.noun) it is; its kind is "
                        + Words.anyOf(kinds.names))
            }
            return try self.record(table, as: record(tag), at: path)
        default:
            throw fault(path, "expected \(kinds.expectation), got \(node.summary)")
        }
    }

    // MARK: - Keys

    /// The entries with their names; nil values are no entries.
    func named(
        _ table: LuaTable<LuaNode>, at path: LuaPath
    ) throws -> [(name: String, value: LuaNode)] {
        if let first = table.array.first {
            throw fault(
                path.appending(.integer(1)),
                "every value here has a name, as in key = value; got "
                    + "\(first.summary) without one")
        }
        return try table.fields.compactMap { field in
            guard case .string(let name) = field.key, let text = name.text else {
                throw fault(path.appending(field.key), "keys here are names")
            }
            return field.value.isNil ? nil : (text, field.value)
        }
    }

    private func admit(
        _ name: String, _ value: LuaNode, in record: Record, at path: LuaPath
    ) throws {
        if name == "kind", let tag = record.tag {
            if case .string(let kind) = value, kind.description == tag { return }
            throw fault(path, "expected \(record.noun), got \(kindName(value))")
        }
        if record.field(name) != nil { return }
        let key = path.appending(.string(LuaString(name)))
        if let sentence = record.unsupported[name] { throw fault(key, sentence) }
        let known = record.names + record.unsupported.keys.sorted()
        var unknown: ShapeFault
        if let near = nearestName(to: name, among: known) {
            unknown = fault(path, "unknown key \"\(name)\"; did you mean \"\(near)\"?")
        } else {
            guard !record.isOpen else { return }
            unknown = fault(
                path,
                "unknown key \"\(name)\"; the keys of \(record.noun) are "
                    + record.names.joined(separator: ", "))
        }
        unknown.named = key
        throw unknown
    }

    private func kindName(_ node: LuaNode) -> String {
        if case .string(let kind) = node { return "a table of kind \"\(kind)\"" }
        return "a kind that is \(node.summary)"
    }

    private func checkGroups(of record: Record, given: [String], at path: LuaPath) throws {
        for group in record.groups {
            let present = group.names.filter(given.contains)
            guard present.count <= 1 else {
                throw fault(
                    path,
                    "\(present.joined(separator: " and ")) are both given; give one of "
                        + Words.anyOf(group.names))
            }
            guard stage == .given || group.fallback != nil || !present.isEmpty else {
                throw fault(path, "none of \(Words.anyOf(group.names)) is given; give one")
            }
        }
    }

    private func missing(
        _ field: Field, in record: Record, given: [(name: String, value: LuaNode)], at path: LuaPath
    ) throws -> LuaNode? {
        if stage == .given { return nil }
        if let group = record.group(of: field.name) {
            guard stage == .complete, let fallback = group.fallback, fallback.name == field.name,
                !given.contains(where: { group.names.contains($0.name) })
            else { return nil }
            return LuaNode(fallback.value)
        }
        switch field.fallback {
        case .required:
            let key = path.appending(.string(LuaString(field.name)))
            throw fault(key, "this key is missing; \(field.doc)")
        case .none: return stage == .complete ? .nil : nil
        case .value(let value): return stage == .complete ? LuaNode(value) : nil
        case .empty: return stage == .complete ? .table(LuaTable()) : nil
        }
    }
}

extension LuaNode {
    var isNil: Bool {
        if case .nil = self { return true }
        return false
    }
}
