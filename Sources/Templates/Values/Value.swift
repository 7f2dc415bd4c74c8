/// A value while a template is rendered.
enum Value {
    case undefined(Undefined)
    case none
    case bool(Bool)
    case integer(Int)
    case float(Double)
    case string(String)
    case list(Elements)
    case tuple(Elements)
    case dictionary(Table)
    case view(TableView)
    case range(IntegerRange)
    case object(Object)
}

/// Why there is no value.
struct Undefined {
    let sentence: String
    var isPrivate = false
}

/// The items of a list or a tuple, and how deep they go.
struct Elements {
    let items: [Value]
    let depth: Int
}

/// What `range` gives.
struct IntegerRange: Equatable {
    let start: Int
    let stop: Int
    let step: Int

    var count: Int {
        if step > 0 { return start < stop ? (stop - start - 1) / step + 1 : 0 }
        return start > stop ? (start - stop - 1) / -step + 1 : 0
    }

    /// Numbers that leave room for a step beyond either end.
    var isBounded: Bool {
        [start, stop, step].allSatisfy { $0.magnitude < 1 << 62 } && step != 0
    }

    subscript(index: Int) -> Int { start &+ index &* step }

    func contains(_ value: Int) -> Bool {
        let isWithin = step > 0 ? value >= start && value < stop : value <= start && value > stop
        return isWithin && (value - start) % step == 0
    }
}

/// What `keys`, `values` and `items` of a dictionary give.
struct TableView {
    enum Kind: String { case keys, values, items }

    let kind: Kind
    let table: Table

    var count: Int { table.keys.count }

    func item(_ index: Int) -> Value {
        switch kind {
        case .keys: table.keys[index]
        case .values: table.values[index]
        case .items:
            .tuple(
                Elements(items: [table.keys[index], table.values[index]], depth: table.depth + 1))
        }
    }
}

extension Value {
    /// Levels of lists and dictionaries in this value; objects count as none, as they are taken
    /// apart one by one at the end.
    var depth: Int {
        switch self {
        case .list(let elements), .tuple(let elements): elements.depth
        case .dictionary(let table): table.depth
        case .view(let view): view.table.depth + 1
        default: 0
        }
    }

    var isUndefined: Bool {
        if case .undefined = self { return true }
        return false
    }

    var isNone: Bool {
        if case .none = self { return true }
        return false
    }

    /// Python's name of the type.
    var typeName: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "NoneType"
        case .bool: "bool"
        case .integer: "int"
        case .float: "float"
        case .string: "str"
        case .list: "list"
        case .tuple: "tuple"
        case .dictionary: "dict"
        case .view(let view): "dict_" + view.kind.rawValue
        case .range: "range"
        case .object(let object): object.typeName
        }
    }

    /// The number of a whole number or a truth value.
    var wholeNumber: Int? {
        switch self {
        case .integer(let value): value
        case .bool(let value): value ? 1 : 0
        default: nil
        }
    }

    /// The number of any number or truth value.
    var number: Double? {
        if case .float(let value) = self { return value }
        return wholeNumber.map(Double.init)
    }

    /// Python's truth value.
    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let value): value
        case .integer(let value): value != 0
        case .float(let value): value != 0
        case .string(let value): !value.isEmpty
        case .list(let elements), .tuple(let elements): !elements.items.isEmpty
        case .dictionary(let table): !table.keys.isEmpty
        case .view(let view): view.count > 0
        case .range(let range): range.count > 0
        case .object(let object): object.isTrue
        }
    }

    init(_ literal: Literal) {
        switch literal {
        case .none: self = .none
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .float(let value): self = .float(value)
        case .string(let value): self = .string(value)
        }
    }
}
