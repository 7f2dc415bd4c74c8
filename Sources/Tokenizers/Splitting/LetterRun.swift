/// Finds the end of a word of ASCII letters in 16 bytes at once, by arithmetic on 64-bit words.
///
/// `WordSplitter.wordEnd` is its slow twin.
enum LetterRun {
    private static let high: UInt64 = 0x8080_8080_8080_8080

    /// The length of the word that begins with these 16 bytes, where it is ASCII letters with at
    /// most one space in front and ends within 15 bytes; 0 where it is another word, or may go on.
    ///
    /// The words hold the bytes in the order of memory on a little-endian machine.
    @inline(__always)
    static func length(_ first: UInt64, _ second: UInt64) -> Int {
        var others = notLetters(first)
        // The first byte may be a space.
        let isSpaced = first & 0xFF == 0x20
        if isSpaced { others &= ~0x80 }
        let length: Int
        let closing: UInt64
        if others != 0 {
            length = others.trailingZeroBitCount &>> 3
            closing = first & others & (0 &- others)
        } else {
            let others = notLetters(second)
            if others == 0 { return 0 }
            length = 8 &+ others.trailingZeroBitCount &>> 3
            closing = second & others & (0 &- others)
        }
        // A byte that is not ASCII may be a letter too; a space alone is no word of letters.
        if closing != 0 || (isSpaced && length == 1) { return 0 }
        return length
    }

    /// The high bit of every byte that is no ASCII letter.
    @inline(__always)
    static func notLetters(_ word: UInt64) -> UInt64 {
        // Lower case, and below 0x80, so that no sum carries into the next byte.
        let lower = (word | 0x2020_2020_2020_2020) & ~high
        let fromA = lower &+ 0x1F1F_1F1F_1F1F_1F1F
        let pastZ = lower &+ 0x0505_0505_0505_0505
        return ~(fromA & ~pastZ & ~word) & high
    }
}
