import LuaRuntime
import Training

/// Whether what a script answers is of use to the run.
extension ScriptUnit {
    /// Whether it answers anything that could be measured against another version's answer.
    var givesAnswers: Bool { doors.answersCalls || schedule != nil }

    /// An answer of the door's shape, in order.
    ///
    /// - Throws: `ScriptingError` at the line where the door's function begins.
    func checked(_ answer: LuaNode, of door: String) throws -> LuaNode {
        guard let shape = try DoorShape.of(door).answer else { return answer }
        do {
            return try ShapeCheck(stage: .declared).checked(answer, as: shape, at: LuaPath())
        } catch let fault as ShapeFault {
            throw badAnswer("it answered what cannot be used: \(fault)", of: door)
        }
    }

    /// Holds an answer against all that can be known before a run takes it.
    ///
    /// - Parameter facts: what the door was asked with.
    func check(_ answer: LuaNode, of door: String, facts: LuaPayload) throws {
        guard !answer.isNil else {
            guard DoorShape.wantsAnswer(door) else { return }
            throw badAnswer("it gave no number, and one is needed", of: door)
        }
        let answer = try checked(answer, of: door)
        if door == "hooks.on_batch" {
            let documents = facts.value.asTable?["documents"]?.asTable?.array ?? []
            _ = try weights(answer, count: documents.count)
        } else if let table = ProbeHookPoint.dials(in: answer, of: door) {
            for (path, value) in try dials(table, of: door) {
                guard let dial = Dial.of(path) else {
                    throw badAnswer("\"\(path)\" is no dial", of: door)
                }
                guard dial.takes(value) else {
                    throw badAnswer("\(path) is \(dial.expectation), not \(value)", of: door)
                }
            }
        }
    }

    /// Asks the doors that another version lacks, with facts that are made up, and holds the answers
    /// against what a run can take: no call of the run tells anything about these yet.
    ///
    /// What fails on the way counts for nothing, for the run may never ask such a thing.
    ///
    /// - Parameter memory: what the script remembers now.
    func tryDoors(missingIn other: ScriptUnit, memory: LuaValue) throws {
        let rounds = 3
        for (door, function) in doors.functions
        where other.doors.function(door) == nil && ScriptDoors.answersCalls(door) {
            let phase = try DoorShape.of(door).phase
            context.run = RunFacts.none
            try restore(memory)
            for round in 1...rounds {
                guard let facts = try SyntheticFacts.of(door, round: round, of: rounds),
                    let payload = try? ScriptDispatch.payload(facts),
                    let answer = try? call(
                        function, ScriptQuestion(door, payload, phase: phase, occasion: "\(round)"))
                else { continue }
                try check(answer, of: door, facts: payload)
                _ = try self.memory(isKept: true)
            }
        }
    }

    /// The weights that a filter of batches answered, one a document.
    func weights(_ answer: LuaNode, count: Int) throws -> [Double] {
        guard case .table(let table) = answer, table.array.count == count else {
            var got = answer.summary
            if case .table(let table) = answer { got = "a list of \(table.array.count)" }
            throw badAnswer(
                "expected a list of \(count) weights, one a document, got \(got)",
                of: "hooks.on_batch")
        }
        return table.array.map { ShapeCheck.number($0) ?? 0 }
    }

    /// The dials that a curriculum turns, with their values.
    func dials(
        _ answer: LuaTable<LuaNode>, of door: String
    ) throws -> [(path: String, value: DialValue)] {
        try answer.fields.map { field in
            guard case .string(let path) = field.key, let value = DialValue(field.value) else {
                throw badAnswer("expected dials by path with their values, got a table", of: door)
            }
            return (path.description, value)
        }
    }

    /// Where the function behind a door begins.
    func place(of door: String) -> FunctionPlace? {
        doors.function(door)?.place.map { FunctionPlace(path: $0.chunk, line: $0.line) }
    }

    func badAnswer(_ sentence: String, of door: String) -> ScriptingError {
        let place = place(of: door)
        return ScriptingError(
            .badAnswer, sentence, path: place?.path ?? files.first?.path, line: place?.line,
            keyPath: "\(name) \(door)")
    }
}
