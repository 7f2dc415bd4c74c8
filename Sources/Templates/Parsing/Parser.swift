/// Reads tokens into statements and expressions, with nesting bounded everywhere.
struct Parser {
    let tokens: [Token]
    let name: String
    let nestingLimit: Int
    var index = 0
    var nesting = 0
    /// How many loops of the same macro stand around.
    var loops = 0
    /// Whether this place runs only where a condition right around it holds.
    ///
    /// An unknown filter is an error there only once it is used, as some templates ask first
    /// whether there is one.
    var isGuarded = false
    /// Unknown filters and tests in places that are not guarded.
    var problems: [TemplateError] = []
    /// What the macros around read so far, innermost last.
    var macros: [SpecialNames] = []
    /// Closing tags that are waited for, innermost last.
    var waiting: [[String]] = []

    struct SpecialNames {
        var read: Set<String> = []
        var stored: Set<String> = []
    }

    init(tokens: [Token], name: String, nesting: Int) {
        self.tokens = tokens
        self.name = name
        nestingLimit = nesting
    }

    var current: Token { tokens[index] }

    var following: Token { tokens[min(index + 1, tokens.count - 1)] }

    @discardableResult
    mutating func advance() -> Token {
        let token = tokens[index]
        if index < tokens.count - 1 { index += 1 }
        return token
    }

    func isName(_ name: String) -> Bool { current.kind == .name(name) }

    func isSymbol(_ symbol: Token.Symbol) -> Bool { current.kind == .symbol(symbol) }

    mutating func skip(_ symbol: Token.Symbol) -> Bool {
        guard isSymbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func skip(name: String) -> Bool {
        guard isName(name) else { return false }
        advance()
        return true
    }

    mutating func expect(_ kind: Token.Kind, _ spelling: String) throws(TemplateError) {
        guard current.kind == kind else {
            throw failure("Here stands \(current.described) where \(spelling) must stand.")
        }
        advance()
    }

    mutating func expect(_ symbol: Token.Symbol) throws(TemplateError) {
        try expect(.symbol(symbol), "'\(symbol.rawValue)'")
    }

    mutating func expectName() throws(TemplateError) -> String {
        guard case .name(let name) = current.kind else {
            throw failure("Here stands \(current.described) where a name must stand.")
        }
        advance()
        return name
    }

    func failure(
        _ sentence: String, _ kind: TemplateError.Kind = .syntax, advice: String? = nil,
        at place: Place? = nil
    ) -> TemplateError {
        TemplateError(kind, sentence, advice, template: name, place: place ?? current.place)
    }

    /// Goes one level deeper for as long as the body takes.
    mutating func nested<Result>(
        _ body: (inout Parser) throws(TemplateError) -> Result
    ) throws(TemplateError) -> Result {
        guard nesting < nestingLimit else {
            throw failure("Nesting goes deeper than \(nestingLimit) levels.", .limit)
        }
        nesting += 1
        defer { nesting -= 1 }
        return try body(&self)
    }

    func node(
        _ kind: Expression.Kind, _ place: Place, over parts: [Expression] = []
    ) throws(TemplateError) -> Expression {
        var depth = 0
        for part in parts { depth = max(depth, part.depth) }
        guard depth < nestingLimit else {
            throw failure(
                "An expression goes deeper than \(nestingLimit) levels.", .limit, at: place)
        }
        return Expression(kind: kind, place: place, depth: depth + 1)
    }

    // MARK: - Bodies

    mutating func parseTemplate() throws(TemplateError) -> [Statement] {
        let body = try parseBody(until: [])
        if let problem = problems.first { throw problem }
        return body
    }

    /// Reads statements up to one of the closing tags, which is left to be read.
    mutating func parseBody(until ends: [String]) throws(TemplateError) -> [Statement] {
        waiting.append(ends)
        defer { waiting.removeLast() }
        let opened = current.place
        return try nested { (parser) throws(TemplateError) in
            var body: [Statement] = []
            while true {
                let place = parser.current.place
                switch parser.current.kind {
                case .data(let text):
                    parser.advance()
                    body.append(Statement(kind: .data(text), place: place))
                case .variableBegin:
                    parser.advance()
                    let value = try parser.parseTuple()
                    body.append(Statement(kind: .output(value), place: place))
                    try parser.expect(.variableEnd, "'}}'")
                case .blockBegin:
                    parser.advance()
                    if case .name(let tag) = parser.current.kind, ends.contains(tag) { return body }
                    body += try parser.parseStatement()
                    try parser.expect(.blockEnd, "'%}'")
                case .end where ends.isEmpty:
                    return body
                default:
                    throw parser.failure(
                        "The template ends, and "
                            + ends.map { "'{% \($0) %}'" }.joined(separator: " or ")
                            + " for the block of line \(opened.line) is missing.")
                }
            }
        }
    }

    /// Reads the body of a tag whose opening has been read up to its `%}`.
    mutating func parseBlock(until ends: [String]) throws(TemplateError) -> [Statement] {
        _ = skip(.colon)
        try expect(.blockEnd, "'%}'")
        return try parseBody(until: ends)
    }

    /// Reads the body of a tag and its closing name.
    mutating func parseBlock(endedBy end: String) throws(TemplateError) -> [Statement] {
        let body = try parseBlock(until: [end])
        advance()
        return body
    }

    /// Reads something that is not guarded by the condition around it, or is.
    mutating func guarded<Result>(
        _ isGuarded: Bool, _ body: (inout Parser) throws(TemplateError) -> Result
    ) throws(TemplateError) -> Result {
        let before = self.isGuarded
        self.isGuarded = isGuarded
        defer { self.isGuarded = before }
        return try body(&self)
    }

    // MARK: - Names with a meaning in macros

    mutating func noteRead(_ name: String) {
        guard name == "caller" || name == "varargs" || name == "kwargs" else { return }
        for index in macros.indices where !macros[index].stored.contains(name) {
            macros[index].read.insert(name)
        }
    }

    mutating func noteStored(_ name: String) {
        for index in macros.indices { macros[index].stored.insert(name) }
    }
}
