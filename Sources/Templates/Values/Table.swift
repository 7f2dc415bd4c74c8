/// A dictionary, which nothing changes once it is made.
final class Table {
    let keys: [Value]
    let values: [Value]
    let depth: Int
    private let hashed: [Key]
    /// Built for dictionaries too long to be looked through.
    private let places: [Key: Int]

    /// What keys are compared by: numbers of equal value are one key, whatever their type.
    enum Key: Hashable {
        case none
        case undefined
        case integer(Int)
        case float(Double)
        case text(TextKey)
        case tuple([Key])
        case range(Int, Int, Int)
        case object(ObjectIdentifier)
    }

    fileprivate init(keys: [Value], values: [Value], hashed: [Key], depth: Int) {
        self.keys = keys
        self.values = values
        self.hashed = hashed
        self.depth = depth
        var places: [Key: Int] = [:]
        if hashed.count > 8 {
            for (index, key) in hashed.enumerated() { places[key] = index }
        }
        self.places = places
    }

    func place(of key: Key) -> Int? {
        places.isEmpty ? hashed.firstIndex(of: key) : places[key]
    }

    func value(of name: String) -> Value? {
        place(of: .text(TextKey(name))).map { values[$0] }
    }

    func value(of key: Key) -> Value? { place(of: key).map { values[$0] } }
}

extension Interpreter {
    /// Makes a dictionary; a later value of the same key takes the place of the earlier.
    func table(
        _ pairs: [(key: Value, value: Value)]
    ) throws(TemplateError) -> Table {
        var keys: [Value] = []
        var values: [Value] = []
        var hashed: [Table.Key] = []
        var places: [Table.Key: Int] = [:]
        var depth = 0
        try chargeMemory(64 + pairs.count * 80)
        for pair in pairs {
            let key = try hashKey(pair.key)
            depth = max(depth, pair.key.depth, pair.value.depth)
            if let place = pairs.count > 8 ? places[key] : hashed.firstIndex(of: key) {
                values[place] = pair.value
            } else {
                if pairs.count > 8 { places[key] = keys.count }
                hashed.append(key)
                keys.append(pair.key)
                values.append(pair.value)
            }
        }
        return Table(
            keys: keys, values: values, hashed: hashed, depth: try checkedDepth(depth + 1))
    }

    /// What a value is compared by as a key; lists and dictionaries cannot be keys.
    func hashKey(_ value: Value) throws(TemplateError) -> Table.Key {
        try step()
        switch value {
        case .undefined: return .undefined
        case .none: return .none
        case .bool(let value): return .integer(value ? 1 : 0)
        case .integer(let value): return .integer(value)
        case .float(let value):
            if let whole = Int(exactly: value) { return .integer(whole) }
            return .float(value)
        case .string(let text):
            try chargeWork(text.utf8.count)
            return .text(TextKey(text))
        case .tuple(let elements):
            var keys: [Table.Key] = []
            for item in elements.items { keys.append(try hashKey(item)) }
            return .tuple(keys)
        case .range(let range):
            return range.count == 0 ? .range(0, 0, 0) : .range(range.start, range.stop, range.step)
        case .object(let object): return .object(ObjectIdentifier(object))
        case .list, .dictionary, .view:
            throw failure(.type, "A value of type '\(value.typeName)' cannot be a key.")
        }
    }

    func checkedDepth(_ depth: Int) throws(TemplateError) -> Int {
        guard depth <= limits.nesting else {
            throw failure(
                .limit, "Lists and dictionaries go deeper than \(limits.nesting) levels.")
        }
        return depth
    }

    func elements(_ items: [Value]) throws(TemplateError) -> Elements {
        try chargeMemory(32 + items.count * 16)
        try chargeWork(items.count * 16)
        var depth = 0
        for item in items { depth = max(depth, item.depth) }
        return Elements(items: items, depth: try checkedDepth(depth + 1))
    }

    func list(_ items: [Value]) throws(TemplateError) -> Value { .list(try elements(items)) }

    func tuple(_ items: [Value]) throws(TemplateError) -> Value { .tuple(try elements(items)) }

    /// Makes text, charged by its bytes.
    func string(_ text: String) throws(TemplateError) -> Value {
        try chargeMemory(32 + text.utf8.count)
        try chargeWork(text.utf8.count)
        return .string(text)
    }

    func string(_ scalars: some Sequence<Unicode.Scalar>) throws(TemplateError) -> Value {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return try string(String(view))
    }

    func string(_ bytes: some Collection<UInt8>) throws(TemplateError) -> Value {
        try string(String(decoding: bytes, as: UTF8.self))
    }
}
