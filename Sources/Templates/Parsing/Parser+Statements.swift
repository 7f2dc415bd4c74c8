import Naming

/// What may stand between `{%` and `%}`.
extension Parser {
    static let tags = [
        "for", "if", "set", "macro", "call", "filter", "with", "print", "raw", "break", "continue",
        "generation",
    ]

    static let refusedTags = [
        "include", "import", "from", "extends", "block", "autoescape", "do", "trans", "debug",
    ]

    mutating func parseStatement() throws(TemplateError) -> [Statement] {
        let place = current.place
        guard case .name(let tag) = current.kind else {
            throw failure("Here stands \(current.described) where the name of a tag must stand.")
        }
        func made(_ kind: Statement.Kind) -> [Statement] { [Statement(kind: kind, place: place)] }
        if tag != "print" { advance() }
        switch tag {
        case "for": return made(try parseLoop())
        case "if": return made(try parseChoice())
        case "set": return made(try parseSet())
        case "macro": return made(try parseMacro())
        case "call": return made(try parseCallBlock())
        case "with": return made(try parseWith())
        case "print": return try parsePrint()
        case "filter":
            let base = try node(.captured, place)
            let filter = try parseFilter(base, isFirst: true)
            let body = try guarded(false) { (parser) throws(TemplateError) in
                try parser.parseBlock(endedBy: "endfilter")
            }
            return made(.filterBlock(filter, Frame(body)))
        case "generation":
            let body = try parseMacroBody(endedBy: "endgeneration").body
            return made(.generation(body))
        case "break", "continue":
            guard loops > 0 else {
                throw failure("'\(tag)' stands outside of any loop.", at: place)
            }
            return made(tag == "break" ? .leaveLoop : .nextItem)
        default:
            throw unknownTag(tag, place)
        }
    }

    private func unknownTag(_ tag: String, _ place: Place) -> TemplateError {
        if Self.refusedTags.contains(tag) {
            return failure(
                "The tag '\(tag)' is left out: a chat template is one file, and reads no other.",
                .unsupported, advice: "Write what it brings into the template itself.", at: place)
        }
        let ends = waiting.last ?? []
        if tag.hasPrefix("end") || tag == "else" || tag == "elif" {
            let expected = ends.map { "'\($0)'" }.joined(separator: " or ")
            return failure(
                "The tag '\(tag)' closes nothing here."
                    + (ends.isEmpty ? "" : " What is open waits for \(expected)."), at: place)
        }
        return failure(
            "There is no tag '\(tag)'; " + nearestNameHint(to: tag, among: Self.tags + ends),
            at: place)
    }

    private mutating func parseLoop() throws(TemplateError) -> Statement.Kind {
        let target = try parseTarget()
        if target.names.contains("loop") {
            throw failure("'loop' is the loop's own name, and cannot be a target.")
        }
        guard skip(name: "in") else {
            throw failure("Here stands \(current.described) where 'in' must stand.")
        }
        let items = try parseTuple(isConditional: false)
        let condition = skip(name: "if") ? try parseExpression() : nil
        let isRecursive = skip(name: "recursive")
        return try guarded(false) { (parser) throws(TemplateError) in
            parser.loops += 1
            let body = try parser.parseBlock(until: ["endfor", "else"])
            parser.loops -= 1
            var otherwise: [Statement] = []
            if parser.skip(name: "else") {
                otherwise = try parser.parseBlock(endedBy: "endfor")
            } else {
                parser.advance()
            }
            return .loop(
                LoopSyntax(
                    target: target, items: items, condition: condition, isRecursive: isRecursive,
                    body: Frame(body, parameters: [target, .name("loop")]),
                    otherwise: Frame(otherwise)))
        }
    }

    private mutating func parseChoice() throws(TemplateError) -> Statement.Kind {
        try guarded(true) { (parser) throws(TemplateError) in
            var branches: [Statement.Branch] = []
            while true {
                let condition = try parser.parseTuple(isConditional: false)
                let body = try parser.parseBlock(until: ["elif", "else", "endif"])
                branches.append(Statement.Branch(condition: condition, body: body))
                if parser.skip(name: "elif") { continue }
                if parser.skip(name: "else") {
                    let otherwise = try parser.parseBlock(endedBy: "endif")
                    return .choice(branches, otherwise: otherwise)
                }
                parser.advance()
                return .choice(branches, otherwise: [])
            }
        }
    }

    private mutating func parseSet() throws(TemplateError) -> Statement.Kind {
        let place = current.place
        let target = try parseTarget(takesAttributes: true, isStored: false)
        if skip(.assign) {
            let value = try parseTuple()
            target.names.forEach { noteStored($0) }
            return .set(target, value)
        }
        var filter = try node(.captured, place)
        if isSymbol(.pipe) { filter = try parseFilter(filter) }
        target.names.forEach { noteStored($0) }
        let body = try guarded(false) { (parser) throws(TemplateError) in
            try parser.parseBlock(endedBy: "endset")
        }
        return .setBlock(target, filter, Frame(body))
    }

    private mutating func parseWith() throws(TemplateError) -> Statement.Kind {
        var bindings: [Statement.Binding] = []
        while current.kind != .blockEnd, !isSymbol(.colon) {
            if !bindings.isEmpty { try expect(.comma) }
            let target = try parseTarget()
            try expect(.assign)
            bindings.append(Statement.Binding(target: target, value: try parseExpression()))
        }
        return try guarded(false) { (parser) throws(TemplateError) in
            let body = try parser.parseBlock(endedBy: "endwith")
            return .with(bindings, Frame(body, parameters: bindings.map(\.target)))
        }
    }

    private mutating func parsePrint() throws(TemplateError) -> [Statement] {
        let place = advance().place
        var values: [Statement] = []
        while current.kind != .blockEnd {
            if !values.isEmpty { try expect(.comma) }
            values.append(Statement(kind: .output(try parseExpression()), place: place))
        }
        return values
    }

    // MARK: - Macros

    private mutating func parseMacro() throws(TemplateError) -> Statement.Kind {
        let place = current.place
        let name = try expectName()
        try checkAssignable(name, place)
        noteStored(name)
        let parameters = try parseParameters()
        return .macro(try parseMacroBody(name, parameters, endedBy: "endmacro"))
    }

    private mutating func parseCallBlock() throws(TemplateError) -> Statement.Kind {
        let parameters = isSymbol(.leftParenthesis) ? try parseParameters() : []
        let place = current.place
        let expression = try parseExpression()
        guard case .call(let callee, let arguments) = expression.kind else {
            throw failure("A call block needs a call, as in 'call(x) f(y)'.", at: place)
        }
        let macro = try parseMacroBody(nil, parameters, endedBy: "endcall")
        return .call(macro, callee, arguments)
    }

    private mutating func parseParameters() throws(TemplateError) -> [MacroSyntax.Parameter] {
        var parameters: [MacroSyntax.Parameter] = []
        try expect(.leftParenthesis)
        while !isSymbol(.rightParenthesis) {
            if !parameters.isEmpty { try expect(.comma) }
            let place = current.place
            let name = try expectName()
            try checkAssignable(name, place)
            if parameters.contains(where: { $0.name == name }) {
                throw failure("The parameter '\(name)' comes twice.", at: place)
            }
            if skip(.assign) {
                let standard = try parseExpression()
                parameters.append(MacroSyntax.Parameter(name: name, standard: standard))
            } else if name == "caller" {
                throw failure("The parameter 'caller' needs a default.", at: place)
            } else if parameters.last?.standard != nil {
                throw failure("'\(name)' without a default follows one with a default.", at: place)
            } else {
                parameters.append(MacroSyntax.Parameter(name: name, standard: nil))
            }
        }
        try expect(.rightParenthesis)
        return parameters
    }

    private mutating func parseMacroBody(
        _ name: String? = nil, _ parameters: [MacroSyntax.Parameter] = [], endedBy end: String
    ) throws(TemplateError) -> MacroSyntax {
        let outerLoops = loops
        loops = 0
        defer { loops = outerLoops }
        macros.append(SpecialNames())
        let body = try guarded(false) { (parser) throws(TemplateError) in
            try parser.parseBlock(endedBy: end)
        }
        let read = macros.removeLast().read
        let named = Set(parameters.map(\.name))
        let special = Set(["caller", "varargs", "kwargs"]).intersection(read)
        let frame = Frame(
            body, parameters: parameters.map { .name($0.name) } + special.map { .name($0) },
            standards: parameters.compactMap(\.standard))
        return MacroSyntax(
            name: name, parameters: parameters, body: frame,
            readsCaller: read.contains("caller") || named.contains("caller"),
            readsPositional: read.contains("varargs") && !named.contains("varargs"),
            readsKeywords: read.contains("kwargs") && !named.contains("kwargs"))
    }

    // MARK: - Targets

    func checkAssignable(_ name: String, _ place: Place) throws(TemplateError) {
        if ["true", "false", "none", "True", "False", "None"].contains(name) {
            throw failure("'\(name)' is a value of its own, and takes no other.", at: place)
        }
    }

    mutating func parseTarget(
        takesAttributes: Bool = false, isStored: Bool = true
    ) throws(TemplateError) -> Target {
        var targets: [Target] = []
        var isTuple = false
        while true {
            if !targets.isEmpty { try expect(.comma) }
            if isTupleEnd { break }
            targets.append(try parseSingleTarget(takesAttributes))
            guard isSymbol(.comma) else { break }
            isTuple = true
        }
        guard let first = targets.first else {
            throw failure("Here stands \(current.described) where a name must stand.")
        }
        let target = isTuple ? .tuple(targets) : first
        if isStored { target.names.forEach { noteStored($0) } }
        return target
    }

    private mutating func parseSingleTarget(
        _ takesAttributes: Bool
    ) throws(TemplateError) -> Target {
        let place = current.place
        if skip(.leftParenthesis) {
            let inner = try nested { (parser) throws(TemplateError) in
                parser.isSymbol(.rightParenthesis)
                    ? Target.tuple([]) : try parser.parseTarget(isStored: false)
            }
            try expect(.rightParenthesis)
            return inner
        }
        let name = try expectName()
        if takesAttributes, skip(.dot) { return .attribute(of: name, try expectName()) }
        try checkAssignable(name, place)
        return .name(name)
    }
}

extension Target {
    /// Names that the target gives a value to.
    var names: [String] {
        switch self {
        case .name(let name): [name]
        case .attribute: []
        case .tuple(let targets): targets.flatMap(\.names)
        }
    }
}
