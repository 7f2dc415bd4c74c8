import LuaRuntime

/// What a checkpoint keeps of a script: its memory, and which versions were in force so far.
struct SlotState {
    /// Nil where it has lived through nothing yet.
    let memory: LuaValue?
    /// The one in force last.
    let versions: [ScriptVersion]
    /// Those that going back passes, the one in force last.
    let history: [ScriptVersion]
    /// What the version in force is left for, where it fails at a door that it has not answered at
    /// yet.
    let fallback: Fallback?

    /// The version before the one in force, with its memory as it was.
    struct Fallback {
        let memory: LuaValue
        let history: [ScriptVersion]
        let untried: Set<String>
    }

    /// Whether what it remembered could not be saved, and the memory is an older one.
    let isSaveFailed: Bool

    init(_ slot: ScriptSlot, memory: LuaValue?, isSaveFailed: Bool = false) {
        self.memory = memory
        self.isSaveFailed = isSaveFailed
        versions = slot.versions
        history = slot.history
        fallback = slot.fallback.map {
            Fallback(memory: $0.memory, history: $0.history, untried: $0.untried)
        }
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
        isSaveFailed = value.asTable?["save_failed"] == .boolean(true)
        let known = versions.compactMap { $0 }
        func passed(_ table: LuaTable<LuaValue>?) -> [ScriptVersion] {
            let hashes = table?["history"]?.asTable?.array.compactMap(\.asText) ?? []
            return hashes.compactMap { hash in known.last { $0.hash == hash } }
        }
        let own = passed(value.asTable)
        self.versions = known
        history = own.isEmpty ? known : own
        fallback = value.asTable?["fallback"]?.asTable.map { table in
            Fallback(
                memory: table["memory"] ?? .table(LuaTable()), history: passed(table),
                untried: Set(
                    table["untried"]?.asTable?.array.compactMap(\.asText) ?? []))
        }
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
        func texts(_ texts: [String]) -> LuaValue {
            .table(LuaTable(array: texts.map { .string(LuaString($0)) }))
        }
        var table = LuaTable([
            "versions": LuaValue.table(LuaTable(array: list)),
            "history": texts(history.map(\.hash)),
        ])
        if let memory { table.set("memory", memory) }
        if isSaveFailed { table.set("save_failed", true) }
        if let fallback {
            table.set(
                "fallback",
                .table(
                    LuaTable([
                        "memory": fallback.memory, "history": texts(fallback.history.map(\.hash)),
                        "untried": texts(fallback.untried.sorted()),
                    ])))
        }
        return .table(table)
    }
}
