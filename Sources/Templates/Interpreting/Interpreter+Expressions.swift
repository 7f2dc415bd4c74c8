extension Interpreter {
    func evaluate(_ expression: Expression) throws(TemplateError) -> Value {
        switch expression.kind {
        case .literal(let literal):
            try step()
            return Value(literal)
        case .name(let name):
            try step()
            return lookUp(name)
        case .captured:
            return try string(captured.last ?? "")
        default:
            try enter()
            defer { leave() }
            return try evaluateNode(expression)
        }
    }

    private func evaluateNode(_ expression: Expression) throws(TemplateError) -> Value {
        switch expression.kind {
        case .literal, .name, .captured: return .none
        case .attribute(let base, let name):
            let value = try evaluate(base)
            place = expression.place
            return try attribute(name, of: value)
        case .item(let base, let key):
            let value = try evaluate(base)
            let key = try evaluate(key)
            place = expression.place
            return try item(key, of: value)
        case .slice(let base, let from, let to, let by):
            return try slice(expression, base, from, to, by)
        case .call(let callee, let arguments):
            return try evaluateCall(expression, callee, arguments)
        case .filter(let base, let name, let arguments):
            let value = try evaluate(base)
            let arguments = try evaluate(arguments)
            place = expression.place
            return try filter(name, value, arguments)
        case .test(let base, let name, let arguments):
            let value = try evaluate(base)
            let arguments = try evaluate(arguments)
            place = expression.place
            return .bool(try test(name, value, arguments))
        case .list, .tuple, .dictionary: return try evaluateDisplay(expression)
        default: return try evaluateOperator(expression)
        }
    }

    private func evaluateDisplay(_ expression: Expression) throws(TemplateError) -> Value {
        switch expression.kind {
        case .list(let parts): return try list(try evaluateAll(parts))
        case .tuple(let parts): return try tuple(try evaluateAll(parts))
        case .dictionary(let pairs):
            var values: [(key: Value, value: Value)] = []
            for pair in pairs {
                let key = try evaluate(pair.key)
                values.append((key, try evaluate(pair.value)))
            }
            place = expression.place
            return .dictionary(try table(values))
        default: return .none
        }
    }

    private func evaluateAll(_ parts: [Expression]) throws(TemplateError) -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(parts.count)
        for part in parts { values.append(try evaluate(part)) }
        return values
    }

    private func evaluateOperator(_ expression: Expression) throws(TemplateError) -> Value {
        switch expression.kind {
        case .not(let part): return .bool(!(try evaluate(part).isTrue))
        case .sign(let isNegative, let part):
            let value = try evaluate(part)
            place = expression.place
            return try signed(value, isNegative: isNegative)
        case .arithmetic(let first, let rest):
            var value = try evaluate(first)
            for operand in rest {
                let right = try evaluate(operand.right)
                place = operand.place
                value = try apply(operand.operation, value, right)
            }
            return value
        case .concatenation(let parts):
            var text = ""
            for part in parts {
                let piece = try printed(try evaluate(part))
                try chargeMemory(piece.utf8.count)
                text += piece
            }
            return try string(text)
        case .comparison(let first, let rest):
            var left = try evaluate(first)
            for operand in rest {
                let right = try evaluate(operand.right)
                place = operand.place
                guard try compare(operand.operation, left, right) else { return .bool(false) }
                left = right
            }
            return .bool(true)
        case .and(let parts), .or(let parts):
            var isAnd = false
            if case .and = expression.kind { isAnd = true }
            var value = Value.none
            for part in parts {
                value = try evaluate(part)
                if value.isTrue != isAnd { return value }
            }
            return value
        case .conditional(let condition, let then, let otherwise):
            if try evaluate(condition).isTrue { return try evaluate(then) }
            if let otherwise { return try evaluate(otherwise) }
            return .undefined(
                Undefined(sentence: "The condition did not hold, and there is no 'else'."))
        default: return .none
        }
    }

    // MARK: - Names

    func lookUp(_ name: String) -> Value {
        scope.value(name) ?? variables[name] ?? global(name)
            ?? .undefined(Undefined(sentence: "The name '\(name)' has no value."))
    }

    // MARK: - Calls

    private func evaluateCall(
        _ expression: Expression, _ callee: Expression, _ syntax: CallSyntax
    ) throws(TemplateError) -> Value {
        // A method that is called right away needs no value of its own.
        if case .attribute(let base, let name) = callee.kind {
            let receiver = try evaluate(base)
            if Methods.has(name, receiver) {
                let arguments = try evaluate(syntax)
                place = callee.place
                return try callMethod(name, of: receiver, arguments)
            }
            place = callee.place
            let function = try attribute(name, of: receiver)
            let arguments = try evaluate(syntax)
            place = expression.place
            return try call(function, arguments)
        }
        let function = try evaluate(callee)
        let arguments = try evaluate(syntax)
        place = callee.place
        return try call(function, arguments)
    }

    func call(_ function: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        try enter()
        defer { leave() }
        try refuseUndefined(function)
        guard case .object(let object) = function else {
            throw failure(.type, "A value of type '\(function.typeName)' cannot be called.")
        }
        switch object {
        case let macro as Macro: return try call(macro, arguments)
        case let function as Function: return try function.call(arguments)
        case let loop as LoopState:
            let given = try bind(arguments, to: ["iterable"], required: 1, of: "loop")
            guard let recurse = loop.recurse else {
                throw failure(
                    .type, "Only a loop that is marked 'recursive' can be called.",
                    "Write 'recursive' at the end of its tag.")
            }
            return try recurse(given[0] ?? .none)
        case let joiner as Joiner:
            _ = try bind(arguments, to: [], of: "joiner")
            defer { joiner.isUsed = true }
            return joiner.isUsed ? joiner.separator : .string("")
        default:
            throw failure(.type, "A value of type '\(object.typeName)' cannot be called.")
        }
    }
}
