/// Filters that compare items with each other.
extension Interpreter {
    func orderFilter(
        _ name: String, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        switch name {
        case "sort":
            let given = try bind(
                arguments, to: ["reverse", "case_sensitive", "attribute"], of: name)
            let paths = try AttributePath.list(given[2] ?? .none, self)
            var keys: [Value] = []
            let items = try allItems(value)
            for item in items {
                var parts: [Value] = []
                for path in paths {
                    parts.append(
                        try folded(try path.value(of: item, self), unless: given[1]))
                }
                keys.append(try list(parts))
            }
            return try list(
                try sorted(items, by: keys, isReversed: given[0]?.isTrue ?? false))
        case "dictsort": return try sortedDictionary(value, arguments)
        case "unique":
            let given = try bind(arguments, to: ["case_sensitive", "attribute"], of: name)
            return try generator("generator") { [unowned self] () throws(TemplateError) in
                try self.uniqueItems(value, given)
            }
        case "min", "max":
            let given = try bind(arguments, to: ["case_sensitive", "attribute"], of: name)
            let path = try AttributePath(given[1] ?? .none, self)
            var best: (item: Value, key: Value)?
            for item in try allItems(value) {
                let key = try folded(try path.value(of: item, self), unless: given[0])
                if let current = best {
                    let isBetter =
                        name == "min"
                        ? try ordered(key, current.key, .less) == .before
                        : try ordered(key, current.key, .greater) == .after
                    if isBetter { best = (item, key) }
                } else {
                    best = (item, key)
                }
            }
            return best?.item
                ?? .undefined(Undefined(sentence: "There is no '\(name)' of no items."))
        case "sum":
            let given = try bind(arguments, to: ["attribute", "start"], of: name)
            let path = try AttributePath(given[0] ?? .none, self)
            var sum = given[1] ?? .integer(0)
            if case .string = sum { throw failure(.type, "'sum' adds no texts; use 'join'.") }
            let next = try iterator(value)
            while let item = try next() {
                sum = try apply(.add, sum, try path.value(of: item, self))
            }
            return sum
        default: return try grouped(value, arguments)
        }
    }

    /// Text in lower case, so that large and small letters are equal.
    private func folded(_ key: Value, unless isSensitive: Value?) throws(TemplateError) -> Value {
        guard case .string(let text) = key, !(isSensitive?.isTrue ?? false) else { return key }
        return try string(LetterCase.lower(text.unicodeScalars))
    }

    private func sortedDictionary(
        _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let given = try bind(
            arguments, to: ["case_sensitive", "by", "reverse"], of: "dictsort")
        var place = 0
        switch given[1] ?? .string("key") {
        case .string("key"): place = 0
        case .string("value"): place = 1
        default: throw failure(.value, "'dictsort' sorts by 'key' or by 'value'.")
        }
        try refuseUndefined(value)
        guard case .dictionary(let table) = value else {
            throw failure(.type, "'dictsort' needs a dictionary, not '\(value.typeName)'.")
        }
        let view = TableView(kind: .items, table: table)
        let items = (0..<table.keys.count).map { view.item($0) }
        var keys: [Value] = []
        for key in place == 0 ? table.keys : table.values {
            keys.append(try folded(key, unless: given[0]))
        }
        return try list(try sorted(items, by: keys, isReversed: given[2]?.isTrue ?? false))
    }

    private func uniqueItems(
        _ value: Value, _ given: BoundArguments
    ) throws(TemplateError) -> [Value] {
        let path = try AttributePath(given[1] ?? .none, self)
        var seen: Set<Table.Key> = []
        var items: [Value] = []
        let next = try iterator(value)
        while let item = try next() {
            let key = try hashKey(try folded(try path.value(of: item, self), unless: given[0]))
            if seen.insert(key).inserted { items.append(item) }
            try chargeMemory(48)
        }
        return items
    }

    private func grouped(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let given = try bind(
            arguments, to: ["attribute", "default", "case_sensitive"], required: 1, of: "groupby")
        let path = try AttributePath(given[0] ?? .none, self)
        let items = try allItems(value)
        var keys: [Value] = []
        for item in items {
            let key = try path.value(of: item, self, or: given[1] ?? .none)
            keys.append(try folded(key, unless: given[2]))
        }
        let order = try sorted(items.indices.map { .integer($0) }, by: keys)
            .compactMap(\.wholeNumber)
        var groups: [Value] = []
        var members: [Value] = []
        for (index, place) in order.enumerated() {
            members.append(items[place])
            if index + 1 < order.count, try equal(keys[place], keys[order[index + 1]]) { continue }
            let isSensitive = given[2]?.isTrue ?? false
            let first = try path.value(of: members[0], self, or: given[1] ?? .none)
            groups.append(try tuple([isSensitive ? keys[place] : first, try list(members)]))
            members = []
        }
        return try list(groups)
    }
}
