import LuaRuntime
import Naming

extension ShapeCheck {
    /// Settings and named tables beside them. A table in the list carries its name as `name`, and is
    /// filed under it, so that `probes.general.tokens` finds it whichever way it was written.
    func collection(
        _ table: LuaTable<LuaNode>, _ settings: Record, of kinds: Kinds, at path: LuaPath
    ) throws -> LuaTable<LuaNode> {
        var given = LuaTable<LuaNode>()
        var entries: [(name: String, value: LuaNode, place: LuaPath)] = []
        for (index, value) in table.array.enumerated() {
            let place = path.appending(.integer(Int64(index + 1)))
            entries.append((try name(of: value, a: kinds.noun, at: place), value, place))
        }
        for field in table.fields where !field.value.isNil {
            guard case .string(let key) = field.key, let name = key.text else {
                throw fault(path.appending(field.key), "keys here are names")
            }
            if settings.field(name) != nil {
                given.fields.append(field)
                continue
            }
            let place = path.appending(field.key)
            guard case .table(var entry) = field.value else {
                let hint =
                    nearestName(to: name, among: settings.names)
                    .map { "did you mean \"\($0)\"?" }
                    ?? "expected \(kinds.expectation), got \(field.value.summary)"
                throw fault(place, "this is no \(kinds.noun); \(hint)")
            }
            if case .string(let own)? = entry["name"], own != key {
                throw fault(
                    place.appending("name"),
                    "the key calls it \"\(name)\"; leave the name out here, or the key")
            }
            entry.set("name", .string(key))
            entries.append((name, .table(entry), place))
        }
        var checked = try record(given, as: settings, at: path)
        var names: Set<String> = []
        for entry in entries {
            guard Self.isSourceName(entry.name), settings.field(entry.name) == nil else {
                throw fault(
                    entry.place,
                    "\"\(entry.name)\" cannot name a \(kinds.noun): write letters, digits, _ and -, "
                        + "a letter first, and no key of the settings")
            }
            guard names.insert(entry.name).inserted else {
                throw fault(
                    entry.place, "\"\(entry.name)\" names two of them; give each its own name")
            }
            let value = try self.kinds(entry.value, kinds, at: entry.place)
            checked.fields.append(
                .init(key: .string(LuaString(entry.name)), value: .table(value)))
        }
        return checked
    }

    private func name(of value: LuaNode, a noun: String, at path: LuaPath) throws -> String {
        guard case .table(let entry) = value else {
            throw fault(path, "expected a \(noun), got \(value.summary)")
        }
        guard case .string(let name)? = entry["name"], let text = name.text else {
            throw fault(path, "this \(noun) has no name; give it one, as in name = \"general\"")
        }
        return text
    }
}
