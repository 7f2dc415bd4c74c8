/// Reads the table literals of a Lua source that compiles.
struct LiteralReader {
    private var tokens: LuaTokens
    private var current: (token: LuaTokens.Token, line: Int)?

    init(_ source: [UInt8]) {
        tokens = LuaTokens(source)
        advance()
    }

    private mutating func advance() { current = tokens.next() }

    /// The literal in the file's last `return`, or in the local that it names.
    mutating func returned() -> SourceMap.Literal? {
        var locals: [String: SourceMap.Literal] = [:]
        var depth = 0
        while let token = current?.token {
            switch token {
            case .name("return") where depth == 0:
                advance()
                return answer(locals)
            case .name("local") where depth == 0:
                advance()
                guard case .name(let name)? = current?.token, !Self.opens(name) else { continue }
                advance()
                if current?.token == .mark(UInt8(ascii: "=")) {
                    advance()
                    locals[name] = callOrLiteral()
                }
            case .name(let word):
                depth += Self.opens(word) ? 1 : Self.closes(word) ? -1 : 0
                advance()
            default: advance()
            }
        }
        return nil
    }

    private mutating func answer(
        _ locals: [String: SourceMap.Literal]
    ) -> SourceMap.Literal? {
        while let token = current?.token {
            switch token {
            case .mark(UInt8(ascii: "{")): return literal()
            case .name(let word):
                // `return nj.recipe(config)`
                if let local = locals[word] { return local }
                advance()
            case .mark(UInt8(ascii: ".")), .mark(UInt8(ascii: "(")): advance()
            default: return nil
            }
        }
        return nil
    }

    /// `{ ... }`, `name.name { ... }` or `name.name({ ... })`; nil for any other expression, which
    /// is left where it begins to differ.
    private mutating func callOrLiteral() -> SourceMap.Literal? {
        while let token = current?.token {
            switch token {
            case .mark(UInt8(ascii: "{")): return literal()
            case .name(let word) where !Self.opens(word) && !Self.isOperator(word): advance()
            case .mark(UInt8(ascii: ".")), .mark(UInt8(ascii: "(")): advance()
            default: return nil
            }
        }
        return nil
    }

    /// From `{` past its `}`.
    private mutating func literal() -> SourceMap.Literal {
        let result = SourceMap.Literal()
        advance()
        while let token = current?.token, token != .mark(UInt8(ascii: "}")) {
            if case .name(let name) = token, let line = current?.line {
                advance()
                if current?.token == .mark(UInt8(ascii: "=")) {
                    advance()
                    let value = callOrLiteral()
                    result.entries.append((name, line, value))
                    skipToSeparator()
                    continue
                }
                // The name begins an expression; a block keyword must not go unseen.
                if Self.opens(name) {
                    skipToSeparator(depth: 1)
                    continue
                }
            }
            if let item = callOrLiteral() { result.items.append(item) }
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

    private static func isOperator(_ word: String) -> Bool {
        ["and", "or", "not", "nil", "true", "false"].contains(word)
    }
}
