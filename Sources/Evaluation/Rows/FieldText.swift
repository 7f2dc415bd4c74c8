import Corpora
import Templates

/// A text made of a row's fields: the name of one, as in `question`, or a text around several, as
/// in `Question: {question}\nAnswer:`; written as `TextMapping` reads it.
public struct FieldText: Sendable, Hashable {
    private let mapping: TextMapping

    /// Reads a pattern.
    ///
    /// - Throws: `EvaluationError` for a brace without its partner, or an empty name.
    public init(_ pattern: String) throws {
        do {
            mapping = try TextMapping(pattern)
        } catch let error as CorporaError {
            throw EvaluationError(.badSetting, error.message)
        }
    }

    /// The text of a row.
    ///
    /// - Throws: `RowFault` naming the field that is missing or no text.
    func text(of row: TemplateDictionary) throws(RowFault) -> String {
        var values: [[UInt8]] = []
        for name in mapping.fields {
            values.append(Array(try FieldText.value(name, of: row).utf8))
        }
        return String(decoding: mapping.text(of: values), as: UTF8.self)
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
