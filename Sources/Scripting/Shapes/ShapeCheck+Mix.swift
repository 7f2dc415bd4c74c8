import LuaRuntime

extension ShapeCheck {
    /// A source's share of the tokens, relative to the others'.
    static let weight = Field(
        "weight", .number(.nonNegative), .value(.number(1)),
        "the source's share of the tokens, relative to the other weights")

    /// Keys of a mix that name no source.
    static let mixKeys: Set<String> = ["kind", "unit"]

    /// Sources by name. `fiction = { weight = 2, nj.data.text { ... } }` becomes one flat table, so
    /// that `data.fiction.weight` and `data.fiction.path` are both dials.
    func mix(
        _ table: LuaTable<LuaNode>, of kinds: Kinds, at path: LuaPath
    ) throws -> LuaTable<LuaNode> {
        guard table.array.isEmpty else {
            throw fault(
                path,
                "every source of a mix has a name: nj.data.mix { fiction = { weight = 2, "
                    + "nj.data.text { ... } } }")
        }
        var fields: [LuaTable<LuaNode>.Field] = [
            .init(key: "kind", value: "mix"), .init(key: "unit", value: "tokens"),
        ]
        var weights = 0.0
        for (name, value) in try named(table, at: path) {
            let key = LuaKey.string(LuaString(name))
            let place = path.appending(key)
            guard !Self.mixKeys.contains(name) else {
                if name == "unit" {
                    _ = try checked(value, as: .choice(["tokens"]), at: place)
                }
                continue
            }
            guard name != "replay" || !isPlainWeights(value) else {
                throw fault(
                    place,
                    "shares of a replay part are not supported in this version; name each "
                        + "source and give it a weight")
            }
            guard Self.isSourceName(name) else {
                throw fault(
                    place, "a source's name has letters, digits, _ and -, and begins with a letter")
            }
            let entry = try self.entry(value, of: kinds, at: place)
            if case .number(let weight)? = entry["weight"] { weights += weight }
            fields.append(.init(key: key, value: .table(entry)))
        }
        if stage != .given {
            guard fields.count > 2 else { throw fault(path, "the mix has no source; give one") }
            guard weights > 0 || stage == .declared, weights.isFinite else {
                throw fault(path, "the weights sum to \(weights); give a source more than 0")
            }
        }
        return LuaTable(fields: fields)
    }

    private func entry(
        _ node: LuaNode, of kinds: Kinds, at path: LuaPath
    ) throws -> LuaTable<LuaNode> {
        guard case .table(var table) = node else {
            throw fault(path, "expected { weight = 1, nj.data.text { ... } }, got \(node.summary)")
        }
        if let first = table.array.first {
            guard table.array.count == 1, case .table(let source) = first else {
                throw fault(path, "expected one source beside the weight, got \(table.array.count)")
            }
            for field in table.fields {
                guard case .string("weight") = field.key else {
                    throw fault(path.appending(field.key), Self.besideSource(field.key))
                }
            }
            guard source["kind"].map({ !$0.isNil }) ?? false, source["weight"] == nil else {
                throw fault(
                    path.appending(.integer(1)), "expected a source such as nj.data.text { ... }")
            }
            table = LuaTable(
                array: source.array, fields: table.fields + source.fields)
        } else if let kind = table["kind"], case .string("mix") = kind {
            throw fault(path, "a mix inside a mix is not supported; name its sources here")
        }
        if let percent = table["percent"], !percent.isNil {
            throw fault(path.appending("percent"), Self.besideSource("percent"))
        }
        if table["kind"] == nil, stage == .given || !table.fields.isEmpty {
            throw fault(
                path, "this entry has no source; write { weight = 1, nj.data.text { ... } }")
        }
        let weighted = Kinds(
            noun: kinds.noun, records: kinds.records.map { $0.led(by: [Self.weight]) })
        return try self.kinds(.table(table), weighted, at: path)
    }

    private static func besideSource(_ key: LuaKey) -> String {
        if key == "percent" || key == "share" {
            return "\(key == "percent" ? "percent" : "share") is not supported in this version; "
                + "give a weight"
        }
        return "only weight stands beside the source; put the source's own keys into it"
    }

    private func isPlainWeights(_ node: LuaNode) -> Bool {
        guard case .table(let table) = node, table.array.isEmpty, table["kind"] == nil else {
            return false
        }
        return !table.fields.isEmpty
            && table.fields.allSatisfy { Self.number($0.value) != nil && $0.key != "weight" }
    }

    private static func isSourceName(_ name: String) -> Bool {
        let letters = name.utf8.map { (c: UInt8) in (c | 32 >= 97 && c | 32 <= 122) || c == 95 }
        return letters.first == true
            && zip(name.utf8, letters).allSatisfy { c, isLetter in
                isLetter || (c >= 48 && c <= 57) || c == 45
            }
    }
}
