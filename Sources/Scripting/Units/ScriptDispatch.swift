import LuaRuntime

/// The few lines of Lua between the house and a script's handlers: they put the script's memory
/// and settings into what a handler receives, and keep the memory between calls.
///
/// The memory stays inside the state, so that a large one costs nothing until it is saved.
struct ScriptDispatch {
    private let callFunction: LuaFunction
    private let askFunction: LuaFunction
    private let snapshotFunction: LuaFunction
    private let restoreFunction: LuaFunction

    private static let source = """
        local memory, settings = {}, ...
        local function call(handler, ctx)
          ctx.state, ctx.settings = memory, settings
          local answer = handler(ctx)
          if type(ctx.state) ~= "table" then
            error("ctx.state must stay a table; it was set to " .. tostring(ctx.state), 0)
          end
          memory = ctx.state
          return answer
        end
        local function ask(schedule, ctx)
          return schedule(ctx.progress, { settings = settings })
        end
        -- Two names for one table would be two tables after a resume, and a metatable would be lost.
        local function refuse_shared(value, path, seen)
          if type(value) ~= "table" then return end
          if getmetatable(value) ~= nil then
            error(path .. " has a metatable; keep plain tables there", 0)
          end
          if seen[value] == "ctx.state" then error(path .. " is ctx.state itself", 0) end
          if seen[value] then
            error(("%s and %s are one table; keep a copy in one of them"):format(seen[value], path), 0)
          end
          seen[value] = path
          for key, inner in pairs(value) do
            refuse_shared(inner, path .. "." .. tostring(key), seen)
          end
        end
        local function snapshot(is_kept)
          if is_kept then refuse_shared(memory, "ctx.state", {}) end
          return memory
        end
        local function restore(value) memory = value end
        return call, ask, snapshot, restore
        """

    init(_ state: LuaState, settings: LuaTable<LuaValue>) throws {
        let chunk = try state.load(ScriptDispatch.source, name: "nightjar")
        let functions = try chunk.callNodes([LuaNode(.table(settings))])
        guard functions.count == 4, case .function(let call) = functions[0],
            case .function(let ask) = functions[1], case .function(let snapshot) = functions[2],
            case .function(let restore) = functions[3]
        else { preconditionFailure("the dispatcher returns its four functions") }
        callFunction = call
        askFunction = ask
        snapshotFunction = snapshot
        restoreFunction = restore
    }

    /// Facts as handlers receive them, to be handed to any number of scripts.
    ///
    /// They have places for what the dispatcher adds: a table that grows is made anew.
    static func payload(_ facts: LuaTable<LuaValue>) throws -> LuaPayload {
        var facts = facts
        facts.fields.append(.init(key: "state", value: false))
        facts.fields.append(.init(key: "settings", value: false))
        return try LuaPayload(.table(facts))
    }

    /// - Parameter isSchedule: whether it takes progress in place of all facts, and no memory.
    func call(
        _ handler: LuaFunction, _ facts: LuaPayload, isSchedule: Bool = false,
        budget: LuaRuntime.Budget
    ) throws -> LuaNode {
        let function = isSchedule ? askFunction : callFunction
        let results = try function.callNodes([.function(handler)], then: facts, budget: budget)
        return results.first ?? .nil
    }

    /// The memory as plain data.
    ///
    /// - Parameter isKept: whether it is to be read back, where a shared table would lose its tie.
    /// - Throws: `LuaError` naming the key path of a function, a cycle or a shared table.
    func snapshot(isKept: Bool) throws -> LuaValue {
        try snapshotFunction.call([.boolean(isKept)], budget: .loading).first ?? .nil
    }

    func restore(_ memory: LuaValue) throws {
        try restoreFunction.call([memory], budget: .loading)
    }
}
