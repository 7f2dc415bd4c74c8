import Naming

/// Which filters there are.
enum Filters {
    static let names: Set<String> = [
        "abs", "attr", "batch", "capitalize", "center", "count", "d", "default", "dictsort",
        "filesizeformat", "first", "float", "format", "groupby", "indent", "int", "items", "join",
        "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "replace",
        "reverse", "round", "safe", "select", "selectattr", "slice", "sort", "string", "sum",
        "title", "tojson", "trim", "truncate", "unique", "upper", "urlencode", "wordcount",
        "wordwrap",
    ]

    /// What jinja2 has for HTML, for chance, or for looking into a program.
    static let leftOut: Set<String> = [
        "e", "escape", "forceescape", "pprint", "random", "striptags", "urlize", "xmlattr",
    ]

    /// Why a filter cannot be used, nil where it can.
    static func problem(
        with name: String
    ) -> (kind: TemplateError.Kind, sentence: String)? {
        if names.contains(name) { return nil }
        let hint = nearestNameHint(to: name, among: names.sorted())
        if leftOut.contains(name) {
            return (.unsupported, "The filter '\(name)' is left out; \(hint)")
        }
        return (.syntax, "There is no filter '\(name)'; \(hint)")
    }
}

extension Interpreter {
    func filter(
        _ name: String, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        try enter()
        defer { leave() }
        if let problem = Filters.problem(with: name) {
            throw failure(problem.kind, problem.sentence)
        }
        switch name {
        case "tojson": return try toJSON(value, arguments)
        case "default", "d":
            let given = try bind(arguments, to: ["default_value", "boolean"], of: name)
            let isMissing = value.isUndefined || (given[1]?.isTrue ?? false) && !value.isTrue
            return isMissing ? given[0] ?? .string("") : value
        case "string", "safe":
            _ = try bind(arguments, to: [], of: name)
            return try string(try printed(value))
        case "upper", "lower", "capitalize", "title", "trim", "center", "replace", "indent",
            "truncate", "wordwrap", "wordcount", "format", "urlencode":
            return try textFilter(name, value, arguments)
        case "abs", "float", "int", "round", "filesizeformat":
            return try numberFilter(name, value, arguments)
        case "map", "select", "reject", "selectattr", "rejectattr":
            return try choosingFilter(name, value, arguments)
        case "sort", "dictsort", "groupby", "unique", "min", "max", "sum":
            return try orderFilter(name, value, arguments)
        default: return try sequenceFilter(name, value, arguments)
        }
    }

    private func sequenceFilter(
        _ name: String, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        switch name {
        case "length", "count":
            _ = try positional(arguments, 0...0, name)
            return .integer(try length(value))
        case "list":
            _ = try bind(arguments, to: [], of: name)
            return try list(try allItems(value))
        case "first":
            _ = try bind(arguments, to: [], of: name)
            return try iterator(value)()
                ?? .undefined(Undefined(sentence: "There is no first item, as there is none."))
        case "last":
            _ = try bind(arguments, to: [], of: name)
            return try reversedItems(value).first
                ?? .undefined(Undefined(sentence: "There is no last item, as there is none."))
        case "reverse":
            _ = try bind(arguments, to: [], of: name)
            if case .string(let text) = value {
                return try string(text.unicodeScalars.reversed())
            }
            if case .object(is ValueIterator) = value {
                return try list(try allItems(value).reversed())
            }
            return try generator("list_reverseiterator", over: try reversedItems(value))
        case "items":
            _ = try bind(arguments, to: [], of: name)
            return try generator("generator") { [unowned self] () throws(TemplateError) in
                guard case .dictionary(let table) = value else {
                    if value.isUndefined { return [] }
                    throw self.failure(
                        .type, "'items' needs a dictionary, not '\(value.typeName)'.")
                }
                return (0..<table.keys.count)
                    .map { TableView(kind: .items, table: table).item($0) }
            }
        case "join": return try joinFilter(value, arguments)
        case "batch", "slice": return try groupingFilter(name, value, arguments)
        default:
            let given = try bind(arguments, to: ["name"], required: 1, of: name)
            return try attributeAlone(try text(given[0] ?? .none), of: value)
        }
    }

    /// What `attr` gives: an attribute, and never an item.
    private func attributeAlone(
        _ name: String, of value: Value
    ) throws(TemplateError) -> Value {
        if case .dictionary = value, !name.hasPrefix("_"), !Methods.has(name, value),
            !Methods.refused(name, value)
        {
            return .undefined(Undefined(sentence: "A dictionary has no attribute '\(name)'."))
        }
        return try attribute(name, of: value)
    }

    func length(_ value: Value) throws(TemplateError) -> Int {
        if case .string(let text) = value { try chargeWork(text.utf8.count) }
        if case .object(let object) = value, let loop = object as? LoopState {
            return try loop.count()
        }
        if let count = knownCount(value) { return count }
        throw failure(.type, "A value of type '\(value.typeName)' has no length.")
    }

    private func reversedItems(_ value: Value) throws(TemplateError) -> [Value] {
        if case .object = value {
            throw failure(
                .type, "A value of type '\(value.typeName)' cannot be gone through backwards.",
                "Put 'list' before this filter.")
        }
        return try allItems(value).reversed()
    }

    /// An iterator over items that are made when the first is asked for.
    func generator(
        _ name: String, from make: @escaping () throws(TemplateError) -> [Value]
    ) throws(TemplateError) -> Value {
        var rest: [Value]?
        return try generator(name) { () throws(TemplateError) -> Value? in
            if rest == nil { rest = try make().reversed() }
            return rest?.popLast()
        }
    }

    func generator(_ name: String, over items: [Value]) throws(TemplateError) -> Value {
        var index = 0
        return try generator(name) { () throws(TemplateError) -> Value? in
            guard index < items.count else { return nil }
            index += 1
            return items[index - 1]
        }
    }

    private func joinFilter(
        _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let given = try bind(arguments, to: ["d", "attribute"], of: "join")
        let getter = try AttributePath(given[1] ?? .none, self)
        let next = try iterator(value)
        var pieces: [Value] = []
        while let item = try next() {
            pieces.append(.string(try printed(try getter.value(of: item, self))))
        }
        return try joined(pieces, by: try printed(given[0] ?? .string("")))
    }

    private func groupingFilter(
        _ name: String, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let isBatch = name == "batch"
        let given = try bind(
            arguments, to: [isBatch ? "linecount" : "slices", "fill_with"], required: 1, of: name)
        let fill = given[1] ?? .none
        return try generator("generator") { [unowned self] () throws(TemplateError) in
            let items = try self.allItems(value)
            let count = try self.integer(given[0] ?? .none)
            var groups: [Value] = []
            if isBatch {
                var start = 0
                while start < items.count {
                    let end = count > 0 && count < items.count - start ? start + count : items.count
                    // With a count of none or fewer, a group ends only where it is empty: never.
                    var group = Array(items[start..<end])
                    if !fill.isNone, group.count < count {
                        try self.chargeMemory(count, of: 16)
                        group += [Value](repeating: fill, count: count - group.count)
                    }
                    groups.append(try self.list(group))
                    start = end
                }
                return count == 0 && !items.isEmpty ? try self.emptyFirst(items) : groups
            }
            guard count != 0 else { throw self.failure(.value, "Nothing is cut into 0 slices.") }
            guard count > 0 else { return [] }
            try self.chargeMemory(count, of: 48)
            var start = 0
            for index in 0..<count {
                let isLonger = index < items.count % count
                let end = start + items.count / count + (isLonger ? 1 : 0)
                var group = Array(items[start..<end])
                if !fill.isNone, !isLonger { group.append(fill) }
                groups.append(try self.list(group))
                start = end
            }
            return groups
        }
    }

    /// Python's batches of none: an empty one, and then all items.
    private func emptyFirst(_ items: [Value]) throws(TemplateError) -> [Value] {
        [try list([]), try list(items)]
    }
}
