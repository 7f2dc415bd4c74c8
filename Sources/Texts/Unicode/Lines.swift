/// The lines of a text of any bytes.
public enum Lines {
    /// The lines' byte ranges without their ends, which are LF, CR LF or CR.
    ///
    /// A text that ends with a line end has no empty line after it; an empty text has no line.
    ///
    /// - Throws: `TextsError` of kind `work` where there are more than `Bounds.mostItems`.
    public static func ranges(in text: [UInt8]) throws -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            guard byte == 0x0A || byte == 0x0D else {
                index += 1
                continue
            }
            guard ranges.count < Bounds.mostItems else { throw Bounds.tooMany("lines") }
            ranges.append(start..<index)
            let isPair = byte == 0x0D && index + 1 < text.count && text[index + 1] == 0x0A
            index += isPair ? 2 : 1
            start = index
        }
        if start < text.count { ranges.append(start..<text.count) }
        return ranges
    }
}
