import LuaRuntime

/// The lines at which a recipe's keys stand in its source.
///
/// Lua keeps no position of values, so this follows the table that the file returns, literal by
/// literal: `return nj.recipe { ... }`, or a local that was given such a literal, and keys given to
/// it afterwards. Where a value is computed in another way its line is not known.
struct SourceMap {
    /// A table written out in the source.
    struct Literal {
        struct Entry {
            let name: String
            /// 0 where nobody knows any more.
            var line: Int
            var value: Literal?
        }

        private(set) var entries: [Entry] = []
        /// Values without a name of their own, such as a source beside its weight.
        private(set) var items: [(line: Int, value: Literal?)] = []
        /// The first key that stands here twice, or in a table below.
        private(set) var repeated: RepeatedKey?
        private var places: [String: Int] = [:]
        private var depth = 1
    }

    struct RepeatedKey {
        /// The way to it, the key itself last.
        var path: [String]
        let line: Int
        let firstLine: Int

        var name: String {
            LuaPath(path.map { .string(LuaString($0)) }).description
        }
    }

    private let root: Literal?

    /// A key that stands twice in one of the recipe's tables.
    var repeatedKey: RepeatedKey? { root?.repeated }

    init(_ source: [UInt8]) {
        root = LiteralReader(source).returned
    }

    /// A table that a call gives to a function, as in `nj.optim.adamw { lr = 1 }`.
    init(_ source: [UInt8], givenBy call: LiteralReader.Call) {
        root = LiteralReader(source, wanted: call).given
    }

    /// The line of the last key of the path that the source shows.
    func line(of path: LuaPath) -> Int? {
        var literal = root
        var line: Int?
        for key in path.keys {
            switch key {
            case .integer(let index):
                guard let items = literal?.items, index >= 1, index <= items.count else {
                    return line
                }
                (line, literal) = items[Int(index) - 1]
            case .string(let name):
                guard let entry = literal?.entry(name.description) else { return line }
                (line, literal) = (entry.line, entry.value)
            default: return line
            }
        }
        return line
    }
}

extension SourceMap.Literal {
    func entry(_ name: String) -> Entry? {
        if let place = places[name] { return entries[place].line > 0 ? entries[place] : nil }
        return items.lazy.compactMap { $0.value?.entry(name) }.first
    }

    /// Adds a key as it is written out.
    mutating func add(_ name: String, at line: Int, _ value: Self?, deepest: Int) {
        let value = kept(value, deepest)
        if let first = places[name] {
            repeated =
                repeated
                ?? .init(path: [name], line: line, firstLine: entries[first].line)
        }
        if let found = value?.repeated, repeated == nil {
            repeated = found
            repeated?.path.insert(name, at: 0)
        }
        put(Entry(name: name, line: line, value: value))
    }

    mutating func add(item: Self?, at line: Int, deepest: Int) {
        let item = kept(item, deepest)
        repeated = repeated ?? item?.repeated
        items.append((line, item))
    }

    /// Gives a key below a value later than the literal did.
    mutating func set(_ path: ArraySlice<String>, at line: Int, to value: Self?, deepest: Int) {
        guard let name = path.first else { return }
        if path.count == 1 {
            let value = kept(value, deepest)
            put(Entry(name: name, line: line, value: value))
        } else if let place = places[name] {
            entries[place].value?.set(path.dropFirst(), at: line, to: value, deepest: deepest - 1)
            depth = max(depth, (entries[place].value?.depth ?? 0) + 1)
        }
    }

    /// Forgets what is known of a key below.
    mutating func forget(_ path: ArraySlice<String>) {
        guard let name = path.first, let place = places[name] else { return }
        if path.count > 1 {
            entries[place].value?.forget(path.dropFirst())
        } else {
            entries[place] = Entry(name: name, line: 0, value: nil)
        }
    }

    private mutating func put(_ entry: Entry) {
        if let place = places[entry.name] {
            entries[place] = entry
        } else {
            places[entry.name] = entries.count
            entries.append(entry)
        }
    }

    /// A value where it may go so deep, and what that makes of the depth.
    private mutating func kept(_ value: Self?, _ deepest: Int) -> Self? {
        guard let value, value.depth < deepest else { return nil }
        depth = max(depth, value.depth + 1)
        return value
    }
}
