import Naming
import Templates

/// A JSON value and where it stands in its row, so that every complaint names its key.
struct RowValue {
    let value: TemplateValue
    let key: String

    func fault(
        _ sentence: String, _ code: ConversationError.Code = .wrongValue
    ) -> ConversationError {
        ConversationError(code, sentence, key: key.isEmpty ? nil : key)
    }

    /// What the value is, in words.
    var kind: String {
        switch value {
        case .undefined, .none: "null"
        case .bool: "a boolean"
        case .integer, .float: "a number"
        case .string: "a string"
        case .list: "a list"
        case .dictionary: "an object"
        }
    }

    var isNull: Bool {
        switch value {
        case .none, .undefined: true
        default: false
        }
    }

    func text() throws(ConversationError) -> String {
        guard case .string(let text) = value else { throw fault("a string is due, not \(kind)") }
        return text
    }

    func items() throws(ConversationError) -> [RowValue] {
        guard case .list(let items) = value else { throw fault("a list is due, not \(kind)") }
        return items.enumerated().map { RowValue(value: $1, key: "\(key)[\($0)]") }
    }

    func object() throws(ConversationError) -> TemplateDictionary {
        guard case .dictionary(let object) = value else {
            throw fault("an object is due, not \(kind)")
        }
        return object
    }

    /// The member of that name; nil where it is missing or null.
    func optional(_ name: String) throws(ConversationError) -> RowValue? {
        guard let value = try object()[name] else { return nil }
        let member = RowValue(value: value, key: key.isEmpty ? name : "\(key).\(name)")
        return member.isNull ? nil : member
    }

    /// The member of that name.
    func member(_ name: String) throws(ConversationError) -> RowValue {
        if let member = try optional(name) { return member }
        let keys = try object().keys
        let missing = RowValue(value: .none, key: key.isEmpty ? name : "\(key).\(name)")
        if let near = nearestName(to: name, among: keys) {
            throw missing.fault("the key is missing; is it \"\(near)\"?", .missingKey)
        }
        throw missing.fault("the key is missing", .missingKey)
    }

    /// A loss weight: a number of 0 or more.
    func weight() throws(ConversationError) -> Double {
        let number: Double
        switch value {
        case .integer(let integer): number = Double(integer)
        case .float(let value): number = value
        case .bool(let flag): number = flag ? 1 : 0
        default: throw fault("a weight is a number of 0 or more, not \(kind)")
        }
        guard number >= 0, number <= 1e6 else {
            throw fault("a weight is a number from 0 to a million, not \(number)")
        }
        return number
    }

    /// A value given as JSON, or as a string that holds JSON.
    func parsed() throws(ConversationError) -> RowValue {
        guard case .string(let text) = value else { return self }
        do throws(TemplateError) {
            return RowValue(value: try TemplateValue(json: Array(text.utf8)), key: key)
        } catch {
            throw fault(
                "the string must hold JSON; \(error.sentence) (column \(error.column))")
        }
    }

    /// Definitions of tools: a list of objects, also as a string of JSON; an empty list is none.
    func tools() throws(ConversationError) -> [TemplateValue]? {
        if case .string(let text) = value, text.allSatisfy(\.isWhitespace) { return nil }
        let items = try parsed().items()
        for item in items { _ = try item.object() }
        return items.isEmpty ? nil : items.map(\.value)
    }
}
