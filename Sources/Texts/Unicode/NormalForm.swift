import CUTF8Proc

/// A Unicode normal form (Unicode Standard Annex 15), by utf8proc's tables.
public enum NormalForm: String, Sendable, CaseIterable {
    /// Canonical equivalents are composed.
    case nfc = "NFC"
    /// Canonical equivalents are decomposed.
    case nfd = "NFD"
    /// As NFC, and compatibility characters (ligatures, full-width forms) become plain ones.
    case nfkc = "NFKC"
    /// As NFD, and compatibility characters become plain ones.
    case nfkd = "NFKD"

    /// The text in this form; its cost is linear.
    ///
    /// - Throws: `TextsError` of kind `work` where it grows beyond `Bounds.mostBytes`.
    public func normalized(_ text: String) throws -> String {
        if ASCII.holds(text) { return text }
        let isCompatible = self == .nfkc || self == .nfkd
        var decomposition = try Decomposition(text, isCompatible ? [UTF8PROC_COMPAT] : [])
        if self == .nfc || self == .nfkc { decomposition.compose() }
        return decomposition.text
    }
}

/// Texts of which every form is itself.
enum ASCII {
    static func holds(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { $0.allSatisfy { $0 < 0x80 } }
    }
}
