/// What operators stand between: literals, names, and all that may follow them.
extension Parser {
    mutating func parsePrimary() throws(TemplateError) -> Expression {
        let place = current.place
        switch current.kind {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": return try node(.literal(.bool(true)), place)
            case "false", "False": return try node(.literal(.bool(false)), place)
            case "none", "None": return try node(.literal(.none), place)
            default:
                noteRead(name)
                return try node(.name(name), place)
            }
        case .string(var text):
            advance()
            while case .string(let more) = current.kind {
                text += more
                advance()
            }
            return try node(.literal(.string(text)), place)
        case .integer(let value):
            advance()
            return try node(.literal(.integer(value)), place)
        case .float(let value):
            advance()
            return try node(.literal(.float(value)), place)
        case .symbol(.leftParenthesis):
            advance()
            let value = try nested { (parser) throws(TemplateError) in
                try parser.parseTuple(isInParentheses: true)
            }
            try expect(.rightParenthesis)
            return value
        case .symbol(.leftBracket): return try parseList()
        case .symbol(.leftBrace): return try parseDictionary()
        default:
            throw failure("Here stands \(current.described) where a value must stand.")
        }
    }

    private mutating func parseList() throws(TemplateError) -> Expression {
        let place = advance().place
        var items: [Expression] = []
        while !isSymbol(.rightBracket) {
            if !items.isEmpty { try expect(.comma) }
            if isSymbol(.rightBracket) { break }
            items.append(try parseExpression())
        }
        advance()
        return try node(.list(items), place, over: items)
    }

    private mutating func parseDictionary() throws(TemplateError) -> Expression {
        let place = advance().place
        var pairs: [Expression.Pair] = []
        while !isSymbol(.rightBrace) {
            if !pairs.isEmpty { try expect(.comma) }
            if isSymbol(.rightBrace) { break }
            let key = try parseExpression()
            try expect(.colon)
            pairs.append(Expression.Pair(key: key, value: try parseExpression()))
        }
        advance()
        return try node(.dictionary(pairs), place, over: pairs.flatMap { [$0.key, $0.value] })
    }

    mutating func parsePostfix(_ first: Expression) throws(TemplateError) -> Expression {
        var value = first
        while true {
            let place = current.place
            switch current.kind {
            case .symbol(.dot):
                advance()
                switch current.kind {
                case .name(let name):
                    value = try node(.attribute(value, name), place, over: [value])
                case .integer(let number):
                    let key = try node(.literal(.integer(number)), current.place)
                    value = try node(.item(value, key), place, over: [value, key])
                default:
                    throw failure("Here stands \(current.described) where a name or a number must.")
                }
                advance()
            case .symbol(.leftBracket): value = try parseSubscript(value)
            case .symbol(.leftParenthesis): value = try parseCall(value)
            default: return value
            }
        }
    }

    private mutating func parseCall(_ callee: Expression) throws(TemplateError) -> Expression {
        let place = current.place
        let arguments = try parseArguments()
        return try node(.call(callee, arguments), place, over: [callee] + arguments.parts)
    }

    private mutating func parseSubscript(_ value: Expression) throws(TemplateError) -> Expression {
        let place = advance().place
        var keys: [Expression] = []
        var isTuple = false
        while !isSymbol(.rightBracket) {
            if !keys.isEmpty {
                try expect(.comma)
                isTuple = true
            }
            var bounds: [Expression?] = []
            if !isSymbol(.colon) { bounds.append(try parseExpression()) }
            if !isSymbol(.colon) {
                keys += bounds.compactMap(\.self)
                continue
            }
            if bounds.isEmpty { bounds.append(nil) }
            while skip(.colon), bounds.count < 3 {
                let isLeftOut = isSymbol(.colon) || isSymbol(.rightBracket) || isSymbol(.comma)
                bounds.append(isLeftOut ? nil : try parseExpression())
            }
            guard keys.isEmpty, isSymbol(.rightBracket) else {
                throw failure("A slice stands alone in its brackets.")
            }
            advance()
            bounds += [nil]
            return try node(
                .slice(value, from: bounds[0], to: bounds[1], by: bounds[2]), place,
                over: [value] + bounds.compactMap(\.self))
        }
        advance()
        let key = !isTuple && keys.count == 1 ? keys[0] : try node(.tuple(keys), place, over: keys)
        return try node(.item(value, key), place, over: [value, key])
    }

    mutating func parseArguments() throws(TemplateError) -> CallSyntax {
        var arguments = CallSyntax()
        try expect(.leftParenthesis)
        var isFirst = true
        while !isSymbol(.rightParenthesis) {
            if !isFirst {
                try expect(.comma)
                if isSymbol(.rightParenthesis) { break }
            }
            isFirst = false
            try parseArgument(into: &arguments)
        }
        advance()
        return arguments
    }

    private mutating func parseArgument(
        into arguments: inout CallSyntax
    ) throws(TemplateError) {
        let isSpread = arguments.spread != nil || arguments.keywordSpread != nil
        let disordered = failure("This argument may not stand after those before it.")
        if skip(.multiply) {
            if isSpread { throw disordered }
            arguments.spread = try parseExpression()
        } else if skip(.power) {
            if arguments.keywordSpread != nil { throw disordered }
            arguments.keywordSpread = try parseExpression()
        } else if case .name(let name) = current.kind, following.kind == .symbol(.assign) {
            if arguments.keywordSpread != nil { throw disordered }
            if arguments.keywords.contains(where: { $0.name == name }) {
                throw failure("The argument '\(name)' comes twice.")
            }
            advance()
            advance()
            arguments.keywords.append(
                CallSyntax.Keyword(name: name, value: try parseExpression()))
        } else {
            if isSpread || !arguments.keywords.isEmpty { throw disordered }
            arguments.positional.append(try parseExpression())
        }
    }

    // MARK: - Filters and tests

    mutating func parseFilters(_ first: Expression) throws(TemplateError) -> Expression {
        var value = first
        while true {
            switch current.kind {
            case .symbol(.pipe): value = try parseFilter(value)
            case .name("is"): value = try parseTest(value)
            case .symbol(.leftParenthesis): value = try parseCall(value)
            default: return value
            }
        }
    }

    private mutating func parseDottedName() throws(TemplateError) -> String {
        var name = try expectName()
        while skip(.dot) { name += "." + (try expectName()) }
        return name
    }

    /// Reads filters after a value; the first stands without a `|` in a `filter` tag.
    mutating func parseFilter(
        _ first: Expression, isFirst: Bool = false
    ) throws(TemplateError) -> Expression {
        var value = first
        var isFirst = isFirst
        while isFirst || isSymbol(.pipe) {
            if !isFirst { advance() }
            isFirst = false
            let place = current.place
            let name = try parseDottedName()
            if !isGuarded, let problem = Filters.problem(with: name) {
                problems.append(failure(problem.sentence, problem.kind, at: place))
            }
            let arguments = isSymbol(.leftParenthesis) ? try parseArguments() : .empty
            value = try node(
                .filter(value, name, arguments), place, over: [value] + arguments.parts)
        }
        return value
    }

    private mutating func parseTest(_ value: Expression) throws(TemplateError) -> Expression {
        advance()
        let isNegated = skip(name: "not")
        let place = current.place
        let name = try parseDottedName()
        if !isGuarded, let problem = ValueTests.problem(with: name) {
            problems.append(failure(problem.sentence, problem.kind, at: place))
        }
        var arguments = CallSyntax.empty
        switch current.kind {
        case .symbol(.leftParenthesis): arguments = try parseArguments()
        case .name("else"), .name("or"), .name("and"): break
        case .name("is"): throw failure("Tests cannot follow each other; join them with 'and'.")
        case .name, .string, .integer, .float, .symbol(.leftBracket), .symbol(.leftBrace):
            arguments.positional = [try parsePostfix(try parsePrimary())]
        default: break
        }
        let test = try node(.test(value, name, arguments), place, over: [value] + arguments.parts)
        return isNegated ? try node(.not(test), place, over: [test]) : test
    }
}
