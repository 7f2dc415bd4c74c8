import Telemetry

extension Trainer {
    /// Asks the probes at the beginning, at the end, and as often as the recipe says, and follows
    /// what scripts make of them.
    ///
    /// A run that was stopped on the way does it when it goes on.
    ///
    /// - Returns: false where it was cut short.
    func probeIfDue() throws -> Bool {
        let isDue =
            state.step == 0 || state.step == dials.totalSteps || isDue(dials.probeSteps)
        guard isDue, !areProbesMeasured else { return true }
        guard let reading = try probe() else { return false }
        try follow(judge(reading))
        return true
    }

    /// Asks the probes now; nobody is asked what follows.
    ///
    /// - Returns: nil where there are none, and where the run was asked to stop on the way.
    public func probe() throws -> ProbeReading? {
        try requireBetweenSteps()
        guard !parts.probes.isEmpty else { return nil }
        var results: [ProbeResult] = []
        for probe in parts.probes {
            guard let result = try probe.measure(parts.model, for: RunProbeHost(self)) else {
                return nil
            }
            results.append(result.kept)
        }
        let reading = ProbeReading(step: state.step, results: results)
        try recorder.record(reading)
        if state.step == 0 {
            state.course.firstProbes = reading
            results.compactMap(\.remark).forEach(observer.remark)
        }
        state.course.lastProbes = reading
        isSaved = false
        observer.probesEnd(reading)
        return reading
    }

    /// Whether the probes are those of the step that the run is at, or there are none.
    var areProbesMeasured: Bool {
        parts.probes.isEmpty || state.course.lastProbes?.step == state.step
    }

    private func judge(_ reading: ProbeReading) throws -> ProbeVerdict {
        guard let desk else { return ProbeVerdict() }
        let facts = ProbeFacts(
            progress: progressFacts, rollbackTarget: state.course.rollbackTarget,
            maximumRollbacks: configuration.recovery.maximumRollbacks)
        do {
            return try desk.call { hooks in try hooks.judge(facts) { _ = try plan($0) } }
        } catch  where !isOfTheMachine(error) {
            desk.countError()
            try recorder.event(
                "script_error", step: state.step,
                ["hook": "on_probe", "message": .string("\(error)")])
            guard configuration.responses.script == .skip else { throw error }
            observer.remark("What the probes came to changes nothing, for a script failed: \(error)")
            return ProbeVerdict()
        }
    }

    private func follow(_ verdict: ProbeVerdict) throws {
        try turn(verdict.changes)
        switch verdict.action {
        case .keep: break
        case .stop(let reason):
            try recorder.event(
                "stop", step: state.step, ["reason": .string(reason), "origin": "hooks"])
            stopReason = reason
        case .rollback(let reason):
            guard let target = try rollbackTarget(nil) else {
                return observer.remark(
                    "A rollback was wanted after step \(state.step) (\(reason)) and there is no "
                        + "checkpoint yet to go back to; the run goes on.")
            }
            try goBack(
                to: target, RollbackCause(step: state.step, origin: "hooks", reason: reason))
            // The checkpoint of this step is not one of the best by a loss of weights that are gone.
            state.lastHeldOut = nil
        }
    }
}

/// A run that asks its probes.
private struct RunProbeHost: ProbeHost {
    private let trainer: Trainer

    init(_ trainer: Trainer) { self.trainer = trainer }

    var isStopped: Bool { trainer.isStopped }

    func scores(of answers: [ProbeAnswer], by door: String) throws -> [Double] {
        guard let desk = trainer.desk else { throw TrainingError.unscored(door) }
        return try desk.call { try $0.scores(of: answers, by: door) }
    }
}
