/// What was measured at one moment: named values in the order in which they were first set.
///
///     var record: MetricRecord = ["step": 20, "loss": 3.25]
///     record["tokens_per_second"] = .double(4012)
///     record.jsonLine  // {"step":20,"loss":3.25,"tokens_per_second":4012.0}
public struct MetricRecord: Hashable, Sendable {
    /// One name and its value.
    public struct Field: Hashable, Sendable {
        /// The name, such as `loss` or `probe/general/loss`.
        public let name: String
        /// The value.
        public var value: MetricValue
    }

    /// All fields, in order.
    public private(set) var fields: [Field] = []

    /// Makes a record without fields.
    public init() {}

    /// The value of that name. Setting an existing one keeps its place; setting nil removes it.
    public subscript(name: String) -> MetricValue? {
        get { fields.first { $0.name == name }?.value }
        set {
            let index = fields.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): fields[index].value = value
            case (let index?, nil): fields.remove(at: index)
            case (nil, let value?): fields.append(Field(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// The record as one line of JSON, without the line's end.
    public var jsonLine: String {
        var text = ""
        write(into: &text)
        return text
    }

    func write(into text: inout String) {
        text += "{"
        for (index, field) in fields.enumerated() {
            if index > 0 { text += "," }
            text += MetricValue.quoted(field.name) + ":"
            field.value.write(into: &text)
        }
        text += "}"
    }
}

extension MetricRecord: ExpressibleByDictionaryLiteral {
    /// Sets each name in turn; a repeated one keeps its first place and last value.
    public init(dictionaryLiteral elements: (String, MetricValue)...) {
        for (name, value) in elements { self[name] = value }
    }
}
