import LuaRuntime

/// What a checkpoint keeps of a script: its memory, and which versions were in force so far.
struct SlotState {
    let memory: LuaValue
    /// The one in force last.
    let versions: [ScriptVersion]

    init(_ slot: ScriptSlot, memory: LuaValue) {
        self.memory = memory
        versions = slot.versions
    }

    /// - Throws: `ScriptingError` where a part is missing.
    init(_ value: LuaValue) throws {
        let versions = value.asTable?["versions"]?.asTable?.array.map { entry in
            ScriptVersion(
                hash: entry.asTable?["hash"]?.asText ?? "",
                lines: entry.asTable?["files"]?.asTable?.array.compactMap(\.asText) ?? [])
        }
        guard let memory = value.asTable?["memory"], let versions, !versions.isEmpty,
            versions.allSatisfy({ $0 != nil })
        else {
            throw ScriptingError(
                .unreadable,
                "a script's state lacks its memory or its versions; use another "
                    + "checkpoint")
        }
        self.memory = memory
        self.versions = versions.compactMap { $0 }
    }

    var value: LuaValue {
        let list = versions.map { version in
            LuaValue.table(
                LuaTable([
                    "hash": .string(LuaString(version.hash)),
                    "files": .table(
                        LuaTable(
                            array: version.entries.map { .string(LuaString($0.text)) })),
                ]))
        }
        return .table(LuaTable(["memory": memory, "versions": .table(LuaTable(array: list))]))
    }
}
