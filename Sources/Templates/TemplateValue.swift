/// A value that a template is given: what JSON can say, and a name without a value.
public enum TemplateValue: Sendable, Equatable {
    /// No value: prints as nothing, is not `defined`, and asking it for anything is an error.
    case undefined
    /// Python's `None`.
    case none
    /// Python's `True` or `False`.
    case bool(Bool)
    /// A whole number.
    case integer(Int)
    /// A number with a fraction.
    case float(Double)
    /// Text, a sequence of code points.
    case string(String)
    /// A list.
    case list([TemplateValue])
    /// A dictionary that keeps the order in which its keys were first given.
    case dictionary(TemplateDictionary)
}

/// Names with values, in the order in which they were first given.
public struct TemplateDictionary: Sendable, Equatable {
    /// The names in order, each once.
    public private(set) var keys: [String] = []
    /// The value of each name, in the order of ``keys``.
    public private(set) var values: [TemplateValue] = []
    private var places: [TextKey: Int] = [:]

    /// An empty dictionary.
    public init() {}

    /// A dictionary of pairs; where a name comes twice the later value takes the earlier place.
    public init(_ pairs: some Sequence<(String, TemplateValue)>) {
        for (key, value) in pairs { self[key] = value }
    }

    /// The value of a name, nil where it has none; setting nil takes the name out.
    public subscript(key: String) -> TemplateValue? {
        get { places[TextKey(key)].map { values[$0] } }
        set {
            let place = places[TextKey(key)]
            switch (place, newValue) {
            case (let place?, let value?):
                values[place] = value
            case (nil, let value?):
                places[TextKey(key)] = keys.count
                keys.append(key)
                values.append(value)
            case (let place?, nil):
                keys.remove(at: place)
                values.remove(at: place)
                places = [:]
                for (index, key) in keys.enumerated() { places[TextKey(key)] = index }
            case (nil, nil):
                break
            }
        }
    }
}

extension TemplateDictionary: ExpressibleByDictionaryLiteral {
    /// The pairs of a literal in their order.
    public init(dictionaryLiteral elements: (String, TemplateValue)...) {
        self.init(elements)
    }
}

extension TemplateValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// Text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// A number with a fraction.
    public init(floatLiteral value: Double) { self = .float(value) }
    /// True or false.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// Python's `None`.
    public init(nilLiteral: ()) { self = .none }
    /// A list.
    public init(arrayLiteral elements: TemplateValue...) { self = .list(elements) }
    /// A dictionary in the order written.
    public init(dictionaryLiteral elements: (String, TemplateValue)...) {
        self = .dictionary(TemplateDictionary(elements))
    }
}
