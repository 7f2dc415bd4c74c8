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

    /// What the house's own Lua is called; no script is, for theirs are paths.
    static let chunk = "nightjar"

    private static let source = """
        local memory, settings = {}, ...
        -- Each call has settings of its own: what one wrote there would be memory that nobody saves.
        local function copy(value)
          local root = {}
          for key, inner in next, value do
            root[key] = type(inner) == "table" and copy(inner) or inner
          end
          return root
        end
        local function call(handler, ctx)
          ctx.state, ctx.settings = memory, copy(settings)
          local answer = handler(ctx)
          if type(ctx.state) ~= "table" then
            error("ctx.state must stay a table; it was set to " .. tostring(ctx.state), 0)
          end
          memory = ctx.state
          return answer
        end
        local function ask(schedule, ctx)
          return schedule(ctx.progress, { settings = copy(settings) })
        end
        -- Two names for one table would be two tables after a resume, and a metatable would be lost.
        -- Paths are put together for a message alone: a large memory has many.
        local function refuse_shared(root)
          local keys, seen = {}, {}
          local function spell(depth)
            local parts = { "ctx.state" }
            for i = 1, depth do parts[i + 1] = tostring(keys[i]) end
            return table.concat(parts, ".")
          end
          -- The way to a table that was met; what comes before it is a tree.
          local function find(wanted, value, depth)
            if value == wanted then return spell(depth) end
            for key, inner in pairs(value) do
              if type(inner) == "table" then
                keys[depth + 1] = key
                local found = find(wanted, inner, depth + 1)
                if found then return found end
              end
            end
          end
          local function refuse_again(inner, depth)
            local path = spell(depth)
            if inner == root then error(path .. " is ctx.state itself", 0) end
            error(("%s and %s are one table; keep a copy in one of them"):format(
              find(inner, root, 0), path), 0)
          end
          local function walk(value, depth)
            if getmetatable(value) ~= nil then
              error(spell(depth) .. " has a metatable; keep plain tables there", 0)
            end
            if depth == 64 then
              error("tables in ctx.state are nested more than 64 deep; keep it flatter", 0)
            end
            seen[value] = true
            for key, inner in pairs(value) do
              if type(inner) == "table" then
                keys[depth + 1] = key
                if seen[inner] then refuse_again(inner, depth + 1) end
                walk(inner, depth + 1)
              end
            end
          end
          walk(root, 0)
        end
        local function snapshot(is_kept)
          if is_kept then refuse_shared(memory) end
          return memory
        end
        local function restore(value) memory = value end
        return call, ask, snapshot, restore
        """

    init(_ state: LuaState, settings: LuaTable<LuaValue>) throws {
        let chunk = try state.load(ScriptDispatch.source, name: ScriptDispatch.chunk)
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
        return try function.call(handing: handler, facts, budget: budget)
    }

    /// The memory as plain data.
    ///
    /// - Parameter isKept: whether it is to be read back, where a shared table would lose its tie.
    /// - Throws: `LuaError` naming the key path of a function, a cycle or a shared table.
    func snapshot(isKept: Bool, budget: LuaRuntime.Budget) throws -> LuaValue {
        try snapshotFunction.call([.boolean(isKept)], budget: budget).first ?? .nil
    }

    func restore(_ memory: LuaValue, budget: LuaRuntime.Budget) throws {
        try restoreFunction.call([memory], budget: budget)
    }
}
