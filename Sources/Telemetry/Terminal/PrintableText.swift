/// Text of others, of scripts, rows and files, as a terminal may show it.
///
/// What a terminal would obey (control characters, and those that turn the direction of writing)
/// is spelt out as Lua writes it, `\u{1b}`; tabs stay.
public enum PrintableText {
    /// One line: line ends are spelt out too.
    public static func line(_ text: String) -> String { spelt(text, lineEnd: "\\n") }

    /// As many lines as the text has.
    public static func lines(_ text: String) -> String { spelt(text, lineEnd: "\n") }

    private static func spelt(_ text: String, lineEnd: String) -> String {
        // Most texts have nothing to spell out.
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: result += lineEnd
            case 0x09: result += "\t"
            case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
