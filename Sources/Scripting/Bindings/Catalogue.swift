import LuaRuntime

/// All that `require "nightjar"` gives.
enum Catalogue {
    /// The version that scripts read as `nj.version`.
    static let version = "0.1.0"

    /// Every function, in the order of the reference.
    static let bindings: [Binding] =
        RecipeDeclarations.all + DataDeclarations.all + ModelDeclarations.all
        + OptimDeclarations.all + ScheduleDeclarations.all + LibraryBindings.all

    /// Makes the module known to a state.
    static func register(in state: LuaState, context: ScriptContext) throws {
        // The state outlives its context's last call: it is what calls.
        context.charge = { [unowned state] in try state.charge(bytes: $0) }
        for binding in bindings {
            state.register(
                module: "nightjar", table: binding.namespace, name: binding.baseName
            ) { call in try binding.answer(call, in: context) }
        }
        try state.define(
            module: "nightjar", name: "version", .string(LuaString(version)))
        state.seal(module: "nightjar", as: "nj")
    }
}
