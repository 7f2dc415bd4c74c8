import Tensors

/// Text that reads like a language to a tokenizer, made from a seed: what the benchmarks of text
/// take where they are given none.
///
/// Words of syllables, as frequent as their rank says (Zipf), in sentences and paragraphs with
/// capitals, commas, numbers, contractions and curly quotes. The same count gives the same bytes.
struct BenchText {
    private static let starts = [
        "b", "c", "d", "f", "g", "h", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st", "th", "",
    ]
    private static let vowels = ["a", "e", "i", "o", "u", "a", "e", "i", "o", "ea", "ou"]
    private static let ends = ["", "", "", "", "", "n", "r", "s", "t", "l", "ng"]

    private let words: [[UInt8]]
    /// Shares of the words up to each rank.
    private let cumulative: [Double]
    private var random = RandomStream(seed: 1, name: "benchmark text")

    init(distinctWords: Int = 60_000) {
        var words: [[UInt8]] = []
        var seen: Set<[UInt8]> = []
        while words.count < distinctWords {
            // Frequent words are short.
            let longest = words.count < 100 ? 1 : words.count < 3000 ? 2 : 4
            var word = ""
            for _ in 0...Int(random.next() % UInt64(longest)) {
                word +=
                    Self.pick(Self.starts, &random) + Self.pick(Self.vowels, &random)
                    + Self.pick(Self.ends, &random)
            }
            let bytes = Array(word.utf8)
            if seen.insert(bytes).inserted { words.append(bytes) }
        }
        self.words = words
        var sum = 0.0
        cumulative = words.indices.map { rank in
            sum += 1 / (Double(rank) + 2.7)
            return sum
        }
    }

    /// The next `count` bytes or a few more: whole paragraphs, an empty line after each.
    mutating func next(_ count: Int) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(count + 4096)
        while text.count < count {
            for _ in 0...(2 + random.next() % 5) { addSentence(to: &text) }
            text[text.count - 1] = 0x0A
            text.append(0x0A)
        }
        return text
    }

    /// Words, a mark and a space.
    private mutating func addSentence(to text: inout [UInt8]) {
        let count = 5 + Int(random.next() % 16)
        for index in 0..<count {
            let start = text.count
            let chance = random.next() % 1000
            if chance < 12 {
                text += Array(String(random.next() % 2500).utf8)
            } else {
                text += chance < 22 ? Array("\u{201C}".utf8) : []
                text += word()
                if chance < 22 { text += Array("\u{201D}".utf8) }
                if chance > 985 { text += Array("'s".utf8) }
            }
            if index == 0 || chance > 970, (0x61...0x7A).contains(text[start]) {
                text[start] -= 0x20
            }
            if index + 1 < count { text += random.next() % 12 == 0 ? [0x2C, 0x20] : [0x20] }
        }
        text += random.next() % 9 == 0 ? [0x3F, 0x20] : [0x2E, 0x20]
    }

    private mutating func word() -> [UInt8] {
        let wanted = random.uniform() * cumulative[cumulative.count - 1]
        var (low, high) = (0, cumulative.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return words[low]
    }

    private static func pick(_ list: [String], _ random: inout RandomStream) -> String {
        list[Int(random.next() % UInt64(list.count))]
    }
}
