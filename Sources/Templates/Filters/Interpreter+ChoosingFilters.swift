/// Filters that apply a filter or a test to every item, one by one as items are asked for.
extension Interpreter {
    func choosingFilter(
        _ name: String, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let makesValues = name == "map"
        var items: ValueIterator.Next?
        var apply: ((Value) throws(TemplateError) -> Value?)?
        return try generator("generator") { [unowned self] () throws(TemplateError) -> Value? in
            // Like Python's generators, nothing is looked at before the first item is asked for.
            if items == nil {
                guard value.isTrue else { return nil }
                apply =
                    makesValues
                    ? try self.mapping(arguments) : try self.choice(name, arguments)
                items = try self.iterator(value)
            }
            while let item = try items?() {
                if let made = try apply?(item) { return made }
            }
            return nil
        }
    }

    private func mapping(
        _ arguments: Arguments
    ) throws(TemplateError) -> (Value) throws(TemplateError) -> Value? {
        if arguments.positional.isEmpty,
            arguments.keywords.contains(where: { $0.name == "attribute" })
        {
            let given = try bind(arguments, to: ["attribute", "default"], of: "map")
            let path = try AttributePath(given[0] ?? .none, self)
            let standard = given[1] ?? .none
            return { [unowned self] (item) throws(TemplateError) in
                try path.value(of: item, self, or: standard)
            }
        }
        guard let first = arguments.positional.first else {
            throw failure(.type, "'map' needs the name of a filter, or 'attribute='.")
        }
        let name = try text(first)
        var rest = arguments
        rest.positional.removeFirst()
        return { [unowned self, rest] (item) throws(TemplateError) in
            try self.filter(name, item, rest)
        }
    }

    private func choice(
        _ name: String, _ arguments: Arguments
    ) throws(TemplateError) -> (Value) throws(TemplateError) -> Value? {
        let isSelected = name.hasPrefix("select")
        var rest = arguments
        var path = try AttributePath(.none, self)
        if name.hasSuffix("attr") {
            guard let attribute = rest.positional.first else {
                throw failure(.type, "'\(name)' needs the name of an attribute.")
            }
            path = try AttributePath(attribute, self)
            rest.positional.removeFirst()
        }
        guard let first = rest.positional.first else {
            return { [unowned self, path] (item) throws(TemplateError) in
                try path.value(of: item, self).isTrue == isSelected ? item : nil
            }
        }
        let test = try text(first)
        rest.positional.removeFirst()
        return { [unowned self, path, rest] (item) throws(TemplateError) in
            let value = try path.value(of: item, self)
            return try self.test(test, value, rest) == isSelected ? item : nil
        }
    }
}
