import Templates

/// A text made of a row's fields: the name of one, as in `question`, or a text around several, as
/// in `Question: {question}\nAnswer:`. Dots lead into objects; `{{` and `}}` are braces.
public struct FieldText: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case text(String)
        case field(String)
    }

    private let parts: [Part]

    /// Reads a pattern.
    ///
    /// - Throws: `EvaluationError` for a brace without its partner, or an empty name.
    public init(_ pattern: String) throws {
        guard pattern.contains("{") || pattern.contains("}") else {
            parts = [.field(pattern)]
            return
        }
        var parts: [Part] = []
        var text = ""
        var rest = pattern[...]
        while let character = rest.first {
            if rest.hasPrefix("{{") || rest.hasPrefix("}}") {
                text.append(character)
                rest = rest.dropFirst(2)
            } else if character == "{", let end = rest.firstIndex(of: "}") {
                let name = rest[rest.index(after: rest.startIndex)..<end]
                guard !name.isEmpty, !name.contains("{") else {
                    throw FieldText.mistake(pattern, "between { and } stands the name of a field")
                }
                if !text.isEmpty { parts.append(.text(text)) }
                text = ""
                parts.append(.field(String(name)))
                rest = rest[rest.index(after: end)...]
            } else if character == "{" || character == "}" {
                throw FieldText.mistake(
                    pattern, "a \(character) lacks its partner; write it twice to mean itself")
            } else {
                text.append(character)
                rest = rest.dropFirst()
            }
        }
        if !text.isEmpty { parts.append(.text(text)) }
        self.parts = parts
    }

    private static func mistake(_ pattern: String, _ sentence: String) -> EvaluationError {
        EvaluationError(.badSetting, "\"\(pattern)\": \(sentence)")
    }

    /// The text of a row.
    ///
    /// - Throws: `RowFault` naming the field that is missing or no text.
    func text(of row: TemplateDictionary) throws(RowFault) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let given): text += given
            case .field(let name): text += try FieldText.value(name, of: row)
            }
        }
        return text
    }

    private static func value(
        _ name: String, of row: TemplateDictionary
    ) throws(RowFault) -> String {
        switch try field(name, of: row) {
        case .string(let text): return text
        case .integer(let value): return "\(value)"
        case .float(let value): return "\(value)"
        case .bool(let value): return "\(value)"
        default: throw RowFault(cause: "\"\(name)\" is no text")
        }
    }

    /// The value at a name with dots in it.
    static func field(
        _ name: String, of row: TemplateDictionary
    ) throws(RowFault) -> TemplateValue {
        if let value = row[name] { return value }
        var value = TemplateValue.dictionary(row)
        for key in name.split(separator: ".", omittingEmptySubsequences: false) {
            guard case .dictionary(let object) = value, let inner = object[String(key)] else {
                throw RowFault(cause: "no \"\(name)\"")
            }
            value = inner
        }
        return value
    }
}

/// Why a row cannot be asked; rows with one cause are counted together.
struct RowFault: Error, Hashable {
    let cause: String
}
