/// Drops documents that are more signs, lists and addresses than sentences.
///
/// Symbols to words, lists, ellipses and words with a letter are Gopher's (J. Rae and others, 2021,
/// table A1); the shares of addresses and of letters and digits bound what is left of pages of links
/// and tables.
public struct SymbolFilter: DocumentFilter {
    /// The most that addresses of the web may be of the text in bytes.
    public var urls: Double?
    /// The least that letters and digits are of the characters that are no spaces; all characters
    /// beyond ASCII that are no punctuation count as letters.
    public var letters: Double?
    /// The most `#` and ellipses there may be for each word.
    public var symbols: Double?
    /// The most lines that may begin with a bullet.
    public var bulletLines: Double?
    /// The most lines that may end with an ellipsis.
    public var ellipsisLines: Double?
    /// The least words that have a letter.
    public var wordsWithLetters: Double?

    /// The usual bounds.
    public init(
        urls: Double? = 0.2, letters: Double? = 0.25, symbols: Double? = 0.1,
        bulletLines: Double? = 0.9, ellipsisLines: Double? = 0.3, wordsWithLetters: Double? = 0.8
    ) {
        self.urls = urls
        self.letters = letters
        self.symbols = symbols
        self.bulletLines = bulletLines
        self.ellipsisLines = ellipsisLines
        self.wordsWithLetters = wordsWithLetters
    }

    public var name: String { "symbols" }

    public var settings: [Setting] {
        [
            Setting("max_urls", .number(urls)), Setting("min_letters", .number(letters)),
            Setting("max_symbols", .number(symbols)),
            Setting("max_bullet_lines", .number(bulletLines)),
            Setting("max_ellipsis_lines", .number(ellipsisLines)),
            Setting("min_words_with_letters", .number(wordsWithLetters)),
        ]
    }

    public func verdict(on text: UnsafeBufferPointer<UInt8>) -> Verdict {
        let count = Count(text)
        if let most = urls, Double(count.urlBytes) > most * Double(text.count) {
            return .dropping(
                "too many addresses",
                "\((Double(count.urlBytes) / Double(text.count)).percent) of the text")
        }
        if let least = letters, count.filled > 0,
            Double(count.letters) < least * Double(count.filled)
        {
            return .dropping(
                "too few letters",
                "\((Double(count.letters) / Double(count.filled)).percent) of the characters")
        }
        if symbols != nil || wordsWithLetters != nil {
            let words = WordScan.words(in: text)
            if let most = symbols, Double(count.symbols) > most * Double(max(1, words.count)) {
                return .dropping("too many symbols", "\(count.symbols) for \(words.count) words")
            }
            if let least = wordsWithLetters, !words.isEmpty {
                let share = Double(words.count { Self.hasLetter($0, text) }) / Double(words.count)
                if share < least {
                    return .dropping("too few words with a letter", "\(share.percent) of the words")
                }
            }
        }
        guard bulletLines != nil || ellipsisLines != nil else { return .keep }
        let lines = TextLines.filled(in: text)
        let bullets = lines.count { Self.isBullet($0, text) }
        if let most = bulletLines, Double(bullets) > most * Double(lines.count) {
            return .dropping("a list", "\(bullets) of \(lines.count) lines")
        }
        let ellipses = lines.count { Self.endsInEllipsis($0, text) }
        if let most = ellipsisLines, Double(ellipses) > most * Double(lines.count) {
            return .dropping("lines cut off", "\(ellipses) of \(lines.count) lines")
        }
        return .keep
    }

    private struct Count {
        var letters = 0
        /// Characters that are no spaces.
        var filled = 0
        /// `#`, `...` and U+2026.
        var symbols = 0
        var urlBytes = 0

        init(_ text: UnsafeBufferPointer<UInt8>) {
            var index = 0
            while index < text.count {
                let byte = text[index]
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"):
                    letters += 1
                    filled += 1
                    if byte | 0x20 == UInt8(ascii: "h") || byte | 0x20 == UInt8(ascii: "w") {
                        urlBytes += SymbolFilter.url(at: index, text, after: &index)
                    }
                case 0x80...0xbf: break
                case 0xc0...0xff:
                    filled += 1
                    if byte != 0xc2, byte != 0xe2 { letters += 1 }
                    if SymbolFilter.matches("\u{2026}", at: index, text) { symbols += 1 }
                case _ where TextLines.isSpace(byte): break
                default:
                    filled += 1
                    if byte == UInt8(ascii: "#") { symbols += 1 }
                    if SymbolFilter.matches("...", at: index, text) {
                        symbols += 1
                        filled += 2
                        index += 2
                    }
                }
                index += 1
            }
        }
    }

    /// The bytes of an address that begins here, 0 for none; moves to its last byte.
    private static func url(
        at start: Int, _ text: UnsafeBufferPointer<UInt8>, after index: inout Int
    ) -> Int {
        guard start == 0 || !isLetter(text[start - 1]),
            matches("http://", at: start, text) || matches("https://", at: start, text)
                || matches("www.", at: start, text)
        else { return 0 }
        var end = start
        while end < text.count, text[end] > 0x20, !"<>\"".utf8.contains(text[end]) { end += 1 }
        index = end - 1
        return end - start
    }

    fileprivate static func matches(
        _ word: StaticString, at start: Int, _ text: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard start + word.utf8CodeUnitCount <= text.count else { return false }
        for place in 0..<word.utf8CodeUnitCount {
            let byte = text[start + place]
            let folded = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
            if folded != word.utf8Start[place] { return false }
        }
        return true
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") || byte >= 0xc0
    }

    private static func hasLetter(
        _ word: WordScan.Word, _ text: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        for index in word.start..<word.end where isLetter(text[index]) { return true }
        return false
    }

    private static func isBullet(
        _ line: Range<Int>, _ text: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        for mark: StaticString in ["\u{2022}", "\u{2023}", "\u{25b6}", "\u{25aa}", "\u{25e6}"]
        where matches(mark, at: line.lowerBound, text) { return true }
        // A dash or star is a bullet where a space follows.
        return line.count > 1 && "-*".utf8.contains(text[line.lowerBound])
            && text[line.lowerBound + 1] == 0x20
    }

    private static func endsInEllipsis(
        _ line: Range<Int>, _ text: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        line.count >= 3
            && (matches("...", at: line.upperBound - 3, text)
                || matches("\u{2026}", at: line.upperBound - 3, text))
    }
}
