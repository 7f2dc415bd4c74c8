/// Chooses where a text that is too long is cut.
enum TextCut {
    /// The length of the first part of `text`, which is longer than `limit`.
    ///
    /// It is after the last line end in the second half of the limit, or else after the last
    /// space there, or else between two characters.
    static func end(in text: UnsafeBufferPointer<UInt8>, limit: Int) -> Int {
        for wanted in [UInt8(ascii: "\n"), UInt8(ascii: " ")] {
            var end = limit
            while end > limit / 2 {
                if text[end - 1] == wanted { return end }
                end -= 1
            }
        }
        var end = limit
        // A continuation byte is never the first of a part; in bytes that are not UTF-8 three
        // steps are enough.
        while end > limit - 3, text[end] & 0xc0 == 0x80 { end -= 1 }
        return end
    }

    /// `text` in parts of at most `limit` bytes.
    static func parts(of text: [UInt8], limit: Int) -> [ArraySlice<UInt8>] {
        var parts: [ArraySlice<UInt8>] = []
        var start = 0
        text.withUnsafeBufferPointer { buffer in
            while buffer.count - start > limit {
                let end = end(in: UnsafeBufferPointer(rebasing: buffer[start...]), limit: limit)
                parts.append(text[start..<start + end])
                start += end
            }
        }
        parts.append(text[start...])
        return parts
    }
}
