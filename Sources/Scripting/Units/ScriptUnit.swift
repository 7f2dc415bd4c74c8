import LuaRuntime
import Naming
import Telemetry

/// One script in force: its Lua state, its doors, its memory.
///
/// A plugin is a unit, and so are the functions of a recipe. A changed file is a new unit.
final class ScriptUnit {
    let name: String
    /// Every file it loaded, in order, with the bytes that ran.
    let files: [LoadedScript]
    let doors: ScriptDoors
    let settings: LuaTable<LuaValue>
    let context: ScriptContext
    /// The run's schedule, where it is a function of this script.
    var schedule: (() -> ScheduleFunction)?
    private let state: LuaState
    private let dispatch: ScriptDispatch
    private let budget: LuaRuntime.Budget
    /// Called last: what the memory holds is its doing.
    private var lastHandler: LuaFunction?

    init(
        name: String, state: LuaState, context: ScriptContext, doors: ScriptDoors,
        settings: LuaTable<LuaValue>, files: [LoadedScript], budget: LuaRuntime.Budget
    ) throws {
        self.name = name
        self.state = state
        self.context = context
        self.doors = doors
        self.settings = settings
        self.files = files
        self.budget = budget
        dispatch = try ScriptDispatch(state, settings: settings)
    }

    /// The version: a hash of every file it loaded and of its settings.
    var hash: String {
        let hasher = ContentHasher()
        // Not by their paths: a project that was moved has the same scripts.
        for file in files { hasher.update("\(file.module ?? "")\u{0}\(file.hash)\u{0}") }
        hasher.update(StateEncoding.encode(.table(settings)))
        return hasher.finish().hex
    }

    /// What its state holds; not during a call.
    var memoryBytes: Int { state.keptBytes }

    /// Calls a door with facts, `ctx.state` and `ctx.settings`.
    ///
    /// - Returns: its first result; nil where the script does not have the door.
    /// - Throws: `ScriptingError` naming the door.
    func call(_ question: ScriptQuestion) throws -> LuaNode? {
        try doors.function(question.door).map { try call($0, question) }
    }

    /// Calls the function that was found behind a question's door.
    func call(_ handler: LuaFunction, _ question: ScriptQuestion) throws -> LuaNode {
        lastHandler = handler
        // Only what waits for others asks how much time is left.
        let mayWait = context.grants.reachNetwork
        if mayWait { context.deadline = MonotonicClock().seconds + budget.seconds }
        defer { if mayWait { context.deadline = nil } }
        do {
            return try context.during(question.phase, occasion: question.occasion) {
                try dispatch.call(
                    handler, question.facts, isSchedule: question.isSchedule, budget: budget)
            }
        } catch let error as LuaError {
            var failure = failure(error, of: handler)
            // The function of the library that was misused comes after the handler that used it.
            failure.keyPath = (["\(name) \(question.door)"] + (failure.keyPath.map { [$0] } ?? []))
                .joined(separator: ": ")
            throw failure
        }
    }

    /// Calls a function of the script that is no door of a run.
    ///
    /// - Parameter name: what it is called in messages.
    /// - Throws: `ScriptingError`.
    func give(
        _ function: LuaFunction, _ arguments: [LuaValue], as name: String,
        budget: LuaRuntime.Budget
    ) throws -> LuaNode {
        do {
            return try context.during(.answer, occasion: .init(name)) {
                try function.callNodes(arguments.map(LuaNode.init), budget: budget).first ?? .nil
            }
        } catch let error as LuaError {
            var failure = failure(error, of: function)
            failure.keyPath = "\(self.name) \(name)"
            throw failure
        }
    }

    /// What `ctx.state` holds, and what `save` gives.
    ///
    /// - Parameter isKept: whether it goes to a checkpoint; then shared tables are refused too.
    /// - Throws: `ScriptingError` where it is not plain data.
    func memory(isKept: Bool = false) throws -> LuaValue {
        var asked = lastHandler
        do {
            let state = try dispatch.snapshot(isKept: isKept, budget: budget.ofTheHouse)
            var memory = LuaTable<LuaValue>(["state": state])
            if let save = doors.function("save") {
                asked = save
                let saved = try context.during(.answer, occasion: .init("save")) {
                    try save.call(budget: budget)
                }
                memory.fields.append(.init(key: "saved", value: saved.first ?? .nil))
            }
            return .table(memory)
        } catch let error as LuaError {
            var failure = failure(error, of: asked)
            failure.keyPath = "\(name) " + (asked === lastHandler ? "ctx.state" : "save")
            throw failure
        }
    }

    /// What a failure means to the user: one in the house's own Lua, or in what a function gave
    /// back, is told at the place where that function begins.
    private func failure(_ error: LuaError, of function: LuaFunction?) -> ScriptingError {
        var failure = ScriptingError(error, path: files.first?.path)
        failure.traceback.removeAll { $0.hasPrefix("\(ScriptDispatch.chunk):") }
        guard error.chunk == nil || error.chunk == ScriptDispatch.chunk else { return failure }
        let place = function?.place
        failure.path = place?.chunk ?? files.first?.path
        failure.line = place.flatMap { $0.line > 0 ? $0.line : nil }
        return failure
    }

    /// Takes what `memory` once gave.
    func restore(_ memory: LuaValue) throws {
        do {
            let table = memory.asTable
            try dispatch.restore(
                table?["state"] ?? .table(LuaTable()), budget: budget.ofTheHouse)
            if let saved = table?["saved"], let load = doors.function("load") {
                _ = try context.during(.answer, occasion: .init("load")) {
                    try load.call([saved], budget: budget)
                }
            }
        } catch let error as LuaError {
            let load = doors.function("load")
            var failure = failure(error, of: load)
            failure.keyPath = "\(name) " + (load == nil ? "ctx.state" : "load")
            throw failure
        }
    }

    /// The unit as one of a pool: its doors take an occasion and a whole `ctx`.
    func workerState() throws -> LuaWorkerState {
        let context = context
        state.register(module: "nightjar.worker", name: "begin") { call in
            context.randomness.begin(.init(try call.string(1)))
            context.phase = try call.string(2).hasPrefix("hooks.") ? .hook : .answer
            return []
        }
        let wrap = try state.load(
            """
            local handler, door = ...
            local begin = require("nightjar.worker").begin
            local is_schedule = door:find "^schedules%."
            return function(item)
              begin(item[1], door)
              if is_schedule then return handler(item[2].progress, item[2]) end
              return handler(item[2])
            end
            """, name: "nightjar")
        var functions: [String: LuaFunction] = [:]
        for door in doors.functions {
            guard
                case .function(let function)? = try wrap.callNodes([
                    .function(door.function), .string(LuaString(door.path)),
                ]).first
            else { preconditionFailure("the wrapper gives a function") }
            functions[door.path] = function
        }
        return LuaWorkerState(state: state, functions: functions)
    }
}
