/// Cuts text into words as GPT-4's pattern does, by hand; Llama 3 and Qwen have it too.
///
///     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}
///     | ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
///
/// `SplitPattern` with `pattern(digits:)` is its slow twin.
struct GPT4WordSplitter: WordCutting {
    /// The pattern, with numbers of up to 3 digits or 1.
    static func pattern(digits: Int) -> String {
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"#
            + (digits == 1 ? "" : "{1,\(digits)}")
            + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }

    /// OpenAI's newer wording, with numbers of up to 3 digits: white space at the end of a text is
    /// one word, line ends in it or not.
    static let openAIPattern = pattern(digits: 3).replacing(
        #"|\s*[\r\n]+"#, with: #"|\s+\z|\s*[\r\n]+"#)

    private let classes: WordSplitter
    private let bytes: UnsafePointer<UInt8>
    private let end: Int
    private let digits: Int
    private let joinsLastSpace: Bool

    /// Cuts the text that `classes` would cut; `joinsLastSpace` for `openAIPattern`.
    init(_ classes: WordSplitter, digits: Int, joinsLastSpace: Bool = false) {
        self.classes = classes
        self.digits = digits
        self.joinsLastSpace = joinsLastSpace
        bytes = classes.bytes
        end = classes.end
    }

    @inline(__always)
    func wordEnd(from start: Int) -> Int {
        let letter = CharacterClass.letter.rawValue
        let first = bytes[start]
        if first == 0x27 {
            let length = contractionLength(start)
            if length > 0 { return start + length }
        }
        let (kind, length) = classes.classify(start)
        if kind == letter { return classes.runEnd(letter, start + length) }
        if kind == CharacterClass.number.rawValue { return numberEnd(start) }
        // White space or another mark, which may stand before letters, but not if it ends a line.
        let next = start + length
        if next < end, !isLineEnd(first) {
            let (after, length) = classes.classify(next)
            if after == letter { return classes.runEnd(letter, next + length) }
            if first == 0x20, after == CharacterClass.other.rawValue {
                return markEnd(next + length)
            }
        }
        return kind == CharacterClass.space.rawValue ? spaceEnd(start) : markEnd(next)
    }

    @inline(__always)
    private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    private func numberEnd(_ start: Int) -> Int {
        var index = start
        for _ in 0..<digits where index < end {
            let (kind, length) = classes.classify(index)
            if kind != CharacterClass.number.rawValue { break }
            index += length
        }
        return index
    }

    /// The end of a run of marks and of the line ends that follow it.
    private func markEnd(_ start: Int) -> Int {
        var index = classes.runEnd(CharacterClass.other.rawValue, start)
        while index < end, isLineEnd(bytes[index]) { index += 1 }
        return index
    }

    /// The end of white space: after its last line end; where it has none, before its last
    /// character if a word follows.
    private func spaceEnd(_ start: Int) -> Int {
        var index = start
        var last = start
        var lineEnd = start
        while index < end {
            let (kind, length) = classes.classify(index)
            if kind != CharacterClass.space.rawValue { break }
            last = index
            if isLineEnd(bytes[index]) { lineEnd = index + 1 }
            index += length
        }
        if joinsLastSpace, index == end { return end }
        if lineEnd > start { return lineEnd }
        return index == end || last == start ? index : last
    }

    /// Letter case counts for nothing, and U+017F is an s.
    private func contractionLength(_ start: Int) -> Int {
        guard start + 1 < end else { return 0 }
        let second = start + 2 < end ? bytes[start + 2] : 0
        switch bytes[start + 1] | 0x20 {
        case 0x73, 0x74, 0x6D, 0x64: return 2
        case 0x72, 0x76: return second | 0x20 == 0x65 ? 3 : 0
        case 0x6C: return second | 0x20 == 0x6C ? 3 : 0
        case 0xE5: return bytes[start + 1] == 0xC5 && second == 0xBF ? 3 : 0
        default: return 0
        }
    }
}
