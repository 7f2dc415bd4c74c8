import Telemetry

extension Trainer {
    /// Writes down the calls of scripts that were cut off, and marks the run where the clock did
    /// it.
    ///
    /// Whatever is saved or written afterwards carries the mark.
    ///
    /// - Parameters:
    ///   - step: the step that they belong to.
    ///   - marks: false once everything is saved: nothing follows from them any more.
    func noteCutOffs(step: Int, marks: Bool = true) throws {
        guard let desk else { return }
        for cutOff in desk.takeCutOffs() {
            if marks, !cutOff.isReplayable, state.course.replayBreak == nil {
                let mark = ReplayBreak(step: step, script: cutOff.script, door: cutOff.door)
                state.course.replayBreak = mark
                isSaved = false
                observer.remark("The run is \(mark.sentence).")
            }
            try recorder.event(
                "cut_off", step: step,
                [
                    "script": .string(cutOff.script), "door": .string(cutOff.door),
                    "message": .string(cutOff.message), "replayable": .bool(cutOff.isReplayable),
                ])
        }
    }

    /// The same between two calls of hooks: within a step it is that step's, else the last one's.
    func noteCutOffs() throws {
        let isWithinAStep = state.course.begun != nil || state.step == 0
        try noteCutOffs(step: state.step + (isWithinAStep ? 1 : 0))
    }
}
