import CUTF8Proc

/// The words of a text.
///
/// A word is a run of letters, numbers and marks of any script. An apostrophe (' or ’) between two
/// letters belongs to it: "don't" is one word. Everything else stands between words. Text of
/// scripts that are written without spaces comes out as long runs.
public enum WordSplit {
    /// The words from left to right; `charge` is asked for the work in pieces.
    ///
    /// - Throws: `TextsError` of kind `work` where there are more than `Bounds.mostItems`.
    public static func words(
        in text: String, charge: @escaping WorkCharge = { _ in }
    ) throws -> [Substring] {
        var words: [Substring] = []
        try forEachWord(in: text, charge) { word in
            guard words.count < Bounds.mostItems else { throw Bounds.tooMany("words") }
            words.append(word)
        }
        return words
    }

    /// How many words there are; `charge` is asked for the work in pieces.
    public static func count(
        in text: String, charge: @escaping WorkCharge = { _ in }
    ) throws -> Int {
        var count = 0
        try forEachWord(in: text, charge) { _ in count += 1 }
        return count
    }

    private static func forEachWord(
        in text: String, _ charge: @escaping WorkCharge, _ body: (Substring) throws -> Void
    ) throws {
        var meter = WorkMeter(charge)
        let scalars = text.unicodeScalars
        var start: String.Index?
        /// Where an apostrophe stands after a letter, until the next character decides.
        var apostrophe: String.Index?
        var index = scalars.startIndex
        var wasLetter = false
        while index < scalars.endIndex {
            try meter.spend(4)
            let scalar = scalars[index]
            let kind = kind(of: scalar)
            switch kind {
            case .letter, .other:
                if let end = apostrophe, kind != .letter {
                    if let from = start { try body(text[from..<end]) }
                    start = index
                } else if start == nil {
                    start = index
                }
                apostrophe = nil
            case .none:
                if let from = start {
                    let isApostrophe = scalar == "'" || scalar == "\u{2019}"
                    if isApostrophe, wasLetter, apostrophe == nil {
                        apostrophe = index
                    } else {
                        try body(text[from..<(apostrophe ?? index)])
                        start = nil
                        apostrophe = nil
                    }
                }
            }
            // A mark continues what it stands on.
            if kind != .other || !isMark(scalar) { wasLetter = kind == .letter }
            index = scalars.index(after: index)
        }
        if let from = start { try body(text[from..<(apostrophe ?? scalars.endIndex)]) }
    }

    private enum Kind { case letter, other, none }

    private static func kind(of scalar: Unicode.Scalar) -> Kind {
        if scalar.isASCII {
            switch scalar.value | 32 {
            case 97...122: return .letter
            default: return scalar.value >= 48 && scalar.value <= 57 ? .other : .none
            }
        }
        switch utf8proc_category(Int32(bitPattern: scalar.value)).rawValue {
        case UTF8PROC_CATEGORY_LU.rawValue...UTF8PROC_CATEGORY_LO.rawValue: return .letter
        case UTF8PROC_CATEGORY_MN.rawValue...UTF8PROC_CATEGORY_NO.rawValue: return .other
        default: return .none
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        let category = utf8proc_category(Int32(bitPattern: scalar.value)).rawValue
        return (UTF8PROC_CATEGORY_MN.rawValue...UTF8PROC_CATEGORY_ME.rawValue).contains(category)
    }
}
