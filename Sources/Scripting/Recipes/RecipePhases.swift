import Checkpoints
import LuaRuntime
import Training

/// The phases of a recipe, each as a recipe of its own: the recipe's keys, with the phase's in their
/// place.
///
/// A phase's key takes the place of the recipe's whole key. Where a phase names no model, it begins
/// with what the phase before ends with.
struct RecipePhases {
    /// One phase as the recipe gives it.
    struct Phase {
        let name: String
        /// From 1, as Lua counts.
        let number: Int
        let keys: LuaTable<LuaNode>

        /// Whether the phase itself says something.
        func gives(_ key: String) -> Bool { keys[key].map { !$0.isNil } ?? false }

        var path: LuaPath { LuaPath(["phases", .integer(Int64(number))]) }
    }

    let phases: [Phase]
    /// Where all of them write, as the recipe says it.
    let out: String
    private let recipe: LuaTable<LuaNode>
    private let title: String

    static let key = "phases"

    /// Names that stand for something else in the folder of the phases.
    private static let takenNames: Set = [
        "checkpoints", "stages", "scripts", "control", PhaseList.fileName, "run.lock",
    ]

    /// Reads a recipe's phases; nil where it has none.
    ///
    /// - Throws: `ShapeFault` for a phase without a name, or with one that cannot be a folder's.
    init?(_ recipe: LuaTable<LuaNode>, places: RecipePlaces) throws {
        guard case .table(let list)? = recipe[Self.key] else { return nil }
        let given = CompleteTable(recipe)
        title = given.optionalText("name") ?? places.recipeStem
        out = given.optionalText("out") ?? "runs/\(title)"
        self.recipe = recipe
        var phases: [Phase] = []
        for (index, node) in list.array.enumerated() {
            guard case .table(let keys) = node else {
                preconditionFailure("the shape of a phase is a record")
            }
            let path = LuaPath([.string(LuaString(Self.key)), .integer(Int64(index + 1)), "name"])
            guard let name = CompleteTable(keys).optionalText("name") else {
                throw ShapeFault(
                    path: path,
                    sentence: "this key is missing; give each phase a name, such as \"decay\"")
            }
            try Self.check(name, at: path)
            if let first = phases.firstIndex(where: { $0.name == name }) {
                throw ShapeFault(
                    path: path,
                    sentence: "\"\(name)\" is the name of phase \(first + 1) too; give each its own"
                )
            }
            phases.append(Phase(name: name, number: index + 1, keys: keys))
        }
        self.phases = phases
    }

    private static func check(_ name: String, at path: LuaPath) throws {
        let isPlain = name.utf8.allSatisfy { byte in
            let letter = byte | 0x20
            return (0x61...0x7a).contains(letter) || (0x30...0x39).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
        guard isPlain, !takenNames.contains(name) else {
            throw ShapeFault(
                path: path,
                sentence: takenNames.contains(name)
                    ? "\"\(name)\" has another meaning in a run's folder; take another name"
                    : "\"\(name)\" cannot name a phase; use letters, digits, - and _")
        }
    }

    /// A phase by its name.
    ///
    /// - Throws: `ScriptingError` with the nearest name.
    func phase(_ name: String, places: RecipePlaces) throws -> Phase {
        if let phase = phases.first(where: { $0.name == name }) { return phase }
        throw ScriptingError(
            .badOverride,
            "the recipe has no phase \"\(name)\"; there are "
                + Words.anyOf(phases.map { "\"\($0.name)\"" }), path: places.recipe)
    }

    /// Where a phase's run is, as the recipe says it.
    func folder(of phase: Phase) -> String { "\(out)/\(phase.name)" }

    /// The recipe of one phase.
    ///
    /// - Throws: `ShapeFault` where it cannot begin with what is there.
    func recipe(of phase: Phase) throws -> LuaTable<LuaNode> {
        var table = recipe
        table.fields.removeAll { $0.key == .string(LuaString(Self.key)) }
        for field in phase.keys.fields where !field.value.isNil {
            guard case .string(let key) = field.key else { continue }
            let name = key.description
            guard !["name", "continue", "model"].contains(name) else { continue }
            for rival in RecipeDeclarations.recipe.group(of: name)?.names ?? [] {
                table.fields.removeAll { $0.key == .string(LuaString(rival)) }
            }
            table.set(name, field.value)
        }
        table.set("name", .string(LuaString("\(title)-\(phase.name)")))
        table.set("out", .string(LuaString(folder(of: phase))))
        if phase.number > 1, !phase.gives("stage") {
            table.fields.removeAll { $0.key == "stage" }
        }
        if let model = try model(of: phase) { table.set("model", .table(model)) }
        return table
    }

    /// The phase that another begins after, with its model; nil where it begins elsewhere.
    func before(_ phase: Phase) -> Phase? {
        guard phase.number > 1, !Self.namesModel(phase.keys) else { return nil }
        return phases[phase.number - 2]
    }

    /// The stage of a phase that gives none, where it learns from running text.
    func usualStage(of phase: Phase) -> Stage { phase.number == 1 ? .pre : .mid }

    private func model(of phase: Phase) throws -> LuaTable<LuaNode>? {
        let own = phase.keys.inner("model")
        guard let previous = before(phase) else {
            var model = own ?? recipe.inner("model")
            if let own, !Self.namesModel(phase.keys), let recipes = recipe.inner("model") {
                model = recipes
                for field in own.fields where !field.value.isNil {
                    if case .string(let key) = field.key {
                        model?.set(key.description, field.value)
                    }
                }
            }
            if let continues = phase.keys["continue"], !continues.isNil {
                model?.set("continue", continues)
            }
            return model
        }
        if trainsAdapter(previous) {
            throw ShapeFault(
                path: phase.path,
                sentence:
                    "the phase \"\(previous.name)\" ends with an adapter beside its base, and "
                    + "a run begins from a whole model; train the adapter last, or name another "
                    + "model here")
        }
        var model = own ?? LuaTable()
        model.set("from", .string(LuaString(folder(of: previous))))
        if let continues = phase.keys["continue"], !continues.isNil {
            model.set("continue", continues)
        }
        return model
    }

    /// Whether a phase trains an adapter; that of the recipe's own model is the first phase's.
    private func trainsAdapter(_ phase: Phase) -> Bool {
        let model = phase.keys.inner("model") ?? (phase.number == 1 ? recipe.inner("model") : nil)
        return model?.inner("lora") != nil
    }

    /// Whether the keys say what to begin with.
    private static func namesModel(_ keys: LuaTable<LuaNode>) -> Bool {
        guard let model = keys.inner("model") else { return false }
        return ["from", "init"].contains { model[$0].map { !$0.isNil } ?? false }
    }
}

extension RecipePhases.Phase {
    /// Where a fault of the phase's recipe stands in the whole one: at the phase's key, where it has
    /// that key, and at the recipe's otherwise.
    func located(_ fault: ShapeFault) -> ShapeFault {
        var fault = fault
        func moved(_ path: LuaPath) -> LuaPath? {
            guard let first = path.keys.first else { return self.path }
            if path.keys.starts(with: ["model", "continue"]), gives("continue") {
                return self.path.appending("continue")
            }
            // The name and the folder of a phase's recipe are made of both.
            guard case .string(let key) = first, key.description != "name",
                gives(key.description)
            else { return nil }
            return LuaPath(self.path.keys + path.keys)
        }
        if let path = moved(fault.path) { fault.path = path }
        if let named = fault.named.flatMap(moved) { fault.named = named }
        return fault
    }
}

extension LuaTable<LuaNode> {
    /// The table under a key.
    fileprivate func inner(_ key: String) -> LuaTable<LuaNode>? {
        if case .table(let table)? = self[key] { table } else { nil }
    }
}
