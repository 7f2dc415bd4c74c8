extension Interpreter {
    func define(_ syntax: MacroSyntax) throws(TemplateError) {
        scope.set(syntax.name ?? "", .object(try hold(Macro(syntax, in: scope))))
    }

    /// Runs a `call` or a `generation` block, whose body is a macro without a name.
    func executeCaller(_ statement: Statement) throws(TemplateError) {
        switch statement.kind {
        case .call(let syntax, let callee, let arguments):
            let caller = Value.object(try hold(Macro(syntax, in: scope)))
            let function = try evaluate(callee)
            var arguments = try evaluate(arguments)
            if arguments.keywords.contains(where: { $0.name == "caller" }) {
                throw failure(.type, "A call block brings 'caller' itself.")
            }
            arguments.keywords.append(("caller", caller))
            place = statement.place
            try write(printed(try call(function, arguments)))
        case .generation(let frame):
            try generate(frame)
        default: break
        }
    }

    private func generate(_ frame: Frame) throws(TemplateError) {
        guard outputs.count == 1 else {
            throw failure(
                .unsupported,
                "A generation block within a macro, a recursive loop or a captured block has no"
                    + " place of its own in the output.",
                "Put the generation block around the place where that text is printed.")
        }
        // An inner block is part of the outer one.
        let isOuter = !isGenerating
        isGenerating = true
        defer { if isOuter { isGenerating = false } }
        let start = outputs[0].utf8.count
        _ = try scoped(in: nil, frame) { () throws(TemplateError) in try execute(frame.body) }
        let end = outputs[0].utf8.count
        if isOuter, end > start { generated.append(start..<end) }
    }

    // MARK: - Calling

    func call(_ macro: Macro, _ arguments: Arguments) throws(TemplateError) -> Value {
        guard let outer = macro.scope else { return .string("") }
        let syntax = macro.syntax
        let names = syntax.parameters.map(\.name)
        var keywords = arguments.keywords
        func take(_ name: String) -> Value? {
            guard let index = keywords.firstIndex(where: { sameText($0.name, name) }) else {
                return nil
            }
            return keywords.remove(at: index).value
        }
        var values: [Value?] = arguments.positional.prefix(names.count).map { $0 }
        var isCallerFound = values.count == names.count && names.contains("caller")
        for name in names[values.count...] {
            values.append(take(name))
            if name == "caller" { isCallerFound = true }
        }
        var caller: Value?
        if syntax.readsCaller, !isCallerFound {
            caller =
                take("caller")
                ?? .undefined(Undefined(sentence: "This macro was not called by a call block."))
        }
        let described = "The macro '\(syntax.name ?? "caller")'"
        if !syntax.readsKeywords, let stranger = keywords.first {
            throw failure(.type, "\(described) takes no argument '\(stranger.name)'.")
        }
        if !syntax.readsPositional, arguments.positional.count > names.count {
            throw failure(.type, "\(described) takes no more than \(names.count) arguments.")
        }
        let rest = Array(arguments.positional.dropFirst(names.count))
        let (text, _) = try scoped(in: outer, syntax.body) { () throws(TemplateError) in
            if let caller { scope.set("caller", caller) }
            if syntax.readsKeywords {
                scope.set(
                    "kwargs", .dictionary(try table(keywords.map { (.string($0.name), $0.value) })))
            }
            if syntax.readsPositional { scope.set("varargs", try tuple(rest)) }
            try bind(values, syntax.parameters)
            return try capture { () throws(TemplateError) in try execute(syntax.body.body) }
        }
        return try string(text)
    }

    private func bind(
        _ values: [Value?], _ parameters: [MacroSyntax.Parameter]
    ) throws(TemplateError) {
        for (parameter, value) in zip(parameters, values) {
            if let value { scope.set(parameter.name, value) }
        }
        for (parameter, value) in zip(parameters, values) where value == nil {
            if let standard = parameter.standard {
                scope.set(parameter.name, try evaluate(standard))
            } else {
                scope.set(
                    parameter.name,
                    .undefined(
                        Undefined(sentence: "The parameter '\(parameter.name)' was not given.")))
            }
        }
    }
}
