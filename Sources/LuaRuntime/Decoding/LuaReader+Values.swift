import Naming

extension LuaReader {
    /// A string that must be there.
    public func string(_ key: String) throws -> String {
        try required(optionalString(key), key, "a string")
    }

    /// A string, or nil where the key is absent.
    public func optionalString(_ key: String) throws -> String? {
        guard let node = node(key) else { return nil }
        guard case .string(let string) = node else { throw mismatch(key, "a string", node) }
        guard let text = string.text else { throw error(key, "this string is not valid UTF-8") }
        return text
    }

    /// One of a few words; any other word names the nearest.
    public func choice(_ key: String, of words: [String]) throws -> String {
        try required(optionalChoice(key, of: words), key, "one of \(words.joined(separator: ", "))")
    }

    /// One of a list of words, or nil where the key is absent.
    public func optionalChoice(_ key: String, of words: [String]) throws -> String? {
        guard let word = try optionalString(key) else { return nil }
        guard !words.contains(word) else { return word }
        let hint = nearestName(to: word, among: words).map { "; did you mean \"\($0)\"?" } ?? ""
        throw error(
            key, "expected one of \(words.joined(separator: ", ")), got string \"\(word)\"\(hint)")
    }

    /// A boolean that must be there.
    public func boolean(_ key: String) throws -> Bool {
        try required(optionalBoolean(key), key, "true or false")
    }

    /// A boolean, or nil where the key is absent.
    public func optionalBoolean(_ key: String) throws -> Bool? {
        guard let node = node(key) else { return nil }
        guard case .boolean(let value) = node else { throw mismatch(key, "true or false", node) }
        return value
    }

    /// An integer; a number without a fraction (5e6) is one.
    public func integer(_ key: String) throws -> Int {
        try required(optionalInteger(key), key, "an integer")
    }

    /// A whole number that must be there and lie in the range; 3.0 counts as 3.
    public func integer(_ key: String, in range: some RangeExpression<Int>) throws -> Int {
        try required(optionalInteger(key, in: range), key, "an integer \(describe(range))")
    }

    /// A whole number in the range, or nil where the key is absent.
    public func optionalInteger(_ key: String) throws -> Int? {
        try node(key).map { try integer($0, key, "an integer") }
    }

    /// A whole number in the range, or nil where the key is absent.
    public func optionalInteger(
        _ key: String, in range: some RangeExpression<Int>
    ) throws -> Int? {
        guard let node = node(key) else { return nil }
        let expected = "an integer \(describe(range))"
        let value = try integer(node, key, expected)
        guard range.contains(value) else { throw mismatch(key, expected, node) }
        return value
    }

    /// A number, written with or without a fraction. NaN is refused.
    public func number(_ key: String) throws -> Double {
        try required(optionalNumber(key), key, "a number")
    }

    /// A finite number that must be there and lie in the range.
    public func number(_ key: String, in range: some RangeExpression<Double>) throws -> Double {
        try required(optionalNumber(key, in: range), key, "a number \(describe(range))")
    }

    /// A finite number in the range, or nil where the key is absent.
    public func optionalNumber(_ key: String) throws -> Double? {
        try node(key).map { try number($0, key, "a number") }
    }

    /// A finite number in the range, or nil where the key is absent.
    public func optionalNumber(
        _ key: String, in range: some RangeExpression<Double>
    ) throws -> Double? {
        guard let node = node(key) else { return nil }
        let expected = "a number \(describe(range))"
        let value = try number(node, key, expected)
        guard range.contains(value) else { throw mismatch(key, expected, node) }
        return value
    }

    /// A function that must be there.
    public func function(_ key: String) throws -> LuaFunction {
        try required(optionalFunction(key), key, "a function")
    }

    /// A function, or nil where the key is absent.
    public func optionalFunction(_ key: String) throws -> LuaFunction? {
        guard let node = node(key) else { return nil }
        guard case .function(let function) = node else { throw mismatch(key, "a function", node) }
        return function
    }

    /// A reader over a table that must be there.
    public func table(_ key: String) throws -> LuaReader {
        try required(optionalTable(key), key, "a table")
    }

    /// A reader over a table, or nil where the key is absent.
    public func optionalTable(_ key: String) throws -> LuaReader? {
        guard let node = node(key) else { return nil }
        return try LuaReader(node, path: path(of: key), chunk: chunk)
    }

    /// A list: a table whose entries all stand without keys.
    public func optionalList(_ key: String) throws -> [LuaNode]? {
        guard let reader = try optionalTable(key) else { return nil }
        let items = reader.items
        try reader.finish()
        return items
    }

    /// A list of strings.
    public func optionalStrings(_ key: String) throws -> [String]? {
        try optionalList(key)?.enumerated().map { index, node in
            if case .string(let string) = node, let text = string.text { return text }
            let path = path(of: key).appending(.integer(Int64(index + 1)))
            throw LuaError(
                kind: .type, message: "\(path): expected a string, got \(node.summary)",
                chunk: chunk)
        }
    }

    /// Plain data of any shape.
    public func optionalPlain(_ key: String) throws -> LuaValue? {
        try node(key)?.plain(path: path(of: key))
    }

    private func integer(_ node: LuaNode, _ key: String, _ expected: String) throws -> Int {
        switch node {
        case .integer(let value): return Int(value)
        case .number(let value):
            guard let exact = Int(exactly: value) else { throw mismatch(key, expected, node) }
            return exact
        default: throw mismatch(key, expected, node)
        }
    }

    private func number(_ node: LuaNode, _ key: String, _ expected: String) throws -> Double {
        switch node {
        case .integer(let value): return Double(value)
        case .number(let value) where !value.isNaN: return value
        default: throw mismatch(key, expected, node)
        }
    }

    private func describe<Bound>(_ range: some RangeExpression<Bound>) -> String {
        switch range {
        case let range as ClosedRange<Bound>: "from \(range.lowerBound) to \(range.upperBound)"
        case let range as Range<Bound>: "from \(range.lowerBound) to below \(range.upperBound)"
        case let range as PartialRangeFrom<Bound>: "of at least \(range.lowerBound)"
        case let range as PartialRangeThrough<Bound>: "of at most \(range.upperBound)"
        case let range as PartialRangeUpTo<Bound>: "below \(range.upperBound)"
        default: "in \(range)"
        }
    }
}
