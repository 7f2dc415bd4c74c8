import Checkpoints
import Telemetry

extension Trainer {
    /// Lets everything from outside the run take effect, between two steps: what a resumed run has
    /// to repeat, what hooks bring, and what people ask.
    ///
    /// In a step that was begun before a stop, the step goes on first.
    func attendToOutside() throws {
        guard state.course.begun == nil else { return }
        for event in replay.take(at: state.step) { try repeatEvent(event) }
        if let desk {
            let step = state.step
            for event in try desk.call({ try $0.takeEvents(step: step) }) {
                _ = try carryOut(event)
            }
        }
        for received in inbox.take() { try attend(to: received) }
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
            throw error
        }
    }

    private func answer(_ received: ControlInbox.Received, isDone: Bool, _ message: String) {
        inbox.answer(
            received.ticket, ControlReply(isDone: isDone, message: message, step: state.step))
    }

    /// Checks a request without following it; throws to refuse it.
    private func prepare(_ request: ControlRequest) throws -> () throws -> String {
        switch request {
        case .set(let path, let value):
            let wish = DialChange(path: path, value: value, origin: "nightjar set")
            guard let change = try plan([wish]).first else {
                return { "\(path) is \(value) already." }
            }
            return { [self] in
                let before = dials.values[path] ?? .nothing
                try journal("dial", fields(of: change))
                try effect([change])
                return "\(path) is \(change.value) from step \(state.step + 1) on; it was "
                    + "\(before)."
            }
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

    /// Journals an event of the hooks, then lets it take effect.
    private func carryOut(_ event: ScriptEvent) throws -> String {
        guard event.hasEffect else {
            try recorder.event(event.name, step: state.step, event.fields)
            return "It is written down."
        }
        try journal(event.name, event.fields)
        return try desk?.call { try $0.apply(event, isReplay: false) } ?? ""
    }

    /// Writes down what comes from outside; from then on it is part of the run.
    func journal(_ name: String, _ fields: [String: MetricValue]) throws {
        let serial = try recorder.externalEvent(name, step: state.step, fields)
        state.course.appliedEvents.append(serial)
        isSaved = false
    }

    /// Does again what the journal tells. What cannot be done again is told; the run goes on.
    private func repeatEvent(_ event: RunEvent) throws {
        do {
            switch event.name {
            case "dial": try repeatDial(event)
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
        if let serial = event.external { state.course.appliedEvents.append(serial) }
    }

    private func repeatDial(_ event: RunEvent) throws {
        guard let path = event.text("path"), let value = DialValue(metric: event.fields["value"])
        else { throw TrainingError(.badState, "The journal's line is incomplete.") }
        let wish = DialChange(
            path: path, value: value, origin: event.text("origin") ?? "nightjar set")
        try effect(try plan([wish]))
    }
}
