/// A JSON value that keeps what other readers lose: member order and the digits of numbers.
enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// The number as it was written, so that no integer is rounded.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// One key and its value.
    struct Member: Hashable, Sendable {
        var key: String
        var value: JSONValue

        init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// An integer value.
    static func integer(_ value: Int) -> JSONValue { .number(String(value)) }

    /// An object of texts, its keys in the order of their bytes.
    static func texts(_ texts: [String: String]) -> JSONValue {
        .object(texts.keys.sorted(by: bytewise).map { Member($0, .string(texts[$0] ?? "")) })
    }

    /// The integer, where the value is one and fits 64 bits.
    var integer: Int? {
        if case .number(let digits) = self { Int(digits) } else { nil }
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var array: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    var object: [Member]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The member of that key, where the value is an object that has one.
    subscript(key: String) -> JSONValue? {
        object?.first { $0.key == key }?.value
    }

    /// What kind of value it is, for messages.
    var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
