import CUTF8Proc

/// The words of a text.
///
/// A word is a run of letters, numbers and marks of any script. An apostrophe (' or ’) between two
/// letters belongs to it: "don't" is one word. Everything else stands between words. Text of
/// scripts that are written without spaces comes out as long runs.
public enum WordSplit {
    /// The words from left to right.
    public static func words(in text: String) -> [Substring] {
        var words: [Substring] = []
        forEachWord(in: text) { words.append($0) }
        return words
    }

    /// How many words there are.
    public static func count(in text: String) -> Int {
        var count = 0
        forEachWord(in: text) { _ in count += 1 }
        return count
    }

    private static func forEachWord(in text: String, _ body: (Substring) -> Void) {
        let scalars = text.unicodeScalars
        var start: String.Index?
        /// Where an apostrophe stands after a letter, until the next character decides.
        var apostrophe: String.Index?
        var index = scalars.startIndex
        var wasLetter = false
        while index < scalars.endIndex {
            let scalar = scalars[index]
            let kind = kind(of: scalar)
            switch kind {
            case .letter, .other:
                if let end = apostrophe, kind != .letter {
                    if let from = start { body(text[from..<end]) }
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
                        body(text[from..<(apostrophe ?? index)])
                        start = nil
                        apostrophe = nil
                    }
                }
            }
            // A mark continues what it stands on.
            if kind != .other || !isMark(scalar) { wasLetter = kind == .letter }
            index = scalars.index(after: index)
        }
        if let from = start { body(text[from..<(apostrophe ?? scalars.endIndex)]) }
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
