import Foundation
import LuaRuntime

/// Plain data as a Lua literal, for the reference, for the messages of specs and for snapshots.
///
/// Keys stand in the order of `pairs`; what a person sees is what a script could hold. Reading the
/// text back as Lua gives an equal value, NaN apart.
enum LuaSpelling {
    /// The literal; tables of several entries take a line each where `isMultiline`.
    static func of(_ value: LuaValue, isMultiline: Bool = false, indent: Int = 0) -> String {
        switch value {
        case .nil: return "nil"
        case .boolean(let value): return "\(value)"
        case .integer(let value): return value == .min ? "math.mininteger" : "\(value)"
        case .number(let value): return number(value)
        case .string(let string): return quoted(string.bytes)
        case .table(let table):
            let entries =
                table.array.map { of($0, isMultiline: isMultiline, indent: indent + 1) }
                + table.fields.map {
                    key($0.key) + " = "
                        + of($0.value, isMultiline: isMultiline, indent: indent + 1)
                }
            if entries.isEmpty { return "{}" }
            guard isMultiline else { return "{ " + entries.joined(separator: ", ") + " }" }
            let margin = String(repeating: "  ", count: indent)
            return "{\n" + entries.map { "\(margin)  \($0),\n" }.joined() + margin + "}"
        }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "0/0" }
        if value.isInfinite { return value > 0 ? "math.huge" : "-math.huge" }
        let text = "\(value)"
        return text.contains { $0 == "." || $0 == "e" } ? text : text + ".0"
    }

    private static func key(_ key: LuaKey) -> String {
        switch key {
        case .integer(let value): return "[\(value)]"
        case .number(let value): return "[\(number(value))]"
        case .boolean(let value): return "[\(value)]"
        case .string(let string):
            let text = string.text ?? ""
            return isName(text) ? text : "[\(quoted(string.bytes))]"
        }
    }

    private static let reserved: Set = [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if",
        "in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while",
    ]

    /// Whether a text may stand after a dot.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first > 57 || first < 48, !reserved.contains(text) else {
            return false
        }
        return text.utf8.allSatisfy { (c: UInt8) in
            (c | 32 >= 97 && c | 32 <= 122) || (c >= 48 && c <= 57) || c == 95
        }
    }

    /// A string literal: text as it is, control bytes and bytes that are no UTF-8 as escapes.
    static func quoted(_ bytes: [UInt8]) -> String {
        let isText = String(validating: bytes, as: UTF8.self) != nil
        var result: [UInt8] = [UInt8(ascii: "\"")]
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
            case 0x0A: result += Array("\\n".utf8)
            case 0x09: result += Array("\\t".utf8)
            case 0x20..<0x7F: result.append(byte)
            case 0x80... where isText: result.append(byte)
            default:
                let next = index + 1 < bytes.count ? bytes[index + 1] : 0
                let digits = next >= 48 && next <= 57 ? String(format: "%03d", byte) : "\(byte)"
                result += Array("\\\(digits)".utf8)
            }
        }
        return String(decoding: result + [UInt8(ascii: "\"")], as: UTF8.self)
    }
}
