/// What Python says of single code points.
extension Unicode.Scalar {
    /// What `isspace`, `strip` and the whitespace of patterns mean.
    var isPythonSpace: Bool {
        switch value {
        case 9...13, 28...32, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F,
            0x3000:
            true
        default: false
        }
    }

    var isASCIIDigit: Bool { value >= 48 && value <= 57 }

    var isNamePart: Bool {
        value == 95 || isASCIIDigit || (isASCII ? isASCIILetter : properties.isXIDContinue)
    }

    var isASCIILetter: Bool { (value | 32) >= 97 && (value | 32) <= 122 }

    var isPythonLetter: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            true
        default: false
        }
    }

    var isPythonDecimal: Bool { properties.numericType == .decimal }

    var isPythonDigit: Bool {
        properties.numericType == .decimal || properties.numericType == .digit
    }

    var isPythonNumeric: Bool { properties.numericType != nil }

    var isPythonAlphanumeric: Bool { isPythonLetter || isPythonNumeric }

    /// What `\w` means in a pattern.
    var isWordPart: Bool { value == 95 || isPythonAlphanumeric }

    var isPythonPrintable: Bool {
        if value < 127 { return value >= 32 }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator, .spaceSeparator:
            return false
        default: return true
        }
    }

    /// Ends a line for `splitlines`.
    var isLineEnd: Bool {
        switch value {
        case 10...13, 28...30, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// The escape of this code point in Python's notation, as short as its number allows.
    var escaped: String {
        let digits = String(value, radix: 16)
        let (letter, width) = value < 0x100 ? ("x", 2) : value < 0x10000 ? ("u", 4) : ("U", 8)
        return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
    }
}

/// Text that is equal where its bytes are: Swift's own equality takes composed and decomposed
/// letters for the same, and Python's does not.
struct TextKey: Hashable, Sendable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: TextKey, right: TextKey) -> Bool { sameText(left.text, right.text) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// Whether two texts have the same code points.
func sameText(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    return left.utf8.elementsEqual(right.utf8)
}

/// Whether one text stands before another by code points, whose order is that of their bytes.
func textPrecedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
}
