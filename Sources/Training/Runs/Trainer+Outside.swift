import Checkpoints
import Telemetry

extension Trainer {
    /// Lets everything from outside the run take effect, between two steps: what a resumed run has
    /// to repeat, what hooks bring, and what people ask.
    ///
    /// In a step that was begun before a stop, the step goes on first.
    func attendToOutside() throws {
        guard state.course.begun == nil else { return }
        var due = replay.take(at: state.step)[...]
        while let event = due.first {
            let group = due.prefix(groupLength(event, in: due))
            due = due.dropFirst(group.count)
            try repeatEvents(Array(group))
        }
        try attendToHooks()
        for received in inbox.take() { try attend(to: received) }
    }

    /// Takes in what hooks bring from outside, such as a script that was edited.
    private func attendToHooks() throws {
        guard let desk else { return }
        let step = state.step
        var events: [ScriptEvent] = []
        do {
            events = try desk.call { try $0.takeEvents(step: step) }
        } catch {
            desk.countError()
            try recorder.event(
                "script_error", step: step,
                ["hook": "events", "message": .string("\(error)")])
            observer.remark("What scripts have from outside is not known: \(error)")
        }
        for event in events {
            do {
                _ = try carryOut(event)
            } catch  where !isOfTheMachine(error) {
                observer.remark("\(event.name) at step \(step) has no effect: \(error)")
            }
        }
    }

    private func attend(to received: ControlInbox.Received) throws {
        guard let request = received.request else {
            observer.remark(received.problem)
            try recorder.event(
                "refused", step: state.step, ["message": .string(received.problem)])
            return answer(received, isDone: false, received.problem)
        }
        let action: () throws -> String
        do {
            action = try prepare(request)
        } catch {
            try recorder.event(
                "refused", step: state.step, ["message": .string("\(error)")])
            return answer(received, isDone: false, "\(error)")
        }
        do {
            let sentence = try action()
            observer.remark("Asked from outside: \(sentence)")
            answer(received, isDone: true, sentence)
        } catch {
            answer(received, isDone: false, "\(error)")
            // What only the asker can put right is no reason to end a run.
            if isOfTheMachine(error) || !hasWholeWeights { throw error }
        }
    }

    private func answer(_ received: ControlInbox.Received, isDone: Bool, _ message: String) {
        inbox.answer(
            received.ticket, ControlReply(isDone: isDone, message: message, step: state.step))
    }

    /// Checks a request without following it; throws to refuse it.
    private func prepare(_ request: ControlRequest) throws -> () throws -> String {
        switch request {
        case .set, .turn: return try prepare(request.dialSettings)
        case .rollback(let step):
            guard let target = try rollbackTarget(step) else {
                throw TrainingError(.badRequest, "There is no checkpoint yet to go back to.")
            }
            try checkRollbacksLeft()
            return { [self] in
                let cause = RollbackCause(step: state.step, origin: "request", isExternal: true)
                let report = try goBack(to: target, cause)
                return "Weights and optimizer are those of step \(report.target) again; this was "
                    + "rollback \(report.count) of \(configuration.recovery.maximumRollbacks)."
            }
        case .save:
            return { [self] in
                try journal("save", [:])
                return "The run is saved as \(try saveAsked())."
            }
        case .stop:
            return { [self] in
                let reason = "A request asked it to end."
                try recorder.event(
                    "stop", step: state.step, ["reason": .string(reason), "origin": "request"])
                stopReason = reason
                return "The run ends after step \(state.step) and is saved."
            }
        case .script(let payload):
            guard let desk else {
                throw TrainingError(.badRequest, "This run has no scripts.")
            }
            let step = state.step
            let event = try desk.call { try $0.admit(payload, step: step) }
            return { [self] in try carryOut(event) }
        }
    }

    /// Checks dials that one request turns: all of them can be, or it is refused.
    private func prepare(_ settings: [DialSetting]) throws -> () throws -> String {
        guard !settings.isEmpty else {
            throw TrainingError(.badRequest, "The request names no dial.")
        }
        let changes = try plan(
            settings.map { DialChange(path: $0.path, value: $0.value, origin: "nightjar set") })
        return { [self] in
            let before = dials.values
            for (index, change) in changes.enumerated() {
                var line = fields(of: change)
                // A run that resumes has to repeat them together too.
                if changes.count > 1 {
                    line["together"] = .int(changes.count)
                    line["part"] = .int(index + 1)
                }
                try journal("dial", line)
            }
            try effect(changes)
            return settings.map { (setting) -> String in
                guard let change = changes.first(where: { $0.path == setting.path }) else {
                    return "\(setting.path) is \(setting.value) already."
                }
                return "\(change.path) is \(change.value) from step \(state.step + 1) on; it was "
                    + "\(before[change.path] ?? DialValue.nothing)."
            }.joined(separator: " ")
        }
    }

    /// Journals an event of the hooks, then lets it take effect.
    private func carryOut(_ event: ScriptEvent) throws -> String {
        guard event.hasEffect else {
            try recorder.event(event.name, step: state.step, event.fields)
            return "It is written down."
        }
        try journal(event.name, event.fields)
        do {
            return try desk?.call { try $0.apply(event, isReplay: false) } ?? ""
        } catch {
            desk?.countError()
            try recorder.event(
                "script_error", step: state.step,
                ["hook": .string(event.name), "message": .string("\(error)")])
            throw error
        }
    }

    /// Writes down what comes from outside; from then on it is part of the run.
    func journal(_ name: String, _ fields: [String: MetricValue]) throws {
        let serial = try recorder.externalEvent(name, step: state.step, fields)
        replay.overtake(RunEvent(name: name, step: state.step, fields: fields))
        state.course.appliedEvents.append(serial)
        isSaved = false
    }

    /// How many events, from the first on, one request made.
    private func groupLength(_ first: RunEvent, in due: ArraySlice<RunEvent>) -> Int {
        guard let count = first.integer("together"), count > 1, first.name == "dial" else {
            return 1
        }
        var length = 1
        for event in due.dropFirst().prefix(count - 1) {
            guard event.name == "dial", event.step == first.step,
                event.integer("together") == count, event.integer("part") == length + 1
            else { break }
            length += 1
        }
        return length
    }

    /// Does again what the journal tells of one request.
    ///
    /// What cannot be done again is told; the run goes on.
    private func repeatEvents(_ events: [RunEvent]) throws {
        guard let event = events.first else { return }
        do {
            switch event.name {
            case "dial": try repeatDials(events)
            case "save": _ = try saveAsked()
            case "rollback":
                guard let target = try rollbackTarget(event.integer("to")) else {
                    throw TrainingError(.badState, "Its checkpoint is gone.")
                }
                try goBack(
                    to: target,
                    RollbackCause(
                        step: state.step, origin: event.text("origin") ?? "request",
                        reason: event.text("reason") ?? "", isRepeated: true))
            case let name where RunEvent.ownNames.contains(name):
                throw TrainingError(.badState, "Nothing like that comes from outside.")
            default:
                let script = ScriptEvent(name: event.name, fields: event.fields)
                _ = try desk?.call { try $0.apply(script, isReplay: true) }
            }
        } catch  where hasWholeWeights {
            let sentence =
                "What was asked at step \(event.step) (\(event.name)) cannot be repeated: "
                + "\(error)"
            observer.remark(sentence)
            try recorder.event("refused", step: state.step, ["message": .string(sentence)])
        }
        state.course.appliedEvents += events.compactMap(\.external)
    }

    private func repeatDials(_ events: [RunEvent]) throws {
        if let count = events.first?.integer("together"), count > 1, events.count < count {
            throw TrainingError(
                .badState,
                "The journal tells \(events.count) of \(count) dials that were turned together; "
                    + "none of them is turned.")
        }
        let wishes = try events.map { event in
            guard let path = event.text("path"),
                let value = DialValue(metric: event.fields["value"])
            else { throw TrainingError(.badState, "The journal's line is incomplete.") }
            return DialChange(
                path: path, value: value, origin: event.text("origin") ?? "nightjar set")
        }
        try effect(try plan(wishes))
    }
}
