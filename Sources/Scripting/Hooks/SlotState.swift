import LuaRuntime

/// What a checkpoint keeps of a script: its memory, and which versions were in force so far.
struct SlotState {
    /// Nil where it has lived through nothing yet.
    let memory: LuaValue?
    /// The one in force last.
    let versions: [ScriptVersion]
    /// Those that going back passes, the one in force last.
    let history: [ScriptVersion]

    init(_ slot: ScriptSlot, memory: LuaValue?) {
        self.memory = memory
        versions = slot.versions
        history = slot.history
    }

    /// - Throws: `ScriptingError` where a part is missing.
    init(_ value: LuaValue) throws {
        let versions = value.asTable?["versions"]?.asTable?.array.map { entry in
            ScriptVersion(
                hash: entry.asTable?["hash"]?.asText ?? "",
                lines: entry.asTable?["files"]?.asTable?.array.compactMap(\.asText) ?? [])
        }
        guard let versions, !versions.isEmpty, versions.allSatisfy({ $0 != nil }) else {
            throw ScriptingError(
                .unreadable,
                "a script's state lacks its versions; use another checkpoint, or, where there is "
                    + "none, remove hooks.json from the run's folder")
        }
        memory = value.asTable?["memory"]
        let known = versions.compactMap { $0 }
        let hashes = value.asTable?["history"]?.asTable?.array.compactMap(\.asText) ?? []
        let passed = hashes.compactMap { hash in known.last { $0.hash == hash } }
        self.versions = known
        history = passed.isEmpty ? known : passed
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
        let hashes = history.map { LuaValue.string(LuaString($0.hash)) }
        var table = LuaTable([
            "versions": LuaValue.table(LuaTable(array: list)),
            "history": .table(LuaTable(array: hashes)),
        ])
        if let memory { table.set("memory", memory) }
        return .table(table)
    }
}
