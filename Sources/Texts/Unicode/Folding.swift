import CUTF8Proc

/// Makes texts comparable that differ in what readers pass over.
public enum Folding {
    /// Nonspacing and enclosing marks: accents, vowel points, circles.
    ///
    /// Spacing marks are letters to the scripts that have them.
    private static let marks: Set = [
        UTF8PROC_CATEGORY_MN.rawValue, UTF8PROC_CATEGORY_ME.rawValue,
    ]

    /// The text as Unicode's NFKC_Casefold has it: case, width, ligatures and characters that show
    /// nothing are no difference any more (Unicode 15, section 3.13).
    ///
    /// - Parameters:
    ///   - stripsMarks: whether accents are no difference either.
    ///   - charge: asked for the work in pieces.
    /// - Throws: `TextsError` of kind `work` where it grows beyond `Bounds.mostBytes`.
    public static func folded(
        _ text: String, stripsMarks: Bool = false, charge: @escaping WorkCharge = { _ in }
    ) throws -> String {
        if Plain.isASCII(text) { return text.lowercased() }
        var folded = text
        // Folding can make room for further folding; two rounds reach the end of it.
        for _ in 0..<2 {
            var decomposition = try Decomposition(
                folded, [UTF8PROC_COMPAT, UTF8PROC_CASEFOLD, UTF8PROC_IGNORE], charge: charge)
            if stripsMarks { try decomposition.remove(marks) }
            try decomposition.compose()
            folded = try decomposition.text()
        }
        return folded
    }

    /// The text with case folded in full and nothing else changed ("ß" becomes "ss").
    public static func caseFolded(_ text: String) -> String {
        if Plain.isASCII(text) { return text.lowercased() }
        var result = ""
        var boundary: Int32 = 0
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: 32) { buffer in
            for scalar in text.unicodeScalars {
                let count = utf8proc_decompose_char(
                    Int32(bitPattern: scalar.value), buffer.baseAddress, 32, UTF8PROC_CASEFOLD,
                    &boundary)
                for value in buffer[..<max(count, 0)] {
                    guard let scalar = Unicode.Scalar(UInt32(bitPattern: value)) else { continue }
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }

    /// The text without nonspacing and enclosing marks, otherwise in NFC; `charge` is asked for
    /// the work in pieces.
    ///
    /// - Throws: `TextsError` of kind `work` where it grows beyond `Bounds.mostBytes`.
    public static func strippingMarks(
        _ text: String, charge: @escaping WorkCharge = { _ in }
    ) throws -> String {
        if Plain.isASCII(text) { return text }
        var decomposition = try Decomposition(text, [], charge: charge)
        try decomposition.remove(marks)
        try decomposition.compose()
        return try decomposition.text()
    }
}
