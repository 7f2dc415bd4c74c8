/// Reads the table literals of a Lua source that compiles.
///
/// It knows tables written out, locals that were given one, and keys given to those later; what is
/// computed in any other way it passes over.
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
    private var locals: [String: SourceMap.Literal] = [:]
    private let wanted: Call?

    init(_ source: [UInt8], wanted: Call? = nil) {
        tokens = LuaTokens(source)
        self.wanted = wanted
        advance()
        readStatements()
    }

    private mutating func advance() { current = tokens.next() }

    private mutating func readStatements() {
        var depth = 0
        while let token = current?.token {
            guard case .name(let word) = token else {
                advance()
                continue
            }
            switch word {
            case "return" where depth == 0:
                advance()
                returned = value()
            case "local":
                advance()
                readLocal()
            case _ where Self.keywords.contains(word):
                depth += Self.opens(word) ? 1 : Self.closes(word) ? -1 : 0
                advance()
            default:
                var ahead = self
                if ahead.readAssignment(to: word) {
                    self = ahead
                } else {
                    _ = value()
                }
            }
        }
    }

    /// `name = value`, after `local`.
    private mutating func readLocal() {
        guard case .name(let name)? = current?.token, !Self.keywords.contains(name) else { return }
        advance()
        guard take("=") else { return }
        locals[name] = value()
    }

    /// `name.key.key = value`, where the name is that of a literal; false for anything else.
    private mutating func readAssignment(to name: String) -> Bool {
        guard var literal = locals[name], let line = current?.line else { return false }
        advance()
        var keys: [String] = []
        while take(".") {
            guard case .name(let key)? = current?.token else { return false }
            keys.append(key)
            advance()
        }
        guard let last = keys.popLast(), take("=") else { return false }
        for key in keys {
            guard let inner = literal.entry(key)?.value else { return false }
            literal = inner
        }
        literal.set(last, at: line, to: value())
        return true
    }

    /// `{ ... }`, `name.name { ... }`, `name.name({ ... })`, or a local that was given one, alone or
    /// in a call; nil for any other expression, which is left where it begins to differ.
    private mutating func value(followsLocals: Bool = true) -> SourceMap.Literal? {
        let first = current?.line
        var called = ""
        var isNameNext = true
        while let (token, line) = current {
            switch token {
            case .mark(UInt8(ascii: "{")):
                let literal = literal()
                note(literal, givenTo: called, at: [first ?? line, line])
                return literal
            case .name(let word) where isNameNext && !Self.keywords.contains(word):
                advance()
                if let local = locals[word], followsLocals, isAtEndOfValue {
                    note(local, givenTo: called, at: [first ?? line, line])
                    return local
                }
                called = word
                isNameNext = false
            case .mark(UInt8(ascii: ".")), .mark(UInt8(ascii: "(")):
                advance()
                isNameNext = true
            default: return nil
            }
        }
        return nil
    }

    private var isAtEndOfValue: Bool {
        switch current?.token {
        case .none, .name: true
        case .mark(let mark): ",;})".utf8.contains(mark)
        case .other: false
        }
    }

    private mutating func note(
        _ literal: SourceMap.Literal, givenTo function: String, at lines: [Int]
    ) {
        guard let wanted, given == nil, wanted.function == function, lines.contains(wanted.line)
        else { return }
        given = literal
    }

    private mutating func take(_ mark: Character) -> Bool {
        guard let byte = mark.asciiValue, current?.token == .mark(byte) else { return false }
        advance()
        return true
    }

    /// From `{` past its `}`.
    private mutating func literal() -> SourceMap.Literal {
        let result = SourceMap.Literal()
        advance()
        while let token = current?.token, token != .mark(UInt8(ascii: "}")) {
            if case .name(let name) = token, let line = current?.line {
                var ahead = self
                ahead.advance()
                if ahead.take("=") {
                    self = ahead
                    result.entries.append((name, line, value()))
                    skipToSeparator()
                    continue
                }
                // A block keyword begins an expression, and must not go unseen.
                if Self.opens(name) {
                    advance()
                    skipToSeparator(depth: 1)
                    continue
                }
            }
            if let item = value(followsLocals: false) { result.items.append(item) }
            skipToSeparator()
        }
        advance()
        return result
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
