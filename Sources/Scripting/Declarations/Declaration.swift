import LuaRuntime

/// One function of the `nightjar` module, declared once: what registers it, checks its argument and
/// documents it.
struct Declaration: Sendable {
    /// The name below the module: `schedule.cosine`.
    let name: String
    /// What its one table holds.
    let parameters: Shape
    /// When the table's required keys must be there.
    var stage: ShapeCheck.Stage = .declared
    /// The key of the answer that the checked table goes under; nil answers with the table itself.
    var wrapper: String?
    /// One sentence: what it declares.
    let doc: String

    /// The function as scripts write it.
    var fullName: String { "nj.\(name)" }

    /// What the function answers: its table, checked.
    ///
    /// - Throws: `ShapeFault`.
    func answer(_ call: HostCall) throws -> LuaNode {
        do {
            guard call.arguments.count == 1, case .table? = call.argument(1) else {
                let got = call.argument(1)?.summary ?? "nothing"
                throw ShapeFault(
                    path: LuaPath(),
                    sentence: call.arguments.count > 1
                        ? "takes one table, got \(call.arguments.count) values"
                        : "takes one table, as in \(fullName) { key = value }; got \(got)")
            }
            let node = try ShapeCheck(stage: stage).checked(
                call.arguments[0], as: parameters, at: LuaPath())
            return wrapper.map { .table(LuaTable([$0: node])) } ?? node
        } catch var fault as ShapeFault {
            // A recipe's own key paths begin at the recipe.
            if name != "recipe" { fault.constructor = fullName }
            throw fault
        }
    }
}
