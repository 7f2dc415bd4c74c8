/// Cuts text into words by a list of steps.
struct PreTokenizer: Sendable {
    /// The pattern that alone cuts, where one that is written by hand does.
    let words: WordPattern?
    /// Whether there is nothing to cut.
    let isEmpty: Bool

    private let prefix: Prefix?
    private let cuts: [Cut]

    /// What the first step puts in front or writes spaces as.
    private struct Prefix: Sendable {
        var text: [UInt8]
        var scheme: PreTokenizerStep.Prefix
        var replacesSpaces: Bool
    }

    private struct Cut: Sendable {
        var pattern: SplitPattern
        var behavior: PreTokenizerStep.Behavior
        var isInverted: Bool
    }

    /// A stretch of the text, and whether a pattern matched it.
    private struct Piece {
        var start: Int
        var end: Int
        var isMatch: Bool
    }

    /// Throws where a pattern does not compile or a step stands where it cannot.
    init(_ steps: [PreTokenizerStep]) throws {
        var prefix: Prefix?
        var cuts: [Cut] = []
        for (index, step) in steps.enumerated() {
            let key = steps.count == 1 ? "pre_tokenizer" : "pre_tokenizer.pretokenizers[\(index)]"
            do {
                switch step {
                case .byteLevel(let addsPrefixSpace, let usesPattern):
                    guard index == steps.count - 1 else {
                        throw TokenizerError(.unsupported, "a step after ByteLevel", key: key)
                    }
                    if addsPrefixSpace {
                        guard index == 0 else {
                            throw TokenizerError(
                                .unsupported, "add_prefix_space after another step", key: key)
                        }
                        prefix = Prefix(text: [0x20], scheme: .always, replacesSpaces: false)
                    }
                    if usesPattern {
                        cuts.append(
                            Cut(
                                pattern: try SplitPattern(WordSplitter.pattern),
                                behavior: .isolated, isInverted: false))
                    }
                case .split(.regex(let pattern), let behavior, let isInverted):
                    cuts.append(
                        Cut(
                            pattern: try SplitPattern(pattern), behavior: behavior,
                            isInverted: isInverted))
                case .split(.literal(let text), let behavior, let isInverted):
                    cuts.append(
                        Cut(
                            pattern: try SplitPattern(text, isLiteral: true), behavior: behavior,
                            isInverted: isInverted))
                case .digits(let individually):
                    cuts.append(
                        Cut(
                            pattern: try SplitPattern(#"\p{N}"#),
                            behavior: individually ? .isolated : .contiguous, isInverted: false))
                case .metaspace(let replacement, let scheme, let splits):
                    guard steps.count == 1 else {
                        throw TokenizerError(
                            .unsupported, "Metaspace beside another step", key: key)
                    }
                    prefix = Prefix(text: replacement, scheme: scheme, replacesSpaces: true)
                    if splits {
                        cuts.append(
                            Cut(
                                pattern: try SplitPattern(
                                    String(decoding: replacement, as: UTF8.self), isLiteral: true),
                                behavior: .mergedWithNext, isInverted: false))
                    }
                }
            } catch let error as TokenizerError {
                throw TokenizerError(error.kind, error.message, key: error.key ?? key)
            }
        }
        self.prefix = prefix
        self.cuts = cuts
        words = WordPattern(steps)
        isEmpty = prefix == nil && cuts.isEmpty
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
        guard let prefix else { return cut(text, body) }
        var copy: [UInt8] = []
        copy.reserveCapacity(text.count + text.count / 8 + prefix.text.count)
        if prefix.replacesSpaces {
            for byte in text {
                if byte == 0x20 { copy.append(contentsOf: prefix.text) } else { copy.append(byte) }
            }
        } else {
            copy.append(contentsOf: text)
        }
        let wantsPrefix =
            switch prefix.scheme {
            case .always: mayPrefix
            case .first: mayPrefix && isTextStart
            case .never: false
            }
        if wantsPrefix, !copy.starts(with: prefix.text) {
            copy.insert(contentsOf: prefix.text, at: 0)
        }
        copy.withUnsafeBufferPointer { cut($0, body) }
    }

    private func cut(
        _ text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) {
        if cuts.isEmpty { return body(text) }
        var ranges = [0..<text.count]
        for cut in cuts {
            ranges = ranges.flatMap { range in
                let part = UnsafeBufferPointer(rebasing: text[range])
                return Self.apply(cut, part).map {
                    (range.lowerBound + $0.lowerBound)..<(range.lowerBound + $0.upperBound)
                }
            }
        }
        for range in ranges { body(UnsafeBufferPointer(rebasing: text[range])) }
    }

    private static func apply(_ cut: Cut, _ text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var pieces: [Piece] = []
        var last = 0
        let inverted = cut.isInverted
        cut.pattern.forEachMatch(in: text) { start, end in
            if start > last { pieces.append(Piece(start: last, end: start, isMatch: inverted)) }
            pieces.append(Piece(start: start, end: end, isMatch: !inverted))
            last = end
        }
        if last < text.count {
            pieces.append(Piece(start: last, end: text.count, isMatch: inverted))
        }
        return join(pieces, cut.behavior).filter { !$0.isEmpty }
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
