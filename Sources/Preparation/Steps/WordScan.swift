/// Finds words and hashes them, in one pass over bytes.
///
/// A word is a run of ASCII letters and digits and of characters beyond ASCII that are no
/// punctuation; each character of Chinese and Japanese is a word of its own. Case counts for
/// nothing within ASCII. U+0080 to U+00BF, U+2000 to U+2FFF and U+3000 to U+303F stand between words.
enum WordScan {
    /// A word: its hash, and where it stands.
    struct Word {
        var hash: UInt64
        var start: Int
        var end: Int
    }

    /// 0 between words, else the byte as it counts.
    private static let folded: [UInt8] = (0..<256).map { value in
        let byte = UInt8(value)
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            0x80...0xff:
            return byte
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): return byte | 0x20
        default: return 0
        }
    }

    static func words(in text: UnsafeBufferPointer<UInt8>) -> [Word] {
        var scan = Scan(count: text.count)
        folded.withUnsafeBufferPointer { scan.read(text, $0) }
        return scan.words
    }

    /// One pass, whose state is its own: captured by closures it would be checked at every byte.
    private struct Scan {
        var words: [Word] = []
        private var start = 0
        private var hash = WordScan.seed

        init(count: Int) { words.reserveCapacity(count / 5) }

        mutating func read(
            _ text: UnsafeBufferPointer<UInt8>, _ folded: UnsafeBufferPointer<UInt8>
        ) {
            var index = 0
            while index < text.count {
                let byte = text[index]
                let value = folded[Int(byte)]
                if value == 0 {
                    end(at: index)
                    index += 1
                    start = index
                } else if byte < 0xc0 {
                    hash = (hash ^ UInt64(value)) &* WordScan.prime
                    index += 1
                } else {
                    let length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
                    let next = min(index + length, text.count)
                    let kind = WordScan.kind(text, index)
                    if kind != .letter { end(at: index) }
                    if kind == .ideograph { start = index }
                    if kind != .mark {
                        for place in index..<next {
                            hash = (hash ^ UInt64(text[place])) &* WordScan.prime
                        }
                    }
                    index = next
                    if kind == .ideograph { end(at: index) }
                    if kind != .letter { start = index }
                }
            }
            end(at: text.count)
        }

        @inline(__always)
        private mutating func end(at place: Int) {
            if place > start {
                words.append(Word(hash: WordScan.mixed(hash), start: start, end: place))
            }
            hash = WordScan.seed
            start = place
        }
    }

    fileprivate enum Kind { case letter, mark, ideograph }

    /// What the character that begins at `index` is.
    fileprivate static func kind(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Kind {
        switch text[index] {
        case 0xc2: return .mark
        case 0xe2: return .mark
        case 0xe3...0xe9:
            guard text[index] == 0xe3, index + 1 < text.count, text[index + 1] == 0x80 else {
                return .ideograph
            }
            return .mark
        default: return .letter
        }
    }

    fileprivate static let seed: UInt64 = 0xcbf2_9ce4_8422_2325
    fileprivate static let prime: UInt64 = 0x0000_0100_0000_01b3

    /// Spreads a hash over all its bits (the finalizer of SplitMix64).
    @inline(__always)
    static func mixed(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}

/// Hashes of runs of n words, each from the one before in the same time whatever n is.
///
/// A polynomial over the words' hashes (R. M. Karp and M. O. Rabin, 1987).
struct RunHashes {
    private static let base: UInt64 = 0x9e37_79b9_7f4a_7c15

    /// Hands on the number of each run's first word and the run's hash.
    @inline(__always)
    static func forEach(
        _ n: Int, of words: [WordScan.Word], _ body: (Int, UInt64) -> Void
    ) {
        guard n >= 1, words.count >= n else { return }
        var top: UInt64 = 1
        for _ in 1..<n { top = top &* base }
        words.withUnsafeBufferPointer { words in
            var hash: UInt64 = 0
            for index in words.indices {
                if index >= n { hash = hash &- words[index - n].hash &* top }
                hash = hash &* base &+ words[index].hash
                if index >= n - 1 { body(index - n + 1, WordScan.mixed(hash)) }
            }
        }
    }
}
