/// What a call was given.
struct Arguments {
    var positional: [Value] = []
    var keywords: [(name: String, value: Value)] = []

    var isEmpty: Bool { positional.isEmpty && keywords.isEmpty }
}

/// Arguments in the order of the names of what takes them; nil where one was left out.
struct BoundArguments {
    let values: [Value?]

    subscript(index: Int) -> Value? { values[index] }
}

extension Interpreter {
    /// Gives arguments to names.
    func bind(
        _ arguments: Arguments, to names: [String], required: Int = 0, of function: String
    ) throws(TemplateError) -> BoundArguments {
        guard arguments.positional.count <= names.count else {
            throw failure(
                .type,
                "'\(function)' takes no more than \(names.count) arguments, not"
                    + " \(arguments.positional.count).")
        }
        var values: [Value?] = arguments.positional
        values += [Value?](repeating: nil, count: names.count - values.count)
        for (name, value) in arguments.keywords {
            guard let index = names.firstIndex(where: { sameText($0, name) }) else {
                let known = names.map { "'\($0)'" }.joined(separator: ", ")
                throw failure(
                    .type, "'\(function)' takes no argument '\(name)'.",
                    names.isEmpty ? nil : "It takes \(known).")
            }
            guard values[index] == nil else {
                throw failure(.type, "'\(function)' is given '\(name)' twice.")
            }
            values[index] = value
        }
        for index in 0..<required where values[index] == nil {
            throw failure(.type, "'\(function)' needs the argument '\(names[index])'.")
        }
        return BoundArguments(values: values)
    }

    func evaluate(_ syntax: CallSyntax) throws(TemplateError) -> Arguments {
        var arguments = Arguments()
        for part in syntax.positional { arguments.positional.append(try evaluate(part)) }
        for keyword in syntax.keywords {
            arguments.keywords.append((keyword.name, try evaluate(keyword.value)))
        }
        if let spread = syntax.spread {
            arguments.positional += try allItems(try evaluate(spread))
        }
        if let spread = syntax.keywordSpread {
            guard case .dictionary(let table) = try evaluate(spread) else {
                throw failure(.type, "Only a dictionary can stand after '**'.")
            }
            for (key, value) in zip(table.keys, table.values) {
                guard case .string(let name) = key else {
                    throw failure(.type, "The names of arguments are text.")
                }
                if arguments.keywords.contains(where: { sameText($0.name, name) }) {
                    throw failure(.type, "The argument '\(name)' comes twice.")
                }
                arguments.keywords.append((name, value))
            }
        }
        return arguments
    }

    // MARK: - What arguments are

    func integer(_ value: Value) throws(TemplateError) -> Int {
        if let number = value.wholeNumber { return number }
        try refuseUndefined(value)
        throw failure(.type, "A whole number must stand here, not '\(value.typeName)'.")
    }

    func integer(_ value: Value?, or standard: Int) throws(TemplateError) -> Int {
        guard let value else { return standard }
        return try integer(value)
    }

    func text(_ value: Value) throws(TemplateError) -> String {
        if case .string(let text) = value { return text }
        try refuseUndefined(value)
        throw failure(.type, "Text must stand here, not '\(value.typeName)'.")
    }

    func refuseUndefined(_ value: Value) throws(TemplateError) {
        guard case .undefined(let undefined) = value else { return }
        throw failure(undefined.isPrivate ? .security : .undefined, undefined.sentence)
    }
}
