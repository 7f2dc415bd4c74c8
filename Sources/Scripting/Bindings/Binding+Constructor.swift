import LuaRuntime

extension Binding {
    /// A function that takes one table, checks it, and gives it back in order.
    ///
    /// - Parameters:
    ///   - stage: when the table's required keys must be there.
    ///   - wrapper: the key of the answer that the checked table goes under; nil answers with the
    ///     table itself.
    static func constructor(
        _ name: String, _ shape: Shape, stage: ShapeCheck.Stage = .declared,
        wrapper: String? = nil, phases: Set<ScriptPhase> = ScriptPhase.everywhere, doc: String
    ) -> Binding {
        var binding = Binding(
            name, [Field("settings", shape, .required, "the keys below")],
            gives: [Field("declaration", shape, .required, "the same table, checked and in order")],
            phases: phases, doc: doc
        ) { call in
            let table = call.node("settings")
            return [wrapper.map { .table(LuaTable([$0: table])) } ?? table]
        }
        binding.tableStage = stage
        return binding
    }

    /// Whether a constructor takes a value: a table, or the bare name that stands for one.
    private func isTable(_ node: LuaNode) -> Bool {
        switch (node, parameters[0].shape) {
        case (.table, _): true
        case (.string, .record(let record)): record.shorthand != nil
        default: false
        }
    }

    /// The one table of a constructor, checked. Its key paths begin inside it.
    ///
    /// - Throws: `ShapeFault`.
    func checkedTable(_ given: [LuaNode], stage: ShapeCheck.Stage) throws -> [LuaNode] {
        do {
            guard given.count == 1, isTable(given[0]) else {
                let got = given.first?.summary ?? "nothing"
                throw ShapeFault(
                    constructor: fullName, path: LuaPath(),
                    sentence: given.count > 1
                        ? "takes one table, got \(given.count) values"
                        : "takes one table, as in \(fullName) { key = value }; got \(got)")
            }
            return [
                try ShapeCheck(stage: stage).checked(
                    given[0], as: parameters[0].shape, at: LuaPath())
            ]
        } catch var fault as ShapeFault {
            // A recipe's own key paths begin at the recipe.
            if name != "recipe" { fault.constructor = fullName }
            throw fault
        }
    }
}
