public import Corpora
public import Tokenizers

/// A row as a run learns from it: its tokens, and what each counts as a target.
public struct MaskedRow: Sendable {
    /// One token.
    public struct Token: Sendable, Hashable {
        /// The token's id.
        public var id: Int32
        /// 0 for what is only read, below 0 for an answer that was rejected.
        public var weight: Float
    }

    /// Neighboring tokens that count the same.
    public struct Stretch: Sendable, Hashable {
        /// What the tokens stand for, special ones spelled out.
        public var text: String
        /// 0 for what is only read, below 0 for an answer that was rejected.
        public var weight: Float
    }

    /// Where the row stands.
    public let origin: DocumentOrigin
    /// All of them, in order.
    public let tokens: [Token]
    /// The same, joined where they count the same.
    public let stretches: [Stretch]
    /// Where the rejected side of a pair of answers begins in `tokens`; nil for rows that are none.
    public let second: Int?

    /// Reads document `index` of a source, beginning and end included where packing sets them.
    public init(
        document index: Int, of source: any TokenSource, packing: Packing,
        tokenizer: any Tokenizer
    ) throws {
        let extent = try source.extent(ofDocument: index)
        let run = try source.run(ofDocument: index, tokens: 0..<extent.tokenCount)
        var tokens: [Token] = []
        if let beginning = packing.beginning, !extent.startsMidway {
            tokens.append(Token(id: beginning, weight: 0))
        }
        let weights = run.lossWeights ?? Array(repeating: 1, count: run.ids.count)
        tokens += zip(run.ids, weights).map { Token(id: $0, weight: $1) }
        // Nothing comes before the first token, so it is predicted from nothing.
        if let first = tokens.indices.first { tokens[first].weight = 0 }
        if let end = packing.end, !extent.goesOn {
            tokens.append(Token(id: end, weight: weights.last ?? 1))
        }
        if let second = run.second {
            for index in second..<tokens.count where tokens[index].weight != 0 {
                tokens[index].weight *= -1
            }
        }
        self.init(
            tokens, second: run.second, origin: try source.origin(ofDocument: index), tokenizer)
    }

    private init(
        _ tokens: [Token], second: Int?, origin: DocumentOrigin, _ tokenizer: any Tokenizer
    ) {
        var stretches: [(ids: [Int32], weight: Float)] = []
        for token in tokens {
            if let last = stretches.indices.last, stretches[last].weight == token.weight {
                stretches[last].ids.append(token.id)
            } else {
                stretches.append(([token.id], token.weight))
            }
        }
        self.tokens = tokens
        // One decoder for all: a stretch by itself would lose the space that it begins with.
        var decoder = StreamingDecoder(tokenizer, skipsSpecialTokens: false)
        self.stretches = stretches.enumerated().map { index, stretch in
            var text = stretch.ids.reduce(into: "") { $0 += decoder.push($1) }
            if index == stretches.indices.last { text += decoder.flush() }
            return Stretch(text: text, weight: stretch.weight)
        }
        self.second = second
        self.origin = origin
    }

    /// Each side of a pair as a row by itself, whose answer is learned; the row, where it is no pair.
    func sides(_ tokenizer: any Tokenizer) -> [MaskedRow] {
        guard let second else { return [self] }
        return [tokens[..<second], tokens[second...]].map { side in
            MaskedRow(
                side.map { Token(id: $0.id, weight: abs($0.weight)) }, second: nil, origin: origin,
                tokenizer)
        }
    }

    /// Tokens that count in the loss.
    public var trainedCount: Int { tokens.count { $0.weight != 0 } }

    /// The text, with what is learned between `{+` and `+}`, and what is rejected between `[-` and `-]`.
    public var marked: String {
        stretches.map {
            $0.weight > 0 ? "{+\($0.text)+}" : $0.weight < 0 ? "[-\($0.text)-]" : $0.text
        }.joined()
    }
}
