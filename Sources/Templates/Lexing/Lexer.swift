/// Cuts a source into tokens, and applies the whitespace rules of tags.
///
/// A block tag takes the newline after it and the blanks before it on its line; `-` at either end
/// takes all whitespace there, and `+` keeps what would have been taken.
struct Lexer {
    let source: [Unicode.Scalar]
    let name: String
    private let lineStarts: [Int]
    var position = 0
    var tokens: [Token] = []
    /// Whether what was read last ended a line.
    private var isLineStarting = true
    private var brackets: [Token.Symbol] = []

    init(_ text: String, name: String) {
        var source: [Unicode.Scalar] = []
        source.reserveCapacity(text.utf8.count)
        var starts = [0]
        var wasReturn = false
        for scalar in text.unicodeScalars {
            if !(scalar == "\n" && wasReturn) {
                source.append(scalar == "\r" ? "\n" : scalar)
                if source.last == "\n" { starts.append(source.count) }
            }
            wasReturn = scalar == "\r"
        }
        if source.last == "\n" { source.removeLast() }
        self.source = source
        self.name = name
        lineStarts = starts
    }

    func place(_ offset: Int) -> Place {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        return Place(line: low + 1, column: offset - lineStarts[low] + 1)
    }

    func failure(_ sentence: String, at offset: Int, _ kind: TemplateError.Kind = .syntax)
        -> TemplateError
    {
        TemplateError(kind, sentence, nil, template: name, place: place(offset))
    }

    mutating func tokenize() throws(TemplateError) -> [Token] {
        while position < source.count { try readDataAndTag() }
        tokens.append(Token(kind: .end, place: place(source.count)))
        return tokens
    }

    // MARK: - Outside of tags

    private mutating func readDataAndTag() throws(TemplateError) {
        var start = position
        while start < source.count {
            if source[start] == "{", start + 1 < source.count,
                "{%#".unicodeScalars.contains(source[start + 1])
            {
                break
            }
            start += 1
        }
        guard start < source.count else {
            emitData(position..<source.count)
            position = source.count
            return
        }
        let opener = source[start + 1]
        let sign = self.sign(at: start + 2)
        emitData(position..<trimmedEnd(position..<start, sign, isVariable: opener == "{"))
        if opener == "%", let end = endOfRawBegin(start) {
            finish(end)
            return try readRaw(from: start)
        }
        finish(start + 2 + (sign == nil ? 0 : 1))
        switch opener {
        case "#": try readComment(from: start)
        case "%": try readTag(.blockBegin, from: start)
        default: try readTag(.variableBegin, from: start)
        }
    }

    private func sign(at offset: Int) -> Unicode.Scalar? {
        guard offset < source.count, source[offset] == "-" || source[offset] == "+" else {
            return nil
        }
        return source[offset]
    }

    /// Where the text before a tag ends once the tag has taken its whitespace.
    private func trimmedEnd(_ text: Range<Int>, _ sign: Unicode.Scalar?, isVariable: Bool) -> Int {
        var end = text.upperBound
        if sign == "-" {
            while end > text.lowerBound, source[end - 1].isPythonSpace { end -= 1 }
            return end
        }
        guard sign != "+", !isVariable else { return end }
        while end > text.lowerBound, source[end - 1] != "\n", source[end - 1].isPythonSpace {
            end -= 1
        }
        let reachesLineStart =
            end > text.lowerBound ? source[end - 1] == "\n" : isLineStarting
        return reachesLineStart ? end : text.upperBound
    }

    private mutating func emitData(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        tokens.append(Token(kind: .data(text(range)), place: place(range.lowerBound)))
    }

    func text(_ range: Range<Int>) -> String {
        String(String.UnicodeScalarView(source[range]))
    }

    mutating func finish(_ end: Int) {
        isLineStarting = end > 0 && source[end - 1] == "\n"
        position = end
    }

    private func skippingSpace(_ offset: Int) -> Int {
        var offset = offset
        while offset < source.count, source[offset].isPythonSpace { offset += 1 }
        return offset
    }

    func matches(_ spelling: String, at offset: Int) -> Bool {
        var offset = offset
        for scalar in spelling.unicodeScalars {
            guard offset < source.count, source[offset] == scalar else { return false }
            offset += 1
        }
        return true
    }

    // MARK: - Raw text and comments

    private func endOfRawBegin(_ start: Int) -> Int? {
        let word = skippingSpace(start + 2 + (sign(at: start + 2) == nil ? 0 : 1))
        guard matches("raw", at: word) else { return nil }
        let end = skippingSpace(word + 3)
        if matches("-%}", at: end) { return skippingSpace(end + 3) }
        return matches("%}", at: end) ? end + 2 : nil
    }

    private mutating func readRaw(from opener: Int) throws(TemplateError) {
        if position == source.count { return }
        for start in position..<source.count where matches("{%", at: start) {
            let sign = sign(at: start + 2)
            let word = skippingSpace(start + 2 + (sign == nil ? 0 : 1))
            guard matches("endraw", at: word),
                let end = endOfTag(skippingSpace(word + 6), "%}", takesLine: true)
            else { continue }
            emitData(position..<trimmedEnd(position..<start, sign, isVariable: false))
            return finish(end)
        }
        throw failure("This raw block has no '{% endraw %}'.", at: opener)
    }

    private mutating func readComment(from opener: Int) throws(TemplateError) {
        // Python says nothing where the source ends right after the opening.
        if position == source.count { return }
        for start in position..<source.count {
            if let end = endOfTag(start, "#}", takesLine: true) { return finish(end) }
        }
        throw failure("This comment has no '#}'.", at: opener)
    }

    /// Where a closing tag at an offset ends with all that it takes, nil where there is none.
    private func endOfTag(_ offset: Int, _ closer: String, takesLine: Bool) -> Int? {
        if matches("-" + closer, at: offset) { return skippingSpace(offset + 3) }
        if takesLine, matches("+" + closer, at: offset) { return offset + 3 }
        guard matches(closer, at: offset) else { return nil }
        let end = offset + 2
        return takesLine && end < source.count && source[end] == "\n" ? end + 1 : end
    }

    // MARK: - Inside of tags

    private mutating func readTag(_ kind: Token.Kind, from start: Int) throws(TemplateError) {
        let isBlock = kind == .blockBegin
        tokens.append(Token(kind: kind, place: place(start)))
        brackets = []
        while position < source.count {
            if brackets.isEmpty,
                let end = endOfTag(position, isBlock ? "%}" : "}}", takesLine: isBlock)
            {
                let closer: Token.Kind = isBlock ? .blockEnd : .variableEnd
                tokens.append(Token(kind: closer, place: place(position)))
                return finish(end)
            }
            if source[position].isPythonSpace {
                position += 1
            } else {
                let start = position
                tokens.append(Token(kind: try readInTag(), place: place(start)))
                isLineStarting = false
            }
        }
    }

    mutating func readSymbol() throws(TemplateError) -> Token.Kind {
        let found = Token.Symbol.spelled.first { _, spelling in
            source[position...].starts(with: spelling)
        }
        guard let (symbol, spelling) = found else {
            throw failure("'\(source[position])' means nothing in a tag.", at: position)
        }
        switch symbol {
        case .leftBrace: brackets.append(.rightBrace)
        case .leftParenthesis: brackets.append(.rightParenthesis)
        case .leftBracket: brackets.append(.rightBracket)
        case .rightBrace, .rightParenthesis, .rightBracket:
            guard let expected = brackets.popLast() else {
                throw failure("'\(symbol.rawValue)' closes nothing.", at: position)
            }
            guard expected == symbol else {
                throw failure(
                    "'\(symbol.rawValue)' stands where '\(expected.rawValue)' must close.",
                    at: position)
            }
        default: break
        }
        position += spelling.count
        return .symbol(symbol)
    }
}
