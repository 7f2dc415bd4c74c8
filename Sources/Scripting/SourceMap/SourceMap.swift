import LuaRuntime

/// The lines at which a recipe's keys stand in its source.
///
/// Lua keeps no position of values, so this follows the table that the file returns, literal by
/// literal: `return nj.recipe { ... }`, or a local that was given such a literal, and keys given to
/// it afterwards. Where a value is computed in another way its line is not known.
struct SourceMap {
    /// A table written out in the source.
    final class Literal {
        var entries: [(name: String, line: Int, value: Literal?)] = []
        /// Tables without a name of their own, such as a source beside its weight.
        var items: [Literal] = []

        func entry(_ name: String) -> (line: Int, value: Literal?)? {
            if let entry = entries.first(where: { $0.name == name }) {
                return (entry.line, entry.value)
            }
            return items.lazy.compactMap { $0.entry(name) }.first
        }

        /// Gives a key a value later than the literal did.
        func set(_ name: String, at line: Int, to value: Literal?) {
            guard let index = entries.firstIndex(where: { $0.name == name }) else {
                entries.append((name, line, value))
                return
            }
            entries[index] = (name, line, value)
        }
    }

    struct RepeatedKey {
        let name: String
        let line: Int
        let firstLine: Int
    }

    /// A key that stands twice in one of the recipe's tables.
    private(set) var repeatedKey: RepeatedKey?
    private var root: Literal?

    init(_ source: [UInt8]) {
        root = LiteralReader(source).returned
        var seen: Set<ObjectIdentifier> = []
        repeatedKey = root.flatMap { Self.repeated(in: $0, at: LuaPath(), &seen) }
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
            if case .integer(let index) = key, let items = literal?.items, index >= 1,
                index <= items.count
            {
                literal = items[Int(index) - 1]
                continue
            }
            guard case .string(let name) = key, let entry = literal?.entry(name.description) else {
                return line
            }
            line = entry.line
            literal = entry.value
        }
        return line
    }

    private static func repeated(
        in literal: Literal, at path: LuaPath, _ seen: inout Set<ObjectIdentifier>
    ) -> RepeatedKey? {
        // A local may stand in several places, and hold itself.
        guard seen.insert(ObjectIdentifier(literal)).inserted else { return nil }
        var lines: [String: Int] = [:]
        for entry in literal.entries {
            let place = path.appending(.string(LuaString(entry.name)))
            if let first = lines[entry.name] {
                return RepeatedKey(
                    name: place.description, line: entry.line, firstLine: first)
            }
            lines[entry.name] = entry.line
            if let value = entry.value, let found = repeated(in: value, at: place, &seen) {
                return found
            }
        }
        for item in literal.items {
            if let found = repeated(in: item, at: path, &seen) { return found }
        }
        return nil
    }
}
