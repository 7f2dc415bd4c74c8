/// Where a step cuts: what it looks for in a text.
enum MatchFinder: Sendable {
    case pattern(SplitPattern)
    /// A text, which is not empty.
    case literal([UInt8])
    /// Each character of a kind.
    case characters(CharacterKind)
    /// Runs of word characters, and runs of those that are neither that nor white space.
    case words

    /// Calls `body` with every match, left to right; `text` is well-formed UTF-8.
    func forEachMatch(
        in text: UnsafeBufferPointer<UInt8>, _ body: (_ start: Int, _ end: Int) -> Void
    ) {
        switch self {
        case .pattern(let pattern): pattern.forEachMatch(in: text, body)
        case .literal(let literal): Self.forEach(literal, in: text, body)
        case .characters(let kind):
            guard let base = text.baseAddress else { return }
            var index = 0
            while index < text.count {
                let (scalar, length) = UTF8Scan.decode(base, index)
                if CharacterKind.of(scalar).contains(kind) { body(index, index + length) }
                index += length
            }
        case .words: Self.forEachWord(in: text, body)
        }
    }

    private static func forEach(
        _ literal: [UInt8], in text: UnsafeBufferPointer<UInt8>,
        _ body: (_ start: Int, _ end: Int) -> Void
    ) {
        var index = 0
        while index + literal.count <= text.count {
            if text[index] == literal[0],
                literal.indices.allSatisfy({ text[index + $0] == literal[$0] })
            {
                body(index, index + literal.count)
                index += literal.count
            } else {
                index += 1
            }
        }
    }

    private static func forEachWord(
        in text: UnsafeBufferPointer<UInt8>, _ body: (_ start: Int, _ end: Int) -> Void
    ) {
        guard let base = text.baseAddress else { return }
        var start = 0
        var index = 0
        var current: CharacterKind = .space
        while index < text.count {
            let (scalar, length) = UTF8Scan.decode(base, index)
            // Space and word exclude each other; what is neither is a kind of its own.
            let kind = CharacterKind.of(scalar).intersection([.space, .word])
            if kind != current {
                if current != .space { body(start, index) }
                start = index
                current = kind
            }
            index += length
        }
        if current != .space, index > start { body(start, index) }
    }
}
