/// Cuts a text into lines and paragraphs.
enum TextLines {
    /// The lines on which something stands, without spaces at both ends.
    static func filled(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = 0
        while start < text.count {
            var end = start
            while end < text.count, text[end] != 0x0a { end += 1 }
            if let line = trimmed(start..<end, in: text) { lines.append(line) }
            start = end + 1
        }
        return lines
    }

    /// What stands between blank lines, without spaces at both ends.
    static func paragraphs(in text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        var paragraphs: [Range<Int>] = []
        var current: Range<Int>?
        var start = 0
        while start < text.count {
            var end = start
            while end < text.count, text[end] != 0x0a { end += 1 }
            if let line = trimmed(start..<end, in: text) {
                current = (current?.lowerBound ?? line.lowerBound)..<line.upperBound
            } else if let paragraph = current {
                paragraphs.append(paragraph)
                current = nil
            }
            start = end + 1
        }
        if let current { paragraphs.append(current) }
        return paragraphs
    }

    private static func trimmed(
        _ range: Range<Int>, in text: UnsafeBufferPointer<UInt8>
    ) -> Range<Int>? {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isSpace(text[start]) { start += 1 }
        while end > start, isSpace(text[end - 1]) { end -= 1 }
        return start < end ? start..<end : nil
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 0x09 && byte <= 0x0d) }
}
