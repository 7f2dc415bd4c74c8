/// Keeps documents of some languages, told by their most frequent words or by their script.
///
/// Latin-script languages are told apart by the share of words that are among their most frequent
/// thirty or so: Czech, Danish, Dutch, English, Finnish, French, German, Italian, Norwegian, Polish,
/// Portuguese, Romanian, Spanish, Swedish and Turkish. Scripts say the rest: Arabic, Chinese, Greek,
/// Hebrew, Hindi (Devanagari), Japanese (kana), Korean, Russian (Cyrillic) and Thai. That is no
/// classifier: languages that share a script and are not named count as their neighbours, and a text
/// of few words, or of none of the known languages, is undecided.
public struct LanguageFilter: DocumentFilter {
    /// The languages to keep, by their ISO 639-1 codes.
    public var kept: Set<String>
    /// The least share of words that must be frequent ones of the language.
    public var leastShare: Double
    /// Words below which nothing is decided.
    public var leastWords: Int
    /// Whether documents that cannot be decided are kept.
    public var keepsUndecided: Bool

    /// Every code that can be told.
    public static let known = (FrequentWords.lists.keys + Script.languages).sorted()

    /// Languages to keep.
    public init(
        kept: Set<String>, leastShare: Double = 0.1, leastWords: Int = 20,
        keepsUndecided: Bool = true
    ) {
        self.kept = kept
        self.leastShare = leastShare
        self.leastWords = leastWords
        self.keepsUndecided = keepsUndecided
    }

    public var name: String { "language" }

    public var settings: [Setting] {
        [
            Setting("keep", .texts(kept.sorted())), Setting("min_share", .number(leastShare)),
            Setting("min_words", leastWords),
            Setting("undecided", .text(keepsUndecided ? "keep" : "drop")),
        ]
    }

    public func verdict(on text: UnsafeBufferPointer<UInt8>) -> Verdict {
        guard let (language, detail) = language(of: text) else {
            return keepsUndecided ? .keep : .dropping("language undecided")
        }
        return kept.contains(language) ? .keep : .dropping("language \(language)", detail)
    }

    /// The language, and by what it was told; nil where it cannot be.
    func language(of text: UnsafeBufferPointer<UInt8>) -> (code: String, detail: String)? {
        let scripts = Script.shares(in: text)
        if let script = Script.told(by: scripts) {
            guard scripts.letters >= leastWords else { return nil }
            return (script, "by its script")
        }
        let words = WordScan.words(in: text)
        guard words.count >= leastWords else { return nil }
        var counts = [Int](repeating: 0, count: FrequentWords.codes.count)
        for word in words {
            guard let languages = FrequentWords.table[word.hash] else { continue }
            for index in counts.indices where languages >> UInt32(index) & 1 != 0 {
                counts[index] += 1
            }
        }
        guard let best = counts.indices.max(by: { counts[$0] < counts[$1] }),
            Double(counts[best]) >= leastShare * Double(words.count),
            // Two that are alike, as Danish and Norwegian can be, are no decision.
            counts.count(where: { $0 == counts[best] }) == 1
        else { return nil }
        return (
            FrequentWords.codes[best],
            (Double(counts[best]) / Double(words.count)).percent + " of the words are frequent ones"
        )
    }
}

/// Which scripts a text is written in.
enum Script {
    /// Languages that a script alone tells.
    static let languages = ["ar", "el", "he", "hi", "ja", "ko", "ru", "th", "zh"]

    struct Shares {
        var letters = 0
        var byLanguage: [String: Int] = [:]
    }

    /// Counts letters by the first bytes of their characters.
    static func shares(in text: UnsafeBufferPointer<UInt8>) -> Shares {
        var shares = Shares()
        var (arabic, greek, hebrew, hindi, kana, korean, russian, thai, han) =
            (0, 0, 0, 0, 0, 0, 0, 0, 0)
        for index in text.indices {
            switch text[index] {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                0xc3...0xcd:
                shares.letters += 1
            case 0xce, 0xcf: greek += 1
            case 0xd0...0xd3: russian += 1
            case 0xd7: hebrew += 1
            case 0xd8...0xdb: arabic += 1
            case 0xe0:
                let next = index + 1 < text.count ? text[index + 1] : 0
                if next == 0xa4 || next == 0xa5 { hindi += 1 }
                if next == 0xb8 || next == 0xb9 { thai += 1 }
            case 0xe3:
                let next = index + 1 < text.count ? text[index + 1] : 0
                if (0x81...0x83).contains(next) { kana += 1 }
            case 0xe4...0xe9: han += 1
            case 0xea...0xed: korean += 1
            default: break
            }
        }
        shares.byLanguage = [
            "ar": arabic, "el": greek, "he": hebrew, "hi": hindi, "ja": kana, "ko": korean,
            "ru": russian, "th": thai, "zh": han,
        ]
        shares.letters += shares.byLanguage.values.reduce(0, +)
        return shares
    }

    /// The language of more than half of the letters; Japanese where a tenth is kana.
    static func told(by shares: Shares) -> String? {
        let count = { (code: String) in shares.byLanguage[code] ?? 0 }
        if count("ja") * 10 > shares.letters, (count("ja") + count("zh")) * 2 > shares.letters {
            return "ja"
        }
        return languages.first { count($0) * 2 > shares.letters }
    }
}
