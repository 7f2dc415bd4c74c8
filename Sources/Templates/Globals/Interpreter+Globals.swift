/// Functions that every template has.
extension Interpreter {
    static let globals = [
        "range", "dict", "namespace", "cycler", "joiner", "raise_exception", "strftime_now",
    ]

    func global(_ name: String) -> Value? {
        guard Self.globals.contains(name) else { return nil }
        if let known = variables["\u{0}" + name] { return known }
        let function = Function(name) { [unowned self] (arguments) throws(TemplateError) in
            try self.callGlobal(name, arguments)
        }
        // Kept under a name that no template can write, so that it is the same each time.
        variables["\u{0}" + name] = .object(function)
        return .object(function)
    }

    private func callGlobal(
        _ name: String, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        switch name {
        case "range": return try range(arguments)
        case "dict": return .dictionary(try table(try pairs(arguments, of: "dict")))
        case "namespace":
            let namespace = try hold(Namespace())
            for pair in try pairs(arguments, of: "namespace") {
                guard case .string(let name) = pair.key else {
                    throw failure(.type, "The names in a namespace are text.")
                }
                try set(name, pair.value, in: namespace)
            }
            return .object(namespace)
        case "cycler":
            let items = try positional(arguments, 0...Int.max, name)
            guard !items.isEmpty else { throw failure(.value, "A cycler needs an item.") }
            return .object(try hold(Cycler(items)))
        case "joiner":
            let given = try bind(arguments, to: ["sep"], of: name)
            return .object(try hold(Joiner(given[0] ?? .string(", "))))
        case "raise_exception":
            let given = try bind(arguments, to: ["message"], required: 1, of: name)
            throw failure(.refused, try printed(given[0] ?? .none))
        default:
            let given = try bind(arguments, to: ["format"], required: 1, of: name)
            let format = try text(given[0] ?? .none)
            guard let clock else {
                throw failure(
                    .value, "The template asks for the time, and was given no clock.",
                    "Give 'clock', or define the date that the template asks for.")
            }
            return try string(try clock.written(format, self))
        }
    }

    private func range(_ arguments: Arguments) throws(TemplateError) -> Value {
        let given = try positional(arguments, 1...3, "range")
        let first = try integer(given[0])
        let stop = given.count > 1 ? try integer(given[1]) : first
        let start = given.count > 1 ? first : 0
        let step = given.count > 2 ? try integer(given[2]) : 1
        guard step != 0 else { throw failure(.value, "A range cannot go in steps of 0.") }
        // The distance may be beyond 64 bits where the count is not.
        let distance = Double(step > 0 ? stop : start) - Double(step > 0 ? start : stop)
        let range = IntegerRange(start: start, stop: stop, step: step)
        guard distance / Double(step.magnitude) <= 100_000, range.isBounded else {
            throw failure(.limit, "A range has no more than 100000 numbers.")
        }
        return .range(range)
    }

    /// What `dict` is given: a dictionary or pairs, and names.
    private func pairs(
        _ arguments: Arguments, of name: String
    ) throws(TemplateError) -> [(key: Value, value: Value)] {
        var pairs: [(key: Value, value: Value)] = []
        guard arguments.positional.count <= 1 else {
            throw failure(.type, "'\(name)' takes one dictionary at most.")
        }
        if let first = arguments.positional.first {
            if case .dictionary(let table) = first {
                for (key, value) in zip(table.keys, table.values) { pairs.append((key, value)) }
            } else {
                for item in try allItems(first) {
                    let parts = try allItems(item)
                    guard parts.count == 2 else {
                        throw failure(.value, "'\(name)' needs pairs of a key and a value.")
                    }
                    pairs.append((parts[0], parts[1]))
                }
            }
        }
        return pairs + arguments.keywords.map { (.string($0.name), $0.value) }
    }
}
