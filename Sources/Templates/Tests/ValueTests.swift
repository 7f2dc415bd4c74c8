import Naming

/// Which tests (`x is test`) there are.
enum ValueTests {
    static let names: Set<String> = [
        "odd", "even", "divisibleby", "defined", "undefined", "filter", "test", "none", "boolean",
        "false", "true", "integer", "float", "lower", "upper", "string", "mapping", "number",
        "sequence", "iterable", "callable", "sameas", "escaped", "in", "==", "eq", "equalto", "!=",
        "ne", ">", "gt", "greaterthan", ">=", "ge", "<", "lt", "lessthan", "<=", "le",
    ]

    static let comparisons: [String: Comparison] = [
        "==": .equal, "eq": .equal, "equalto": .equal, "!=": .notEqual, "ne": .notEqual,
        ">": .greater, "gt": .greater, "greaterthan": .greater, ">=": .greaterOrEqual,
        "ge": .greaterOrEqual, "<": .less, "lt": .less, "lessthan": .less, "<=": .lessOrEqual,
        "le": .lessOrEqual, "in": .contained,
    ]

    /// Why a test cannot be used, nil where it can.
    static func problem(
        with name: String
    ) -> (kind: TemplateError.Kind, sentence: String)? {
        if names.contains(name) { return nil }
        let hint = nearestNameHint(to: name, among: names.sorted())
        return (.syntax, "There is no test '\(name)'; \(hint)")
    }
}

extension Interpreter {
    func test(
        _ name: String, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Bool {
        try step()
        if let problem = ValueTests.problem(with: name) {
            throw failure(problem.kind, problem.sentence)
        }
        if let comparison = ValueTests.comparisons[name] {
            let given = try positional(arguments, 1...1, name)
            return try compare(comparison, value, given[0])
        }
        switch name {
        case "divisibleby":
            let given = try bind(arguments, to: ["num"], required: 1, of: name)
            let rest = try apply(.remainder, value, given[0] ?? .none)
            return try equal(rest, .integer(0))
        case "sameas":
            let given = try bind(arguments, to: ["other"], required: 1, of: name)
            return try same(value, given[0] ?? .none)
        default: break
        }
        _ = try bind(arguments, to: [], of: name)
        switch name {
        case "odd": return try equal(try apply(.remainder, value, .integer(2)), .integer(1))
        case "even": return try equal(try apply(.remainder, value, .integer(2)), .integer(0))
        case "lower", "upper":
            let scalars = try printed(value).unicodeScalars
            try chargeWork(scalars.count)
            return name == "lower" ? LetterCase.isLower(scalars) : LetterCase.isUpper(scalars)
        case "filter", "test":
            guard case .string(let asked) = value else {
                _ = try hashKey(value)
                return false
            }
            return name == "test"
                ? ValueTests.names.contains(asked) : Filters.names.contains(asked)
        default: return isKind(name, value)
        }
    }

    private func isKind(_ name: String, _ value: Value) -> Bool {
        switch (name, value) {
        case ("defined", _): !value.isUndefined
        case ("undefined", .undefined), ("none", .none), ("boolean", .bool), ("integer", .integer),
            ("float", .float), ("string", .string), ("mapping", .dictionary):
            true
        case ("true", .bool(let flag)): flag
        case ("false", .bool(let flag)): !flag
        case ("number", _): value.number != nil
        case ("sequence", _):
            switch value {
            case .string, .list, .tuple, .dictionary, .range, .undefined: true
            default: false
            }
        case ("iterable", .object(let object)): object is ValueIterator || object is LoopState
        case ("iterable", _):
            switch value {
            case .none, .bool, .integer, .float: false
            default: true
            }
        case ("callable", .object(let object)):
            object is Macro || object is Function || object is LoopState || object is Joiner
        case ("callable", .undefined): true
        default: false
        }
    }

    /// Identity, for the values that have one; texts and lists that are equal count as the same.
    private func same(_ left: Value, _ right: Value) throws(TemplateError) -> Bool {
        switch (left, right) {
        case (.none, .none): true
        case (.bool(let a), .bool(let b)): a == b
        case (.object(let a), .object(let b)): a === b
        case (.integer, .integer), (.string, .string), (.float, .float), (.list, .list),
            (.tuple, .tuple), (.dictionary, .dictionary):
            try equal(left, right)
        default: false
        }
    }
}
