/// Upper and lower case in any script, character by character (Unicode 15, section 3.13): nothing
/// depends on what stands beside, so that a text can be cut where its work is.
public enum Casing {
    /// The text in lower case; `charge` is asked for the work in pieces.
    public static func lowered(
        _ text: String, charge: @escaping WorkCharge = { _ in }
    ) throws -> String {
        try inPieces(text, charge) { $0.lowercased() }
    }

    /// The text in upper case, where a letter may become two; `charge` is asked for the work in
    /// pieces.
    public static func raised(
        _ text: String, charge: @escaping WorkCharge = { _ in }
    ) throws -> String {
        try inPieces(text, charge) { $0.uppercased() }
    }

    private static func inPieces(
        _ text: String, _ charge: WorkCharge, _ change: (Substring) -> String
    ) throws -> String {
        let piece = 1 << 14
        guard text.utf8.count > piece else { return change(text[...]) }
        let scalars = text.unicodeScalars
        var result = ""
        result.reserveCapacity(text.utf8.count)
        var start = scalars.startIndex
        while start < scalars.endIndex {
            let end =
                scalars.index(start, offsetBy: piece, limitedBy: scalars.endIndex)
                ?? scalars.endIndex
            try charge(16 * piece)
            result += change(text[start..<end])
            start = end
        }
        return result
    }
}
