/// `'{}'.format(values)`, with attributes and items looked up as templates do.
extension Interpreter {
    func braceFormatted(_ format: String, _ arguments: Arguments) throws(TemplateError) -> String {
        var counter = FieldCounter()
        return try braceFormatted(format, arguments, &counter, level: 2)
    }

    /// Fields are numbered by themselves or by the format, not both.
    private struct FieldCounter {
        var next = 0
        var isManual: Bool?
    }

    private func braceFormatted(
        _ format: String, _ arguments: Arguments, _ counter: inout FieldCounter, level: Int
    ) throws(TemplateError) -> String {
        guard level > 0 else { throw failure(.value, "Fields go too deep in this format.") }
        try chargeWork(format.utf8.count)
        try chargeMemory(format.utf8.count)
        let scalars = Array(format.unicodeScalars)
        var result = ""
        var place = 0
        while place < scalars.count {
            let scalar = scalars[place]
            place += 1
            guard scalar == "{" || scalar == "}" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            if place < scalars.count, scalars[place] == scalar {
                result.unicodeScalars.append(scalar)
                place += 1
                continue
            }
            guard scalar == "{" else { throw failure(.value, "A '}' stands alone in the format.") }
            let start = place
            var open = 1
            while place < scalars.count, open > 0 {
                if scalars[place] == "{" { open += 1 }
                if scalars[place] == "}" { open -= 1 }
                place += 1
            }
            guard open == 0 else { throw failure(.value, "A '{' has no '}' in the format.") }
            let field = Array(scalars[start..<place - 1])
            let made = try self.field(field, arguments, &counter, level)
            try chargeMemory(made.utf8.count)
            result += made
        }
        return result
    }

    private func field(
        _ field: [Unicode.Scalar], _ arguments: Arguments, _ counter: inout FieldCounter,
        _ level: Int
    ) throws(TemplateError) -> String {
        func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars)
            return String(view)
        }
        var bracket = 0
        let nameEnd =
            field.firstIndex {
                if $0 == "[" { bracket += 1 }
                if $0 == "]" { bracket -= 1 }
                return bracket <= 0 && ($0 == "!" || $0 == ":")
            } ?? field.count
        var rest = field[nameEnd...]
        var conversion: Unicode.Scalar?
        if rest.first == "!" {
            conversion = rest.dropFirst().first
            rest = rest.dropFirst(2)
            guard conversion != nil, rest.isEmpty || rest.first == ":" else {
                throw failure(.value, "A field of the format cannot be read.")
            }
        }
        var value = try fieldValue(Array(field[..<nameEnd]), arguments, &counter)
        switch conversion {
        case nil: break
        case "s": value = .string(try printed(value))
        case "r": value = .string(try represented(value))
        case "a": value = .string(try representedInASCII(value))
        default: throw failure(.value, "A field of the format has an unknown conversion.")
        }
        let specification = try braceFormatted(
            text(rest.dropFirst()), arguments, &counter, level: level - 1)
        return try formatted(value, specification)
    }

    private func fieldValue(
        _ name: [Unicode.Scalar], _ arguments: Arguments, _ counter: inout FieldCounter
    ) throws(TemplateError) -> Value {
        let firstEnd = name.firstIndex { $0 == "." || $0 == "[" } ?? name.count
        func text(_ range: Range<Int>) -> String {
            String(String.UnicodeScalarView(name[range]))
        }
        let first = text(0..<firstEnd)
        var value: Value
        if first.isEmpty || Int(first) != nil {
            if let isManual = counter.isManual, isManual == first.isEmpty {
                throw failure(.value, "The fields of a format are numbered all or none.")
            }
            counter.isManual = !first.isEmpty
            let index = Int(first) ?? counter.next
            if first.isEmpty { counter.next += 1 }
            guard arguments.positional.indices.contains(index) else {
                throw failure(.value, "The format asks for value \(index), which is not given.")
            }
            value = arguments.positional[index]
        } else {
            guard let found = arguments.keywords.first(where: { sameText($0.name, first) }) else {
                throw failure(.value, "The format asks for '\(first)', which is not given.")
            }
            value = found.value
        }
        var place = firstEnd
        while place < name.count {
            if name[place] == "." {
                let end = name[(place + 1)...].firstIndex { $0 == "." || $0 == "[" } ?? name.count
                guard end > place + 1 else {
                    throw failure(.value, "A field of the format has an empty attribute.")
                }
                value = try attribute(text(place + 1..<end), of: value)
                place = end
            } else if name[place] == "[",
                let end = name[place...].firstIndex(of: "]"), end > place + 1
            {
                let key = text(place + 1..<end)
                value = try item(Int(key).map { .integer($0) } ?? .string(key), of: value)
                place = end + 1
            } else {
                throw failure(.value, "A field of the format cannot be read.")
            }
        }
        return value
    }
}
