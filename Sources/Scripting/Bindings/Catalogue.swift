import LuaRuntime

/// All that `require "nightjar"` gives.
enum Catalogue {
    /// The version that scripts read as `nj.version`.
    static let version = "0.1.0"

    /// Every function, in the order of the reference.
    static let bindings: [Binding] =
        RecipeDeclarations.all + DataDeclarations.all + PreparationDeclarations.all
        + FilterDeclarations.all + ModelDeclarations.all
        + OptimDeclarations.all + ScheduleDeclarations.all + ProbeDeclarations.all
        + LibraryBindings.all
        + ProgramBindings.all

    /// Every method of an object that functions give, in the order of the reference.
    static let methods: [Binding] = RunMethods.all

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
        if context.phase == .program { registerMethods(in: state, context: context) }
    }

    /// Only programs receive objects that have methods.
    private static func registerMethods(in state: LuaState, context: ScriptContext) {
        for method in methods {
            state.register(module: RunMethods.module, name: method.baseName) { call in
                try method.answer(call, in: context)
            }
        }
        state.seal(module: RunMethods.module, as: RunMethods.receiver)
        state.giveMethods(of: RunMethods.module, to: RunMethods.receiver)
    }
}
