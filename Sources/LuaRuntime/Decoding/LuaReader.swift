import Naming

/// Reads a table key by key, with key paths in its errors, and reports the keys that nobody read.
///
/// A missing optional key gives nil; a key with the wrong type, or outside its range, throws a
/// `LuaError` of kind `type` whose message is one sentence: `batch.size: expected an integer of at
/// least 1, got integer 0`. After the last read, `finish()` throws on every key that was never
/// asked for, naming the nearest that was.
///
///     let reader = LuaReader(table, chunk: "recipe.lua")
///     let size = try reader.integer("size", in: 1...)
///     let name = try reader.optionalString("name") ?? "run"
///     try reader.finish()
public final class LuaReader {
    public let table: LuaTable<LuaNode>
    public let path: LuaPath
    /// The chunk that errors name; usually the recipe's path.
    public let chunk: String?
    private var asked: Set<String> = []
    private var askedItems = false

    public init(_ table: LuaTable<LuaNode>, path: LuaPath = LuaPath(), chunk: String? = nil) {
        self.table = table
        self.path = path
        self.chunk = chunk
    }

    /// Reads a node that must be a table.
    public convenience init(
        _ node: LuaNode, path: LuaPath = LuaPath(), chunk: String? = nil
    ) throws {
        guard case .table(let table) = node else {
            throw LuaError(
                kind: .type, message: path.sentence("expected a table, got \(node.summary)"),
                chunk: chunk)
        }
        self.init(table, path: path, chunk: chunk)
    }

    /// The value at a key, of any type; nil where there is none. The key counts as read.
    public func node(_ key: String) -> LuaNode? {
        asked.insert(key)
        return table[key]
    }

    /// Whether the key is there, read or not.
    public func has(_ key: String) -> Bool { node(key) != nil }

    /// The list part: what stands without keys. It counts as read.
    public var items: [LuaNode] {
        askedItems = true
        return table.array
    }

    /// The list part as tables, each with its own path.
    public func itemTables() throws -> [LuaReader] {
        try items.enumerated().map { index, node in
            try LuaReader(node, path: path.appending(.integer(Int64(index + 1))), chunk: chunk)
        }
    }

    /// What the table says it is: its field `kind`, the convention of constructors.
    public var kind: String? {
        if case .string(let string)? = node("kind") { return string.text }
        return nil
    }

    /// The string keys of the table, for tables whose keys are names of the user's own.
    public var names: [String] {
        table.fields.compactMap {
            if case .string(let string) = $0.key { return string.text }
            return nil
        }
    }

    /// Counts keys as known that are read elsewhere or only sometimes.
    public func allow(_ keys: String...) {
        asked.formUnion(keys)
    }

    /// Throws where the table holds a key that was never asked for, or a list that was not.
    public func finish() throws {
        for field in table.fields {
            if case .string(let name) = field.key, let text = name.text {
                if asked.contains(text) { continue }
                let nearest = nearestName(to: text, among: asked.sorted())
                let hint =
                    nearest.map { "; did you mean \"\($0)\"?" }
                    ?? (asked.isEmpty
                        ? "; no keys are known here"
                        : "; known keys: \(asked.sorted().joined(separator: ", "))")
                throw error("unknown key \"\(text)\"\(hint)")
            }
            throw LuaError(
                kind: .type,
                message: path.appending(field.key).sentence(
                    "an entry under this key has no meaning"),
                chunk: chunk)
        }
        if !askedItems, let first = table.array.first {
            throw error("a list has no meaning here; its first entry is \(first.summary)")
        }
    }

    /// An error about this table.
    public func error(_ sentence: String) -> LuaError {
        LuaError(kind: .type, message: path.sentence(sentence), chunk: chunk)
    }

    /// An error about the value at a key.
    public func error(_ key: String, _ sentence: String) -> LuaError {
        LuaError(kind: .type, message: self.path(of: key).sentence(sentence), chunk: chunk)
    }

    public func path(of key: String) -> LuaPath {
        path.appending(.string(LuaString(key)))
    }

    func mismatch(_ key: String, _ expected: String, _ got: LuaNode) -> LuaError {
        error(key, "expected \(expected), got \(got.summary)")
    }

    func required<Value>(_ value: Value?, _ key: String, _ expected: String) throws -> Value {
        guard let value else { throw error(key, "missing; expected \(expected)") }
        return value
    }
}
