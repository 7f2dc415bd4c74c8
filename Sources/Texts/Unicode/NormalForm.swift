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

    /// The text in this form; its cost is linear, and `charge` is asked for it in pieces.
    ///
    /// - Throws: `TextsError` of kind `work` where it grows beyond `Bounds.mostBytes`.
    public func normalized(
        _ text: String, charge: @escaping WorkCharge = { _ in }
    ) throws -> String {
        if self == .nfc ? Plain.isComposed(text) : Plain.isASCII(text) { return text }
        let isCompatible = self == .nfkc || self == .nfkd
        var decomposition = try Decomposition(
            text, isCompatible ? [UTF8PROC_COMPAT] : [], charge: charge)
        if self == .nfc || self == .nfkc { try decomposition.compose() }
        return try decomposition.text()
    }
}

/// What can be seen of a text without looking at its characters.
enum Plain {
    /// Every form of such a text is itself.
    static func isASCII(_ text: String) -> Bool { isBelow(0x80, text) }

    /// Whether all characters stand before the first mark, U+0300: then nothing composes.
    static func isComposed(_ text: String) -> Bool { isBelow(0xCC, text) }

    /// Whether every byte is less than `bound`.
    private static func isBelow(_ bound: UInt8, _ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var greatest: UInt8 = 0
            for byte in bytes { greatest = max(greatest, byte) }
            return greatest < bound
        }
    }
}
