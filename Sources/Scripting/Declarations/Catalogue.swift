import LuaRuntime
import Naming

/// All that `require "nightjar"` gives.
enum Catalogue {
    /// The version that scripts read as `nj.version`.
    static let version = "0.1.0"

    static let declarations: [Declaration] =
        RecipeDeclarations.all + DataDeclarations.all + ModelDeclarations.all
        + OptimDeclarations.all + ScheduleDeclarations.all

    /// What a script meant that called something the module does not have: Lua's own message names
    /// the field alone.
    static func hint(forCalling message: String) -> String? {
        guard let match = message.wholeMatch(of: #/attempt to call a nil value \(field '(\w+)'\)/#)
        else { return nil }
        let byName = Dictionary(
            declarations.map { declaration in
                (String(declaration.name.split(separator: ".").last ?? ""), declaration.fullName)
            },
            uniquingKeysWith: { first, _ in first })
        return nearestName(to: String(match.1), among: byName.keys).flatMap { byName[$0] }
    }

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
