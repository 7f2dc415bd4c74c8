/// Merges the most frequent pair again and again, keeping pair counts up to date as it goes.
///
/// Of equally frequent pairs the one with the smaller ids comes first. The bookkeeping is that of
/// Hugging Face's trainer, its corners included: an occurrence of a merged pair is not subtracted
/// from that pair's own count, so a pair that comes up again later starts from there.
struct MergeLearner {
    private let wanted: Int
    private let minimumFrequency: Int
    private var spellings: ByteStringTable
    private var merges: [BytePairModel.Merge] = []
    /// The symbols of word `i` are `symbols[starts[i]...]`, `lengths[i]` of them.
    private var symbols: [Int32] = []
    private var starts: [Int] = []
    private var lengths: [Int] = []
    private let counts: [Int]
    private var pairCounts: [UInt64: Int] = [:]
    /// Words to look at for queue entry `i`; emptied once used.
    private var places: [[Int32]] = []
    private var queue = BinaryHeap<Entry>()

    /// A pair waiting to be merged, with the count it had when queued.
    private struct Entry: Comparable {
        var count: Int
        var pair: UInt64
        var place: Int

        static func < (left: Entry, right: Entry) -> Bool {
            if left.count != right.count { return left.count > right.count }
            if left.pair != right.pair { return left.pair < right.pair }
            return left.place < right.place
        }
    }

    init(_ settings: BytePairTrainer.Settings, words: ByteStringTable, counts: [Int]) {
        wanted = settings.vocabularySize
        minimumFrequency = settings.minimumFrequency
        self.counts = counts
        spellings = ByteStringTable(minimumCapacity: settings.vocabularySize)
        for token in settings.specialTokens { _ = spellings.insert(Array(token.utf8)) }
        var ids = [Int32](repeating: 0, count: 256)
        for byte in ByteAlphabet.bytesByScalar {
            ids[Int(byte)] = Int32(spellings.insert(ByteAlphabet.spellings[Int(byte)]).index)
        }
        for index in 0..<words.count {
            let word = words[index]
            starts.append(symbols.count)
            lengths.append(word.count)
            symbols.append(contentsOf: word.lazy.map { ids[Int($0)] })
        }
        countPairs()
    }

    /// Merges until the vocabulary is full or no pair is frequent enough.
    mutating func run(_ progress: (Int, Int) throws -> Void) throws {
        while spellings.count < wanted, var top = queue.pop() {
            let count = pairCounts[top.pair] ?? 0
            if count != top.count {
                top.count = count
                if count > 0 { queue.push(top) }
                continue
            }
            if count < max(minimumFrequency, 1) { break }
            merge(top)
            if merges.count & 63 == 0 { try progress(spellings.count, wanted) }
        }
        try progress(spellings.count, wanted)
    }

    /// What was learnt, with GPT-2's way of cutting text into words.
    func model(_ settings: BytePairTrainer.Settings) -> BytePairModel {
        // A pair merged twice counts by its last rank, as it does when read from a file.
        var seen: Set<BytePairModel.Merge> = []
        let kept = Array(merges.reversed().filter { seen.insert($0).inserted }.reversed())
        var model = BytePairModel(
            vocabulary: (0..<spellings.count).map { Array(spellings[$0]) }, merges: kept,
            alphabet: .bytes)
        model.preTokenizer = [.byteLevel(addsPrefixSpace: false, usesPattern: true)]
        func id(_ token: String?) -> Int32? {
            token.flatMap { settings.specialTokens.firstIndex(of: $0) }.map(Int32.init)
        }
        model.addedTokens = settings.specialTokens.enumerated().map {
            AddedToken(id: Int32($0), content: Array($1.utf8), isSpecial: true)
        }
        model.roles = .init(
            beginning: id(settings.beginning), end: id(settings.end), padding: id(settings.padding))
        return model
    }

    private mutating func countPairs() {
        var placeOf: [UInt64: Int] = [:]
        for word in starts.indices {
            let start = starts[word]
            for index in start..<max(start + lengths[word] - 1, start) {
                let pair = Self.pair(symbols[index], symbols[index + 1])
                pairCounts[pair, default: 0] += counts[word]
                note(word, at: pair, in: &placeOf)
            }
        }
        enqueue(placeOf)
    }

    private mutating func note(_ word: Int, at pair: UInt64, in placeOf: inout [UInt64: Int]) {
        if let place = placeOf[pair] {
            if places[place].last != Int32(word) { places[place].append(Int32(word)) }
        } else {
            placeOf[pair] = places.count
            places.append([Int32(word)])
        }
    }

    /// The queue's order is total, so the order of a dictionary does not show.
    private mutating func enqueue(_ placeOf: [UInt64: Int]) {
        for (pair, place) in placeOf {
            let count = pairCounts[pair] ?? 0
            if count > 0 { queue.push(Entry(count: count, pair: pair, place: place)) }
        }
    }

    private mutating func merge(_ top: Entry) {
        let left = Int32(truncatingIfNeeded: top.pair >> 32)
        let right = Int32(truncatingIfNeeded: top.pair)
        let joined = Array(spellings[Int(left)]) + Array(spellings[Int(right)])
        let result = Int32(spellings.insert(joined).index)
        merges.append(.init(left: left, right: right, result: result))
        let words = places[top.place]
        places[top.place] = []
        var placeOf: [UInt64: Int] = [:]
        for word in words { merge(left, right, into: result, word: Int(word), &placeOf) }
        enqueue(placeOf)
    }

    private mutating func merge(
        _ left: Int32, _ right: Int32, into result: Int32, word: Int,
        _ placeOf: inout [UInt64: Int]
    ) {
        let (start, count) = (starts[word], counts[word])
        let end = start + lengths[word]
        var (read, write) = (start, start)
        while read < end {
            guard read + 1 < end, symbols[read] == left, symbols[read + 1] == right else {
                symbols[write] = symbols[read]
                read += 1
                write += 1
                continue
            }
            if write > start {
                let before = symbols[write - 1]
                pairCounts[Self.pair(before, left), default: 0] -= count
                let made = Self.pair(before, result)
                pairCounts[made, default: 0] += count
                note(word, at: made, in: &placeOf)
            }
            if read + 2 < end {
                let after = symbols[read + 2]
                pairCounts[Self.pair(right, after), default: 0] -= count
                let made = Self.pair(result, after)
                pairCounts[made, default: 0] += count
                note(word, at: made, in: &placeOf)
            }
            symbols[write] = result
            read += 2
            write += 1
        }
        lengths[word] = write - start
    }

    private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(left) << 32 | UInt64(right)
    }
}
