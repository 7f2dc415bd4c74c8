import LuaRuntime

/// Reads the right side of `--set a.b=c` as Lua would: numbers, `true`, `false`, `nil`, quoted
/// strings. Anything else is a string as it stands.
enum LuaLiteral {
    static func value(_ text: String) -> LuaNode {
        switch text {
        case "nil": return .nil
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default: return number(text) ?? .string(LuaString(unquoted(text)))
        }
    }

    /// The text without the quotes around it.
    static func unquoted(_ text: String) -> String {
        guard text.count >= 2, let quote = text.first, quote == text.last,
            quote == "\"" || quote == "'"
        else { return text }
        var result = ""
        var isEscaped = false
        for character in text.dropFirst().dropLast() {
            if isEscaped {
                switch character {
                case "n": result.append("\n")
                case "t": result.append("\t")
                default: result.append(character)
                }
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                result.append(character)
            }
        }
        return result
    }

    private static func number(_ text: String) -> LuaNode? {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard let first = digits.utf8.first, first == 0x2e || (first >= 0x30 && first <= 0x39)
        else { return nil }
        if digits.hasPrefix("0x") || digits.hasPrefix("0X") {
            guard let value = Int64(digits.dropFirst(2), radix: 16) else { return nil }
            return .integer(text.hasPrefix("-") ? -value : value)
        }
        if let value = Int64(text) { return .integer(value) }
        let normal = digits.hasPrefix(".") ? "0" + digits : String(digits)
        guard let value = Double(normal.hasSuffix(".") ? normal + "0" : normal) else { return nil }
        return .number(text.hasPrefix("-") ? -value : value)
    }
}
