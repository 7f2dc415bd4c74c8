/// Expressions, from conditions down to signs. Chains of one rank become one node, so that a long
/// sum is no deeper than a short one.
extension Parser {
    mutating func parseExpression(isConditional: Bool = true) throws(TemplateError) -> Expression {
        try nested { (parser) throws(TemplateError) in
            isConditional ? try parser.parseConditional() : try parser.parseOr()
        }
    }

    private mutating func parseConditional() throws(TemplateError) -> Expression {
        let place = current.place
        let problemsBefore = problems.count
        var value = try parseOr()
        guard isName("if") else { return value }
        // What stands before a condition is guarded by it.
        problems.removeSubrange(problemsBefore...)
        return try guarded(true) { (parser) throws(TemplateError) in
            while parser.skip(name: "if") {
                let condition = try parser.parseOr()
                var otherwise: Expression?
                if parser.skip(name: "else") {
                    otherwise = try parser.nested { (parser) throws(TemplateError) in
                        try parser.parseConditional()
                    }
                }
                value = try parser.node(
                    .conditional(if: condition, then: value, else: otherwise), place,
                    over: [condition, value] + (otherwise.map { [$0] } ?? []))
            }
            return value
        }
    }

    private mutating func parseOr() throws(TemplateError) -> Expression {
        let place = current.place
        var parts = [try parseAnd()]
        while skip(name: "or") { parts.append(try parseAnd()) }
        return parts.count == 1 ? parts[0] : try node(.or(parts), place, over: parts)
    }

    private mutating func parseAnd() throws(TemplateError) -> Expression {
        let place = current.place
        var parts = [try parseNot()]
        while skip(name: "and") { parts.append(try parseNot()) }
        return parts.count == 1 ? parts[0] : try node(.and(parts), place, over: parts)
    }

    private mutating func parseNot() throws(TemplateError) -> Expression {
        let place = current.place
        guard skip(name: "not") else { return try parseComparison() }
        let value = try nested { (parser) throws(TemplateError) in try parser.parseNot() }
        return try node(.not(value), place, over: [value])
    }

    private mutating func parseComparison() throws(TemplateError) -> Expression {
        let place = current.place
        let first = try parseSum()
        var rest: [Expression.Operand<Comparison>] = []
        while let operation = comparisonHere {
            let place = advance().place
            if operation == .notContained { advance() }
            rest.append(
                Expression.Operand(operation: operation, right: try parseSum(), place: place))
        }
        if rest.isEmpty { return first }
        return try node(.comparison(first, rest), place, over: [first] + rest.map(\.right))
    }

    private var comparisonHere: Comparison? {
        switch current.kind {
        case .symbol(let symbol): Comparison(rawValue: symbol.rawValue)
        case .name("in"): .contained
        case .name("not") where following.kind == .name("in"): .notContained
        default: nil
        }
    }

    /// Reads a chain of operators of one rank over what `part` reads.
    private mutating func parseChain(
        _ operators: [Arithmetic], _ part: (inout Parser) throws(TemplateError) -> Expression
    ) throws(TemplateError) -> Expression {
        let place = current.place
        let first = try part(&self)
        var rest: [Expression.Operand<Arithmetic>] = []
        while case .symbol(let symbol) = current.kind,
            let operation = Arithmetic(rawValue: symbol.rawValue), operators.contains(operation)
        {
            let place = advance().place
            rest.append(
                Expression.Operand(operation: operation, right: try part(&self), place: place))
        }
        if rest.isEmpty { return first }
        return try node(.arithmetic(first, rest), place, over: [first] + rest.map(\.right))
    }

    private mutating func parseSum() throws(TemplateError) -> Expression {
        try parseChain([.add, .subtract]) { (parser) throws(TemplateError) in
            try parser.parseConcatenation()
        }
    }

    private mutating func parseConcatenation() throws(TemplateError) -> Expression {
        let place = current.place
        var parts = [try parseProduct()]
        while skip(.tilde) { parts.append(try parseProduct()) }
        return parts.count == 1 ? parts[0] : try node(.concatenation(parts), place, over: parts)
    }

    private mutating func parseProduct() throws(TemplateError) -> Expression {
        try parseChain([.multiply, .divide, .floorDivide, .remainder]) {
            (parser) throws(TemplateError) in
            try parser.parseChain([.power]) { (parser) throws(TemplateError) in
                try parser.parseUnary()
            }
        }
    }

    private mutating func parseUnary(takesFilters: Bool = true) throws(TemplateError) -> Expression
    {
        let place = current.place
        var value: Expression
        if isSymbol(.subtract) || isSymbol(.add) {
            let isNegative = advance().kind == .symbol(.subtract)
            let inner = try nested { (parser) throws(TemplateError) in
                try parser.parseUnary(takesFilters: false)
            }
            value = try node(.sign(negative: isNegative, inner), place, over: [inner])
        } else {
            value = try parsePrimary()
        }
        value = try parsePostfix(value)
        return takesFilters ? try parseFilters(value) : value
    }

    /// Reads expressions with commas between them; a single one without a comma is itself.
    mutating func parseTuple(
        isConditional: Bool = true, isInParentheses: Bool = false
    ) throws(TemplateError) -> Expression {
        let place = current.place
        var parts: [Expression] = []
        var isTuple = false
        while true {
            if !parts.isEmpty { try expect(.comma) }
            if isTupleEnd { break }
            parts.append(try parseExpression(isConditional: isConditional))
            guard isSymbol(.comma) else { break }
            isTuple = true
        }
        if !isTuple {
            if let only = parts.first { return only }
            guard isInParentheses else {
                throw failure("Here stands \(current.described) where an expression must stand.")
            }
        }
        return try node(.tuple(parts), place, over: parts)
    }

    var isTupleEnd: Bool {
        switch current.kind {
        case .variableEnd, .blockEnd, .symbol(.rightParenthesis): true
        default: false
        }
    }
}
