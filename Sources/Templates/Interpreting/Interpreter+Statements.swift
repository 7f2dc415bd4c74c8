extension Interpreter {
    func execute(_ statements: [Statement]) throws(TemplateError) -> Flow {
        try enter()
        defer { leave() }
        for statement in statements {
            try step()
            place = statement.place
            let flow = try execute(statement)
            if flow != .onward { return flow }
        }
        return .onward
    }

    private func execute(_ statement: Statement) throws(TemplateError) -> Flow {
        switch statement.kind {
        case .data(let text): try write(text)
        case .output(let expression):
            let value = try evaluate(expression)
            if case .string(let text) = value { try write(text) } else { try write(printed(value)) }
        case .choice(let branches, let otherwise):
            for branch in branches where try evaluate(branch.condition).isTrue {
                return try execute(branch.body)
            }
            return try execute(otherwise)
        case .loop(let loop): return try execute(loop)
        case .set(let target, let expression):
            try assign(try evaluate(expression), to: target)
        case .setBlock, .filterBlock, .with: return try executeBlock(statement)
        case .macro(let syntax): try define(syntax)
        case .call, .generation: try executeCaller(statement)
        case .leaveLoop: return .leaveLoop
        case .nextItem: return .nextItem
        }
        return .onward
    }

    private func executeBlock(_ statement: Statement) throws(TemplateError) -> Flow {
        switch statement.kind {
        case .setBlock(let target, let filter, let body):
            let (value, flow) = try filtered(body, filter)
            if let value { try assign(value, to: target) }
            return flow
        case .filterBlock(let filter, let body):
            let (value, flow) = try filtered(body, filter)
            guard let value else { return flow }
            guard case .string(let text) = value else {
                throw failure(.type, "The filter of this block gives '\(value.typeName)', no text.")
            }
            try write(text)
            return flow
        case .with(let bindings, let body):
            var values: [Value] = []
            for binding in bindings { values.append(try evaluate(binding.value)) }
            return try scoped(in: nil, body) { () throws(TemplateError) in
                for (binding, value) in zip(bindings, values) {
                    try assign(value, to: binding.target)
                }
                return try execute(body.body)
            }
        default: return .onward
        }
    }

    /// What a filter makes of what a body writes, nil where the body was left.
    private func filtered(
        _ frame: Frame, _ filter: Expression
    ) throws(TemplateError) -> (value: Value?, flow: Flow) {
        let (text, flow) = try scoped(in: nil, frame) { () throws(TemplateError) in
            try capture { () throws(TemplateError) in try execute(frame.body) }
        }
        guard flow == .onward else { return (nil, flow) }
        captured.append(text)
        defer { captured.removeLast() }
        return (try evaluate(filter), flow)
    }

    // MARK: - Names

    func assign(_ value: Value, to target: Target) throws(TemplateError) {
        switch target {
        case .name(let name): scope.set(name, value)
        case .attribute(let of, let name):
            let object = lookUp(of)
            guard case .object(let found) = object, let namespace = found as? Namespace else {
                throw failure(
                    .type, "'\(of)' is no namespace, so '\(of).\(name)' cannot be set.",
                    "Make it with 'set \(of) = namespace()'.")
            }
            try set(name, value, in: namespace)
        case .tuple(let targets):
            let items = try allItems(value)
            guard items.count == targets.count else {
                throw failure(
                    .value, "\(targets.count) names stand for \(items.count) values here.")
            }
            for (target, item) in zip(targets, items) { try assign(item, to: target) }
        }
    }

    func set(_ name: String, _ value: Value, in namespace: Namespace) throws(TemplateError) {
        guard !name.hasPrefix("_") else {
            throw failure(
                .security, "A namespace takes no names that begin with '_', such as '\(name)'.")
        }
        try chargeMemory(80)
        namespace.set(name, value)
    }
}
