import Corpora
import LuaRuntime

extension ShapeCheck {
    /// A source's share of the mix, relative to the others'.
    static let weight = Field(
        "weight", .number(.nonNegative), .value(.number(1)),
        "the source's share of the mix, relative to the other weights")
    private static let percent = Field(
        "percent", .number(.percentage), .required,
        "the source's percentage of the mix, or within `replay` of the replay")
    private static let maximumEpochs = Field(
        "max_epochs", .number(.positive), .none,
        "how often the run may read the source; a share that needs more is an error")

    private static let epochs = Field(
        "epochs", .number(.positive), .required,
        "how often the run reads the source; the others share the tokens that it leaves over")

    /// A category of a replay whose text a catalog has.
    static let category = Record(
        noun: "category", fields: [percent, maximumEpochs], tag: "category")

    /// What may stand beside a source, whichever form the mix has.
    static let besideSource = [weight, percent, epochs, maximumEpochs]

    /// Settings of a mix, which name no source.
    static let mixSettings = [
        Field(
            "unit", .choice(Mix.Unit.allCases.map(\.rawValue)), .value("tokens"),
            "what shares are shares of: tokens, tokens that count in the loss, or documents"),
        Field(
            "strict", .boolean, .value(.boolean(false)),
            "whether percentages that do not add up to 100 are an error; else they are taken in "
                + "proportion, which is said"),
    ]
    /// The part of a mix that shares what the other sources leave over.
    static let replay = "replay"
    /// Keys of a mix that name no source.
    static let mixKeys: Set<String> = Set(["kind"] + mixSettings.map(\.name))

    /// Sources by name. `fiction = { weight = 2, nj.data.text { ... } }` becomes one flat table, so
    /// that `data.fiction.weight` and `data.fiction.path` are both dials; so does each category of
    /// `replay = { fiction = { percent = 50, nj.data.text { ... } } }`.
    func mix(
        _ table: LuaTable<LuaNode>, of kinds: Kinds, at path: LuaPath
    ) throws -> LuaTable<LuaNode> {
        guard table.array.isEmpty else {
            throw fault(
                path,
                "every source of a mix has a name: nj.data.mix { fiction = { weight = 2, "
                    + "nj.data.text { ... } } }")
        }
        var fields: [LuaTable<LuaNode>.Field] = [.init(key: "kind", value: "mix")]
        for setting in Self.mixSettings {
            let key = LuaKey.string(LuaString(setting.name))
            if let value = table[key], !value.isNil {
                fields.append(
                    .init(
                        key: key,
                        value: try checked(value, as: setting.shape, at: path.appending(key))))
            } else if case .value(let value) = setting.fallback {
                fields.append(.init(key: key, value: LuaNode(value)))
            }
        }
        let settings = fields.count
        var entries: [(path: LuaPath, entry: LuaTable<LuaNode>)] = []
        for (name, value) in try named(table, at: path) where !Self.mixKeys.contains(name) {
            let key = LuaKey.string(LuaString(name))
            let place = path.appending(key)
            if name == Self.replay, case .table(let group) = value, Self.isReplay(group) {
                let categories = try categories(group, of: kinds, at: place)
                entries += categories.fields.compactMap { field in
                    guard case .table(let entry) = field.value else { return nil }
                    return (place.appending(field.key), entry)
                }
                fields.append(.init(key: key, value: .table(categories)))
                continue
            }
            try checkName(name, at: place)
            let entry = try self.entry(value, of: kinds, at: place)
            entries.append((place, entry))
            fields.append(.init(key: key, value: .table(entry)))
        }
        if stage != .given {
            guard fields.count > settings else {
                throw fault(path, "the mix has no source; give one")
            }
            try checkForms(entries, at: path)
        }
        return LuaTable(fields: fields)
    }

    /// One mix says all its shares by weights, or all by percentages.
    private func checkForms(
        _ entries: [(path: LuaPath, entry: LuaTable<LuaNode>)], at path: LuaPath
    ) throws {
        let entries = entries.filter { $0.entry["epochs"] == nil }
        guard !entries.isEmpty else { return }
        let weighed = entries.filter { $0.entry["percent"] == nil }
        guard weighed.count == entries.count else {
            guard let first = weighed.first else { return }
            throw fault(
                first.path, "other sources of this mix have a percentage; give this one percent too")
        }
        let weights = entries.reduce(0.0) { sum, item in
            guard case .number(let weight)? = item.entry["weight"] else { return sum }
            return sum + weight
        }
        guard weights > 0 || stage == .declared, weights.isFinite else {
            throw fault(path, "the weights sum to \(weights); give a source more than 0")
        }
    }

    private func checkName(_ name: String, at path: LuaPath) throws {
        guard Self.isSourceName(name) else {
            throw fault(
                path, "a source's name has letters, digits, _ and -, and begins with a letter")
        }
    }

    /// Whether what stands under `replay` is a group of categories, and not a source of that name.
    static func isReplay(_ table: LuaTable<LuaNode>) -> Bool {
        table.array.isEmpty && table["kind"] == nil
    }

    /// The categories of a replay: numbers alone are percentages, which need a catalog to say where
    /// their text is.
    private func categories(
        _ table: LuaTable<LuaNode>, of kinds: Kinds, at path: LuaPath
    ) throws -> LuaTable<LuaNode> {
        var fields: [LuaTable<LuaNode>.Field] = []
        let catalog = table["catalog"].flatMap { $0.isNil ? nil : $0 }
        if let catalog {
            fields.append(
                .init(
                    key: "catalog",
                    value: try checked(catalog, as: .text, at: path.appending("catalog"))))
        }
        for (name, value) in try named(table, at: path) where name != "catalog" {
            let key = LuaKey.string(LuaString(name))
            let place = path.appending(key)
            try checkName(name, at: place)
            let entry: LuaTable<LuaNode>
            if Self.number(value) != nil {
                entry = LuaTable([Self.percent.name: value])
            } else if case .table(let given) = value {
                entry = given
            } else {
                throw fault(
                    place, "expected a percentage, or { percent = 50, nj.data.text { ... } }, got "
                        + value.summary)
            }
            let isBare = entry.array.isEmpty && entry["kind"] == nil
            guard isBare else {
                fields.append(
                    .init(key: key, value: .table(try self.entry(.table(entry), of: kinds, at: place))))
                continue
            }
            guard catalog != nil || stage == .given else {
                throw fault(
                    place,
                    "nothing says where the text of this category is; write { percent = 50, "
                        + "nj.data.text { ... } }, or catalog = \"FOLDER\" beside the categories")
            }
            var category = Self.category
            category.tag = nil
            fields.append(
                .init(key: key, value: .table(try record(entry, as: category, at: place))))
        }
        guard stage == .given || !fields.isEmpty else {
            throw fault(path, "the replay has no category; give one, or a catalog")
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
            let names = Self.besideSource.map(\.name)
            for field in table.fields {
                guard case .string(let key) = field.key, names.contains(key.description) else {
                    throw fault(path.appending(field.key), Self.misplaced(field.key))
                }
            }
            guard source["kind"].map({ !$0.isNil }) ?? false,
                names.allSatisfy({ source[LuaKey.string(LuaString($0))] == nil })
            else {
                throw fault(
                    path.appending(.integer(1)), "expected a source such as nj.data.text { ... }")
            }
            table = LuaTable(array: source.array, fields: table.fields + source.fields)
        } else if let kind = table["kind"], case .string("mix") = kind {
            throw fault(path, "a mix inside a mix is not supported; name its sources here")
        }
        if table["kind"] == nil, stage == .given || !table.fields.isEmpty {
            throw fault(
                path, "this entry has no source; write { weight = 1, nj.data.text { ... } }")
        }
        let said = ["weight", "percent", "epochs"].filter { name in
            table[LuaKey.string(LuaString(name))].map { !$0.isNil } ?? false
        }
        guard said.count <= 1 else {
            throw fault(
                path, "this source has \(said.joined(separator: " and ")); give one of them")
        }
        let share =
            said == ["percent"] ? Self.percent : said == ["epochs"] ? Self.epochs : Self.weight
        let shared = Kinds(
            noun: kinds.noun,
            records: kinds.records.map { $0.led(by: [share, Self.maximumEpochs]) })
        return try self.kinds(.table(table), shared, at: path)
    }

    private static func misplaced(_ key: LuaKey) -> String {
        key == "share"
            ? "a source's share is its weight or its percent; give one of them"
            : "only weight, percent, epochs and max_epochs stand beside the source; put its own keys "
                + "into it"
    }

    static func isSourceName(_ name: String) -> Bool {
        let letters = name.utf8.map { (c: UInt8) in (c | 32 >= 97 && c | 32 <= 122) || c == 95 }
        return letters.first == true
            && zip(name.utf8, letters).allSatisfy { c, isLetter in
                isLetter || (c >= 48 && c <= 57) || c == 45
            }
    }
}
