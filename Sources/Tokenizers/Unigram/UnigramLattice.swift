/// Finds the most likely spelling of a text: Viterbi's algorithm, forward over a trie of tokens.
///
/// Linear in the text, times the length of the longest token.
struct UnigramLattice: Sendable {
    private let trie: PieceTrie
    /// By token.
    private let scores: FrozenBuffer<Double>
    private let unknown: Int32
    private let unknownScore: Double
    private let isSingle: Bool
    /// An unknown character is this much less likely than the rarest token.
    private static let penalty = 10.0

    init(_ model: UnigramModel) throws {
        let usable = model.usable
        trie = try PieceTrie(
            model.vocabulary.enumerated().filter { usable?[$0.offset] ?? true }.map {
                ($0.element, Int32($0.offset))
            })
        scores = FrozenBuffer(model.scores)
        isSingle = model.arithmetic == .single
        unknown = model.unknown ?? 0
        let least = model.leastScore ?? model.scores.min() ?? 0
        unknownScore =
            isSingle ? Double(Float(least) - Float(Self.penalty)) : least - Self.penalty
    }

    /// One place of a text: the best way to spell all before it.
    private struct Node {
        var score = 0.0
        /// Where its last token begins, or -1.
        var start: Int32 = -1
        var id: Int32 = -1
    }

    /// Calls `body` with the tokens of `text`, well-formed UTF-8, left to right.
    func forEachPiece(
        of text: UnsafeBufferPointer<UInt8>, _ body: (_ id: Int32, _ start: Int, _ end: Int) -> Void
    ) {
        guard let base = text.baseAddress else { return }
        precondition(text.count < Int(Int32.max), "a text of 2 GiB cannot be spelt at once")
        withUnsafeTemporaryAllocation(of: Node.self, capacity: text.count + 1) { nodes in
            nodes.initialize(repeating: Node())
            var start = 0
            while start < text.count {
                let length = UTF8Scan.decode(base, start).length
                let score = nodes[start].score
                var isSpelt = false
                func offer(_ end: Int, _ id: Int32, _ own: Double) {
                    let sum = isSingle ? Double(Float(own) + Float(score)) : own + score
                    if nodes[end].start < 0 || sum > nodes[end].score {
                        nodes[end] = Node(score: sum, start: Int32(start), id: id)
                    }
                }
                trie.forEachPrefix(base, start, text.count) { id, end in
                    offer(end, id, scores[Int(id)])
                    if end - start == length { isSpelt = true }
                }
                if !isSpelt { offer(start + length, unknown, unknownScore) }
                start += length
            }
            // Backward to where the tokens begin, leaving in each node where its token ends.
            var end = text.count
            while end > 0 {
                let node = nodes[end]
                nodes[Int(node.start)].score = Double(end)
                end = Int(node.start)
            }
            start = 0
            while start < text.count {
                let end = Int(nodes[start].score)
                body(nodes[end].id, start, end)
                start = end
            }
        }
    }
}
