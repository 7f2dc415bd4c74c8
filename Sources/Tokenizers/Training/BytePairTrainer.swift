/// Learns a byte-level byte-pair vocabulary from text.
///
/// Give it texts with `count`, then call `learn`. The result depends on the words and their counts
/// alone, not on the order of the texts, and equals that of Hugging Face's `BpeTrainer` with the
/// byte-level alphabet: special tokens first, then the 256 bytes, then the merges.
///
///     var trainer = try BytePairTrainer(.init(vocabularySize: 4096))
///     for text in texts { trainer.count(text) }
///     let tokenizer = try trainer.learn()
public struct BytePairTrainer: Sendable {
    /// What to learn.
    public struct Settings: Sendable, Hashable {
        /// Ids in all, special tokens and the 256 bytes included; fewer where pairs run out.
        public var vocabularySize: Int
        /// A pair seen less often is not merged.
        public var minimumFrequency: Int
        /// Get the first ids, in this order.
        public var specialTokens: [String]
        /// Which of `specialTokens` ends a text, fills rows, begins a text.
        public var end: String?
        public var padding: String?
        public var beginning: String?

        public init(
            vocabularySize: Int, minimumFrequency: Int = 2,
            specialTokens: [String] = [ByteTokenizer.end, ByteTokenizer.padding],
            end: String? = ByteTokenizer.end, padding: String? = ByteTokenizer.padding,
            beginning: String? = nil
        ) {
            self.vocabularySize = vocabularySize
            self.minimumFrequency = minimumFrequency
            self.specialTokens = specialTokens
            self.end = end
            self.padding = padding
            self.beginning = beginning
        }
    }

    public let settings: Settings
    private var words = ByteStringTable(minimumCapacity: 1 << 12)
    private var counts: [Int] = []
    /// The bytes given so far.
    public private(set) var byteCount = 0

    /// The number of distinct words seen so far: what memory and time grow with.
    public var distinctWordCount: Int { words.count }

    /// Throws where a setting cannot be met.
    public init(_ settings: Settings) throws {
        let specials = settings.specialTokens
        let least = 256 + specials.count
        guard settings.vocabularySize >= least else {
            throw TokenizerError(
                .setting,
                "\(settings.vocabularySize) is too small: 256 bytes and \(specials.count) special"
                    + " tokens need \(least)", key: "vocabulary_size")
        }
        guard settings.vocabularySize <= 1 << 24 else {
            throw TokenizerError(.setting, "more than 2^24 ids", key: "vocabulary_size")
        }
        guard settings.minimumFrequency >= 0 else {
            throw TokenizerError(.setting, "may not be negative", key: "minimum_frequency")
        }
        guard Set(specials.map { Array($0.utf8) }).count == specials.count,
            !specials.contains(""),
            !specials.contains(where: { ByteAlphabet.spellings.contains(Array($0.utf8)) })
        else {
            throw TokenizerError(
                .setting, "special tokens are distinct and longer than one byte",
                key: "special_tokens")
        }
        for (key, role) in [
            ("end", settings.end), ("padding", settings.padding),
            ("beginning", settings.beginning),
        ] {
            guard let role, !specials.contains(role) else { continue }
            throw TokenizerError(
                .setting, "\"\(role)\" is not one of the special tokens", key: key)
        }
        self.settings = settings
    }

    /// Counts the words of one text: what follows it in another call is not joined to it.
    ///
    /// Bytes that are not UTF-8 separate words and are in none.
    public mutating func count(_ text: UnsafeBufferPointer<UInt8>) {
        guard let base = text.baseAddress else { return }
        byteCount += text.count
        var start = 0
        while start < text.count {
            let end = UTF8Scan.validRunEnd(base, start, text.count)
            let splitter = WordSplitter(base + start, count: end - start)
            var word = 0
            while word < end - start {
                let wordEnd = splitter.wordEnd(from: word)
                add(UnsafeBufferPointer(start: base + start + word, count: wordEnd - word), 1)
                word = wordEnd
            }
            start = end + 1
        }
    }

    /// Counts the words of one text.
    public mutating func count(_ text: String) {
        var text = text
        text.withUTF8 { count($0) }
    }

    /// Counts the words of every text of a stream.
    public mutating func count<Texts: AsyncSequence>(contentsOf texts: Texts) async throws
    where Texts.Element == [UInt8] {
        for try await text in texts { text.withUnsafeBufferPointer { count($0) } }
    }

    /// Adds what another trainer counted, so that several threads can count.
    public mutating func absorb(_ other: BytePairTrainer) {
        for index in 0..<other.words.count {
            other.words[index].withUnsafeBufferPointer { add($0, other.counts[index]) }
        }
        byteCount += other.byteCount
    }

    /// Learns the merges from what was counted.
    ///
    /// `progress` hears now and then how many ids there are of how many wanted; what it throws ends
    /// the learning.
    public func learn(progress: (_ done: Int, _ wanted: Int) throws -> Void = { _, _ in }) throws
        -> BytePairTokenizer
    {
        var learner = MergeLearner(settings, words: words, counts: counts)
        try learner.run(progress)
        return try BytePairTokenizer(learner.model(settings))
    }

    private mutating func add(_ word: UnsafeBufferPointer<UInt8>, _ count: Int) {
        let (index, isNew) = words.insert(word)
        if isNew { counts.append(count) } else { counts[index] += count }
    }
}
