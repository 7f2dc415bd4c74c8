import LuaRuntime

/// All that `require "nightjar"` gives.
enum Catalogue {
    /// The version that scripts read as `nj.version`.
    static let version = "0.1.0"

    static let declarations: [Declaration] =
        RecipeDeclarations.all + DataDeclarations.all + ModelDeclarations.all
        + OptimDeclarations.all + ScheduleDeclarations.all

    /// Makes the module known to a state.
    static func register(in state: LuaState) throws {
        for declaration in declarations {
            let parts = declaration.name.split(separator: ".").map(String.init)
            state.register(
                module: "nightjar", table: parts.count > 1 ? parts[0] : nil,
                name: parts[parts.count - 1]
            ) { call in [try declaration.answer(call)] }
        }
        try state.define(
            module: "nightjar", name: "version", .string(LuaString(version)))
    }
}
