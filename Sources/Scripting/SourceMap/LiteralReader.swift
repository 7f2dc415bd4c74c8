/// Reads the table literals of a Lua source that compiles.
///
/// It knows tables written out, locals that were given one, and keys given to those later; what is
/// computed in any other way it passes over: no line is better than a wrong one.
struct LiteralReader {
    /// A call whose table is wanted.
    struct Call {
        /// The last part of the function's name: `adamw` of `nj.optim.adamw`.
        let function: String
        /// Where Lua says that the call stands.
        let line: Int
    }

    /// The literal in the file's last `return`, or in the local that it names.
    private(set) var returned: SourceMap.Literal?
    /// The table that the wanted call is given.
    private(set) var given: SourceMap.Literal?

    private var tokens: LuaTokens
    private var current: (token: LuaTokens.Token, line: Int)?
    /// What locals hold, by block, the innermost last; nil for what is not known.
    private var scopes: [[String: SourceMap.Literal?]] = [[:]]
    /// Names that the next block begins with: what a function takes, what a loop counts.
    private var parameters: [String] = []
    private let wanted: Call?
    /// What the module is called here: its functions give back the table that they are given.
    private var modules: Set = ["nj"]

    /// Literals hold others to this depth at most, through locals too.
    private static let deepest = 60

    init(_ source: [UInt8], wanted: Call? = nil) {
        tokens = LuaTokens(source)
        self.wanted = wanted
        advance()
        readStatements()
    }

    private mutating func advance() { current = tokens.next() }

    private mutating func take(_ mark: Character) -> Bool {
        guard let byte = mark.asciiValue, current?.token == .mark(byte) else { return false }
        advance()
        return true
    }

    /// Where reading stands, to come back to.
    private var place: (tokens: LuaTokens, current: (token: LuaTokens.Token, line: Int)?) {
        get { (tokens, current) }
        set { (tokens, current) = newValue }
    }

    private mutating func takeName() -> String? {
        guard case .name(let name)? = current?.token, !Self.keywords.contains(name) else {
            return nil
        }
        advance()
        return name
    }

    private mutating func takeText() -> String? {
        guard case .text(let text)? = current?.token else { return nil }
        advance()
        return text
    }

    // MARK: - Statements

    private mutating func readStatements() {
        while let token = current?.token {
            guard case .name(let word) = token else {
                advance()
                continue
            }
            switch word {
            case "return" where scopes.count == 1:
                advance()
                returned = value()
            case "local":
                advance()
                readLocal()
            case "function":
                advance()
                readFunction()
            case "for":
                advance()
                parameters = names()
            case _ where Self.keywords.contains(word):
                if word == "else" || word == "elseif" || Self.closes(word) { close() }
                if word == "else" || word == "elseif" || Self.opens(word) { open() }
                advance()
            default: readAssignment()
            }
        }
    }

    private mutating func open() {
        var scope: [String: SourceMap.Literal?] = [:]
        for name in parameters { scope.updateValue(nil, forKey: name) }
        parameters = []
        scopes.append(scope)
    }

    private mutating func close() { if scopes.count > 1 { scopes.removeLast() } }

    /// `a, b, c`
    private mutating func names() -> [String] {
        var names: [String] = []
        while let name = takeName() {
            names.append(name)
            guard take(",") else { break }
        }
        return names
    }

    /// `name = value`, after `local`; several names are not followed.
    private mutating func readLocal() {
        guard let name = takeName() else { return }
        if take("<") {
            _ = takeName()
            _ = take(">")
        }
        shadow(name)
        if take(",") {
            for other in names() { shadow(other) }
            return
        }
        guard take("=") else { return }
        if current?.token == .name("require") { readModule(name) }
        let value = value()
        scopes[scopes.count - 1].updateValue(value, forKey: name)
    }

    private mutating func shadow(_ name: String) {
        scopes[scopes.count - 1].updateValue(nil, forKey: name)
    }

    /// `require "nightjar"`, given to a local.
    private mutating func readModule(_ name: String) {
        let begin = place
        advance()
        _ = take("(")
        if current?.token == .text("nightjar") { modules.insert(name) }
        place = begin
    }

    /// `function name.key(a, b)`, after `function`; the body is read as statements.
    private mutating func readFunction() {
        if let line = current?.line, let name = takeName() {
            let keys = keys()
            _ = take(":")
            set(keys, of: name, at: line, to: nil)
        }
        while let token = current?.token, token != .mark(UInt8(ascii: "(")), token != .name("end") {
            advance()
        }
        _ = take("(")
        parameters = names()
        open()
    }

    /// `.key["key"]`
    private mutating func keys() -> [String] {
        var keys: [String] = []
        while true {
            if take(".") {
                guard case .name(let key)? = current?.token else { return keys }
                keys.append(key)
                advance()
            } else {
                let begin = place
                guard take("["), let key = takeText(), take("]") else {
                    place = begin
                    return keys
                }
                keys.append(key)
            }
        }
    }

    /// `name.key.key = value`, or any other statement that begins with a name.
    private mutating func readAssignment() {
        let begin = place
        guard let line = current?.line, let name = takeName() else { return }
        let keys = keys()
        if take("=") {
            let value = value()
            set(keys, of: name, at: line, to: value)
        } else if current?.token == .mark(UInt8(ascii: ",")) {
            // Which value is whose nobody follows.
            forget(keys, of: name)
            while take(","), let other = takeName() {
                let keys = self.keys()
                forget(keys, of: other)
            }
        } else {
            place = begin
            _ = value()
        }
    }

    private mutating func set(
        _ keys: [String], of name: String, at line: Int, to value: SourceMap.Literal?
    ) {
        // Whether and when a block runs nobody knows here.
        guard scopes.count == 1 else { return forget(keys, of: name) }
        change(name) { literal in
            if keys.isEmpty {
                literal = value
            } else {
                literal?.set(keys[...], at: line, to: value, deepest: Self.deepest)
            }
        }
    }

    private mutating func forget(_ keys: [String], of name: String) {
        change(name) { literal in
            if keys.isEmpty { literal = nil } else { literal?.forget(keys[...]) }
        }
    }

    private mutating func change(_ name: String, _ change: (inout SourceMap.Literal?) -> Void) {
        guard let index = scopes.lastIndex(where: { $0[name] != nil }) else { return }
        // Taken out, so that it is changed where it lies and not copied.
        var literal = scopes[index].updateValue(nil, forKey: name) ?? nil
        change(&literal)
        scopes[index].updateValue(literal, forKey: name)
    }

    private func known(_ name: String) -> SourceMap.Literal? {
        scopes.last { $0[name] != nil }?[name] ?? nil
    }

    // MARK: - Values

    /// `{ ... }`, a local that was given one, or either given to a function of the module; nil for
    /// any other expression, which is left where it begins to differ.
    private mutating func value() -> SourceMap.Literal? {
        guard let first = current?.line else { return nil }
        if current?.token == .mark(UInt8(ascii: "{")) { return literal() }
        guard let name = takeName() else { return nil }
        if let local = known(name), isAtEnd { return local }
        var last = keys().last ?? name
        var table: SourceMap.Literal?
        var isWhole = false
        var second = current?.line ?? first
        switch current?.token {
        case .mark(UInt8(ascii: "{")):
            table = literal()
            isWhole = true
        case .mark(UInt8(ascii: "(")):
            advance()
            second = current?.line ?? first
            // `coroutine.wrap(nj.recipe) { ... }` gives the table to what stands in the brackets.
            if let inner = wrapped() {
                last = inner
                table = current?.token == .mark(UInt8(ascii: "{")) ? literal() : nil
            } else {
                table = value()
                isWhole = take(")")
            }
        default: return nil
        }
        if let wanted, given == nil, wanted.function == last,
            wanted.line == first || wanted.line == second
        {
            given = table
        }
        return isWhole && modules.contains(name) ? table : nil
    }

    /// `name.name)`: gives its last part.
    private mutating func wrapped() -> String? {
        let begin = place
        guard takeName() != nil, let last = keys().last, take(")") else {
            place = begin
            return nil
        }
        return last
    }

    /// Whether an expression is over: what follows belongs to something else.
    private var isAtEnd: Bool {
        switch current?.token {
        case .none: true
        case .name(let word): word != "and" && word != "or"
        case .mark(let mark): ",;})".utf8.contains(mark)
        case .other, .text: false
        }
    }

    /// From `{` past its `}`.
    private mutating func literal() -> SourceMap.Literal {
        var result = SourceMap.Literal()
        advance()
        while let (token, line) = current, token != .mark(UInt8(ascii: "}")) {
            if let name = entryName() {
                let value = value()
                result.add(name, at: line, value, deepest: Self.deepest)
            } else if case .name(let word) = token, Self.opens(word) {
                // A function is passed over whole.
                advance()
                skipToSeparator(depth: 1)
                result.add(item: nil, at: line, deepest: Self.deepest)
                continue
            } else {
                let value = value()
                result.add(item: value, at: line, deepest: Self.deepest)
            }
            skipToSeparator()
        }
        advance()
        return result
    }

    /// `name =` or `["name"] =`; nothing is taken where there is none.
    private mutating func entryName() -> String? {
        let begin = place
        let name: String?
        if take("[") {
            name = takeText()
            _ = take("]")
        } else {
            name = takeName()
        }
        if let name, take("=") { return name }
        place = begin
        return nil
    }

    /// Past the rest of an expression and the comma or semicolon after it, or up to the `}`.
    private mutating func skipToSeparator(depth blocks: Int = 0) {
        var blocks = blocks
        var brackets = 0
        while let token = current?.token {
            switch token {
            case .mark(UInt8(ascii: "{")), .mark(UInt8(ascii: "(")), .mark(UInt8(ascii: "[")):
                brackets += 1
            case .mark(UInt8(ascii: "}")) where brackets == 0 && blocks == 0: return
            case .mark(UInt8(ascii: "}")), .mark(UInt8(ascii: "]")): brackets -= 1
            // A call's own bracket may have been passed before its literal.
            case .mark(UInt8(ascii: ")")): brackets = max(0, brackets - 1)
            case .mark(UInt8(ascii: ",")), .mark(UInt8(ascii: ";")):
                if brackets == 0, blocks == 0 {
                    advance()
                    return
                }
            case .name(let word):
                if Self.opens(word) { blocks += 1 }
                if Self.closes(word) { blocks -= 1 }
            default: break
            }
            advance()
        }
    }

    // `for` and `while` open with their `do`, `elseif` belongs to its `if`.
    private static func opens(_ word: String) -> Bool {
        ["function", "if", "do", "repeat"].contains(word)
    }

    private static func closes(_ word: String) -> Bool { word == "end" || word == "until" }

    private static let keywords: Set = [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if",
        "in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
    ]
}
