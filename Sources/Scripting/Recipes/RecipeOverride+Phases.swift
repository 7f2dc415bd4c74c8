import LuaRuntime

extension RecipeOverride {
    /// Puts the value into a phase: `phases.decay.steps=10`.
    ///
    /// What the phase has from the recipe is its own from then on, so that one key inside it can be
    /// set.
    func applyToPhase(of recipe: inout LuaTable<LuaNode>) throws -> [String] {
        var notes: [String] = []
        do {
            guard case .table(var list)? = recipe[RecipePhases.key] else {
                throw ShapeFault(
                    path: LuaPath(), sentence: "the recipe has no phases, so none can be set")
            }
            let known = list.array.map { Self.name(of: $0) ?? "" }
            guard names.count > 2 else {
                throw ShapeFault(
                    path: LuaPath(),
                    sentence: "name a phase and one of its keys, as in phases."
                        + "\(known.first ?? "decay").steps=10")
            }
            guard let index = known.firstIndex(of: names[1]),
                case .table(var keys) = list.array[index]
            else {
                throw ShapeFault(
                    path: LuaPath([.string(LuaString(RecipePhases.key))]),
                    sentence: "there is no phase \"\(names[1])\"; there are "
                        + Words.anyOf(known.map { "\"\($0)\"" }))
            }
            if names.count > 3, keys[names[2]] == nil, let usual = recipe[names[2]] {
                keys.set(names[2], usual)
            }
            let shape = Shape.record(
                PhaseDeclarations.phase(
                    over: RecipeDeclarations.recipe.fields,
                    groups: RecipeDeclarations.recipe.groups))
            let path = LuaPath([
                .string(LuaString(RecipePhases.key)), .string(LuaString(names[1])),
            ])
            let edited = try set(names[2...], in: .table(keys), as: shape, at: path, notes: &notes)
            list.array[index] = try ShapeCheck(stage: .given).checked(edited, as: shape, at: path)
            recipe.set(RecipePhases.key, .table(list))
        } catch let fault as ShapeFault {
            throw refusal(fault)
        }
        return notes
    }

    /// A sentence where every phase has the key of its own, so that setting the recipe's changes
    /// nothing.
    func noteOnPhases(_ phases: RecipePhases) -> String? {
        guard let key = names.first, key != RecipePhases.key else { return nil }
        let rivals = RecipeDeclarations.recipe.group(of: key)?.names ?? [key]
        guard phases.phases.allSatisfy({ phase in rivals.contains(where: phase.gives) }) else {
            return nil
        }
        return "--set \(text) changes nothing, for every phase has its own; set a phase's, as in "
            + "phases.\(phases.phases[0].name).\(self.key)=\(raw)"
    }

    private static func name(of phase: LuaNode) -> String? {
        guard case .table(let table) = phase else { return nil }
        return CompleteTable(table).optionalText("name")
    }
}
