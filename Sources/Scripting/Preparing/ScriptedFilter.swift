import Corpora
import LuaRuntime
import Preparation

/// A function of a preparation's script as a step: asked of each document on all cores, in states of
/// their own, with a budget for each call.
///
/// A function that raises, answers what cannot be used or spends its budget ends the preparation,
/// with the document's place: nothing is dropped by mistake.
final class ScriptedFilter: PreparationStep {
    let name: String
    let settings: [Setting]
    private let step: Int
    private let functions: ScriptedFunctions
    private let place: FunctionPlace

    init(name: String, step: Int, place: FunctionPlace, hash: String, functions: ScriptedFunctions) {
        self.name = name
        self.step = step
        self.place = place
        self.functions = functions
        settings = [Setting("script", .text(hash))]
    }

    func verdicts(on documents: [Document], threads: Int) throws -> [Verdict] {
        let items = documents.map { document in
            LuaValue.table(
                LuaTable([
                    "text": .string(LuaString(bytes: document.utf8)),
                    "source": .string(LuaString(document.origin.source)),
                    "file": .string(LuaString(document.origin.file ?? "memory")),
                    "line": .integer(Int64(document.origin.line)),
                ]))
        }
        let answers = functions.ask(step, items, threads: threads)
        return try zip(documents, answers).map { document, answer -> Verdict in
            switch answer {
            case .failure(let error):
                var failure = ScriptingError(error, path: place.path)
                failure.line = failure.line ?? place.line
                failure.keyPath = "step \(step), asked of \(document.origin.place)"
                throw failure
            case .success(let value): return try verdict(value, on: document)
            }
        }
    }

    private func verdict(_ value: LuaValue, on document: Document) throws -> Verdict {
        func refuse(_ sentence: String) -> ScriptingError {
            ScriptingError(
                .badAnswer, sentence, path: place.path, line: place.line,
                keyPath: "step \(step), asked of \(document.origin.place)")
        }
        switch value {
        case .nil, .boolean(true): return .keep
        case .string(let text):
            guard text.text != nil else { throw refuse("the text it gave is not valid UTF-8") }
            guard text.count > 0 else {
                throw refuse("it gave an empty text; drop the document with false and a reason")
            }
            let bytes = text.bytes
            return bytes == document.utf8 ? .keep : .rewrite(bytes, counts: [:])
        case .table(let table):
            // What the wrapper makes of false and what follows it.
            guard case .string(let reason)? = table.array.first else {
                guard table.isEmpty else { break }
                return .drop(Verdict.Reason("no reason given"))
            }
            return .drop(Verdict.Reason(reason.beginning(200)))
        default: break
        }
        throw refuse(
            "expected true, false with a reason, or a text, got \(LuaNode(value).summary)")
    }
}

/// The functions of a script on threads of their own.
final class ScriptedFunctions {
    private let make: LuaWorkerPool.Maker
    private let budget: LuaRuntime.Budget
    private var pool: (threads: Int, pool: LuaWorkerPool)?

    /// - Parameter budget: for each call.
    init(
        places: RecipePlaces, files: [ModuleLoader.File], loading: LuaRuntime.Budget,
        budget: LuaRuntime.Budget
    ) {
        self.budget = budget
        make = { _, _ in
            try ScriptedFunctions.state(
                PreparationScript(places: places, budget: loading, kept: files) { _ in })
        }
    }

    func ask(
        _ step: Int, _ items: [LuaValue], threads: Int
    ) -> [Result<LuaValue, LuaError>] {
        if pool?.threads != threads {
            pool = (threads, LuaWorkerPool(workerCount: threads, makeState: make))
        }
        return pool?.pool.map("preparation", "step \(step)", items: items, budget: budget) ?? []
    }

    /// Functions that answer with one value: a table stands for false and its reason.
    private static func state(_ script: PreparationScript) throws -> LuaWorkerState {
        let context = script.context
        script.state.register(module: "nightjar.worker", name: "begin") { call in
            context.randomness.begin(.init(try call.string(1)))
            context.phase = .answer
            return []
        }
        let wrap = try script.state.load(
            """
            local judge = ...
            local begin = require("nightjar.worker").begin
            return function(document)
              begin(document.file .. ":" .. document.line)
              local verdict, reason = judge(document)
              if verdict == false then
                if reason == nil then return {} end
                if type(reason) ~= "string" then
                  error("the reason for dropping a document is a string, not " .. type(reason), 0)
                end
                return { reason }
              end
              if type(verdict) == "table" then
                error("expected true, false with a reason, or a text, got a table", 0)
              end
              return verdict
            end
            """, name: "nightjar")
        var functions: [String: LuaFunction] = [:]
        for item in script.functions {
            guard case .function(let function)? = try wrap.callNodes([.function(item.function)]).first
            else { preconditionFailure("the wrapper gives a function") }
            functions["step \(item.step)"] = function
        }
        return LuaWorkerState(state: script.state, functions: functions)
    }
}
