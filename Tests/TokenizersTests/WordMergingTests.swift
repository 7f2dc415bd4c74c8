import Testing

@testable import Tokenizers

@Suite struct WordMergingTests {
    /// The rule itself: find the leftmost pair of the lowest rank, join it, begin again.
    static func slow(_ symbols: [Int32], _ merges: [BytePairModel.Merge]) -> [Int32] {
        var symbols = symbols
        while true {
            var best: (rank: Int, index: Int, result: Int32)?
            for index in symbols.indices.dropLast() {
                let rank = merges.lastIndex {
                    $0.left == symbols[index] && $0.right == symbols[index + 1]
                }
                if let rank, rank < best?.rank ?? Int.max {
                    best = (rank, index, merges[rank].result)
                }
            }
            guard let best else { return symbols }
            symbols.replaceSubrange(best.index...(best.index + 1), with: [best.result])
        }
    }

    static func scan(_ symbols: [Int32], _ table: MergeTable) -> [Int32] {
        var (word, pairs) = (symbols, [UInt64](repeating: 0, count: symbols.count))
        let count = word.withUnsafeMutableBufferPointer { word in
            pairs.withUnsafeMutableBufferPointer { pairs -> Int in
                guard let base = word.baseAddress, let room = pairs.baseAddress else { return 0 }
                return WordMerging.scan(base, word.count, room, table)
            }
        }
        return Array(word.prefix(count))
    }

    static func queue(_ symbols: [Int32], _ table: MergeTable) -> [Int32] {
        var word = symbols
        let count = word.withUnsafeMutableBufferPointer { word -> Int in
            guard let base = word.baseAddress else { return 0 }
            return WordMerging.queue(base, word.count, table)
        }
        return Array(word.prefix(count))
    }

    @Test func bothWaysEqualTheRule() {
        var random = SeededGenerator(state: 2)
        for round in 0..<60 {
            // Tokens 0...3 are letters; every merge joins two earlier tokens, in shuffled rank.
            var merges: [BytePairModel.Merge] = []
            for result in Int32(4)..<24 {
                merges.append(
                    .init(
                        left: .random(in: 0..<result, using: &random),
                        right: .random(in: 0..<result, using: &random), result: result))
            }
            if round % 2 == 1 { merges.shuffle(using: &random) }
            let table = MergeTable(merges)
            for _ in 0..<60 {
                let word = (0..<Int.random(in: 0...70, using: &random)).map { _ in
                    Int32.random(in: 0..<4, using: &random)
                }
                let expected = Self.slow(word, merges)
                #expect(Self.scan(word, table) == expected)
                #expect(Self.queue(word, table) == expected)
            }
        }
    }

    @Test func heapsPopInOrder() {
        var random = SeededGenerator(state: 3)
        for count in 0..<70 {
            let values = (0..<count).map { _ in Int.random(in: 0..<40, using: &random) }
            var heap = BinaryHeap(Array(values.prefix(count / 2)))
            for value in values.dropFirst(count / 2) { heap.push(value) }
            var popped: [Int] = []
            while let value = heap.pop() { popped.append(value) }
            #expect(popped == values.sorted())
            #expect(heap.isEmpty)
        }
    }
}
