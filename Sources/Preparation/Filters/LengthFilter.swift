/// Drops documents that are too short or too long.
///
/// The usual bounds in words are those of Gopher (J. Rae and others, 2021, table A1).
public struct LengthFilter: DocumentFilter {
    /// Words that a document has at the least.
    public var leastWords: Int?
    /// Words that a document has at the most.
    public var mostWords: Int?
    /// Code points that a document has at the least.
    public var leastCharacters: Int?
    /// Code points that a document has at the most.
    public var mostCharacters: Int?
    /// Code points that a line has on the average, at the least; blank lines do not count.
    public var leastMeanLine: Double?

    /// Bounds; nil for none.
    public init(
        leastWords: Int? = 50, mostWords: Int? = 100_000, leastCharacters: Int? = nil,
        mostCharacters: Int? = nil, leastMeanLine: Double? = nil
    ) {
        self.leastWords = leastWords
        self.mostWords = mostWords
        self.leastCharacters = leastCharacters
        self.mostCharacters = mostCharacters
        self.leastMeanLine = leastMeanLine
    }

    public var name: String { "length" }

    public var settings: [Setting] {
        [
            Setting("min_words", leastWords), Setting("max_words", mostWords),
            Setting("min_characters", leastCharacters), Setting("max_characters", mostCharacters),
            Setting("min_mean_line", .number(leastMeanLine)),
        ]
    }

    public func verdict(on text: UnsafeBufferPointer<UInt8>) -> Verdict {
        let characters = text.reduce(0) { $1 & 0xc0 == 0x80 ? $0 : $0 + 1 }
        if let least = leastCharacters, characters < least {
            return .dropping("too few characters", "\(characters) characters")
        }
        if let most = mostCharacters, characters > most {
            return .dropping("too many characters", "\(characters) characters")
        }
        if leastWords != nil || mostWords != nil {
            let words = WordScan.words(in: text).count
            if let least = leastWords, words < least {
                return .dropping("too few words", "\(words) words")
            }
            if let most = mostWords, words > most {
                return .dropping("too many words", "\(words) words")
            }
        }
        if let least = leastMeanLine {
            let lines = TextLines.filled(in: text).count
            let mean = Double(characters) / Double(max(1, lines))
            if mean < least {
                return .dropping("short lines", "\(lines) lines of \(mean.written(digits: 1)) characters")
            }
        }
        return .keep
    }
}

extension Double {
    /// The number with so many digits after the point, for messages.
    func written(digits: Int) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let value = (self * scale).rounded() / scale
        return value == value.rounded() ? "\(Int(value))" : "\(value)"
    }

    /// A share as a percentage, for messages.
    var percent: String { (self * 100).written(digits: 1) + " %" }
}
