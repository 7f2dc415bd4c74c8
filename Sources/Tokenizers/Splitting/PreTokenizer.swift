/// Cuts text into words by a list of steps.
struct PreTokenizer: Sendable {
    /// The pattern that alone cuts, where one that is written by hand does.
    let words: WordPattern?
    /// Whether there is nothing to cut.
    let isEmpty: Bool
    /// Whether what begins the whole text is treated otherwise.
    let asksForTextStart: Bool

    private let operations: [Operation]

    /// What a step does to every word.
    private enum Operation: Sendable {
        case prefix(Prefix)
        case cut(Cut)
    }

    /// Puts text in front of words, and may write spaces as that text.
    private struct Prefix: Sendable {
        var text: [UInt8]
        var scheme: PreTokenizerStep.Prefix
        var replacesSpaces: Bool
    }

    private struct Cut: Sendable {
        var finder: MatchFinder
        var behavior: PreTokenizerStep.Behavior
        var isInverted = false
    }

    /// A stretch of the text, and whether a pattern matched it.
    private struct Piece {
        var start: Int
        var end: Int
        var isMatch: Bool
    }

    /// A word so far, and whether it begins where the whole text does.
    private struct Word {
        var range: Range<Int>
        var isTextStart: Bool
    }

    /// Throws where a pattern does not compile or a step stands where it cannot.
    init(_ steps: [PreTokenizerStep]) throws {
        var operations: [Operation] = []
        for (index, step) in steps.enumerated() {
            let key = steps.count == 1 ? "pre_tokenizer" : "pre_tokenizer.pretokenizers[\(index)]"
            do {
                if case .byteLevel = step, index < steps.count - 1 {
                    throw TokenizerError(
                        .unsupported, "a step after ByteLevel is not implemented", key: key)
                }
                operations += try Self.operations(of: step)
            } catch let error as TokenizerError {
                throw TokenizerError(error.kind, error.message, key: error.key ?? key)
            }
        }
        self.operations = operations
        words = WordPattern(steps)
        isEmpty = operations.isEmpty
        asksForTextStart = steps.contains {
            if case .metaspace(_, .first, _) = $0 { true } else { false }
        }
    }

    private static func operations(of step: PreTokenizerStep) throws -> [Operation] {
        switch step {
        case .byteLevel(let addsPrefixSpace, let usesPattern):
            let prefix = Prefix(text: [0x20], scheme: .always, replacesSpaces: false)
            return (addsPrefixSpace ? [.prefix(prefix)] : [])
                + (usesPattern
                    ? [
                        .cut(
                            Cut(
                                finder: .pattern(try SplitPattern(WordSplitter.pattern)),
                                behavior: .isolated))
                    ] : [])
        case .split(let pattern, let behavior, let isInverted):
            let finder: MatchFinder =
                switch pattern {
                case .regex(let text): .pattern(try SplitPattern(text))
                case .literal(""): .pattern(try SplitPattern("", isLiteral: true))
                case .literal(let text): .literal(Array(text.utf8))
                }
            return [.cut(Cut(finder: finder, behavior: behavior, isInverted: isInverted))]
        case .digits(let individually):
            return [
                .cut(
                    Cut(
                        finder: .pattern(try SplitPattern(#"\p{N}"#)),
                        behavior: individually ? .isolated : .contiguous))
            ]
        case .metaspace(let replacement, let scheme, let splits):
            let prefix = Prefix(text: replacement, scheme: scheme, replacesSpaces: true)
            guard splits else { return [.prefix(prefix)] }
            return [
                .prefix(prefix),
                .cut(Cut(finder: .literal(replacement), behavior: .mergedWithNext)),
            ]
        case .punctuation(let behavior):
            return [.cut(Cut(finder: .characters(.punctuation), behavior: behavior))]
        case .words: return [.cut(Cut(finder: .words, behavior: .removed, isInverted: true))]
        case .whitespace: return [.cut(Cut(finder: .characters(.space), behavior: .removed))]
        case .bert:
            return [
                .cut(Cut(finder: .characters(.space), behavior: .removed)),
                .cut(Cut(finder: .characters(.punctuation), behavior: .isolated)),
            ]
        }
    }

    /// Calls `body` with every word of `text`, which is well-formed UTF-8 and not empty.
    ///
    /// - Parameters:
    ///   - isTextStart: whether this is the beginning of the whole text.
    ///   - mayPrefix: false after bytes that are not UTF-8, where no space may be invented.
    func forEachWord(
        _ text: UnsafeBufferPointer<UInt8>, isTextStart: Bool, mayPrefix: Bool,
        _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        var words = [Word(range: 0..<text.count, isTextStart: isTextStart)]
        // Steps that write anew leave the text as it was given.
        var rewritten: [UInt8]?
        func withText<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
            rewritten?.withUnsafeBufferPointer(body) ?? body(text)
        }
        for operation in operations {
            switch operation {
            case .prefix(let prefix):
                (rewritten, words) = withText {
                    Self.prepend(prefix, to: words, of: $0, mayPrefix: mayPrefix)
                }
            case .cut(let cut): words = withText { Self.apply(cut, to: words, of: $0) }
            }
        }
        withText { text in
            for word in words { body(UnsafeBufferPointer(rebasing: text[word.range])) }
        }
    }

    private static func prepend(
        _ prefix: Prefix, to words: [Word], of text: UnsafeBufferPointer<UInt8>, mayPrefix: Bool
    ) -> ([UInt8]?, [Word]) {
        var copy: [UInt8] = []
        copy.reserveCapacity(text.count + text.count / 8 + prefix.text.count)
        var result: [Word] = []
        result.reserveCapacity(words.count)
        for word in words {
            let start = copy.count
            let part = text[word.range]
            let begins =
                part.starts(with: prefix.text) || prefix.replacesSpaces && part.first == 0x20
            // Only the first word can stand after bytes that are not UTF-8.
            let isFree = mayPrefix || word.range.lowerBound > 0
            let isWanted =
                switch prefix.scheme {
                case .always: isFree
                case .first: isFree && word.isTextStart
                case .never: false
                }
            if isWanted, !begins { copy.append(contentsOf: prefix.text) }
            if prefix.replacesSpaces {
                for byte in part {
                    if byte == 0x20 {
                        copy.append(contentsOf: prefix.text)
                    } else {
                        copy.append(byte)
                    }
                }
            } else {
                copy.append(contentsOf: part)
            }
            result.append(Word(range: start..<copy.count, isTextStart: word.isTextStart))
        }
        return (copy, result)
    }

    private static func apply(
        _ cut: Cut, to words: [Word], of text: UnsafeBufferPointer<UInt8>
    ) -> [Word] {
        var result: [Word] = []
        result.reserveCapacity(words.count)
        for word in words {
            let base = word.range.lowerBound
            for range in apply(cut, UnsafeBufferPointer(rebasing: text[word.range])) {
                result.append(
                    Word(
                        range: (base + range.lowerBound)..<(base + range.upperBound),
                        isTextStart: word.isTextStart && range.lowerBound == 0))
            }
        }
        return result
    }

    private static func apply(_ cut: Cut, _ text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        if cut.behavior == .isolated || cut.behavior == .removed { return set(cut, apartIn: text) }
        var pieces: [Piece] = []
        var last = 0
        let inverted = cut.isInverted
        cut.finder.forEachMatch(in: text) { start, end in
            if start > last { pieces.append(Piece(start: last, end: start, isMatch: inverted)) }
            pieces.append(Piece(start: start, end: end, isMatch: !inverted))
            last = end
        }
        if last < text.count {
            pieces.append(Piece(start: last, end: text.count, isMatch: inverted))
        }
        return join(pieces, cut.behavior).filter { !$0.isEmpty }
    }

    /// `apply` where matches stand apart or go: no piece joins another.
    private static func set(
        _ cut: Cut, apartIn text: UnsafeBufferPointer<UInt8>
    ) -> [Range<Int>] {
        let keepsMatches = cut.behavior == .isolated || cut.isInverted
        let keepsOthers = cut.behavior == .isolated || !cut.isInverted
        var result: [Range<Int>] = []
        var last = 0
        cut.finder.forEachMatch(in: text) { start, end in
            if keepsOthers, start > last { result.append(last..<start) }
            if keepsMatches, end > start { result.append(start..<end) }
            last = end
        }
        if keepsOthers, last < text.count { result.append(last..<text.count) }
        return result
    }

    private static func join(
        _ pieces: [Piece], _ behavior: PreTokenizerStep.Behavior
    ) -> [Range<Int>] {
        var result: [Range<Int>] = []
        switch behavior {
        case .isolated: return pieces.map { $0.start..<$0.end }
        case .removed: return pieces.filter { !$0.isMatch }.map { $0.start..<$0.end }
        case .contiguous:
            var previous: Bool?
            for piece in pieces {
                if piece.isMatch == previous, let last = result.popLast() {
                    result.append(last.lowerBound..<piece.end)
                } else {
                    result.append(piece.start..<piece.end)
                }
                previous = piece.isMatch
            }
        case .mergedWithPrevious:
            var previous = false
            for piece in pieces {
                if piece.isMatch, !previous, let last = result.popLast() {
                    result.append(last.lowerBound..<piece.end)
                } else {
                    result.append(piece.start..<piece.end)
                }
                previous = piece.isMatch
            }
        case .mergedWithNext:
            var previous = false
            for piece in pieces.reversed() {
                if piece.isMatch, !previous, let last = result.popLast() {
                    result.append(piece.start..<last.upperBound)
                } else {
                    result.append(piece.start..<piece.end)
                }
                previous = piece.isMatch
            }
            result.reverse()
        }
        return result
    }
}
