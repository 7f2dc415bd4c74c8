import Corpora
import Checkpoints
import Optimizers
import Telemetry

extension Trainer {
    /// Saves a checkpoint of the steps made, as one that rollbacks may go to.
    ///
    /// - Parameter stage: a name such as `mid` that points at it from now on.
    /// - Returns: the checkpoint's name.
    @discardableResult
    public func save(stage: String? = nil) throws -> String {
        try requireBetweenSteps()
        // Before it is saved, so that the checkpoint itself knows.
        if let stage { state.course.namedStages = (state.course.namedStages ?? []) + [stage] }
        let name = try saveAsked()
        guard let stage else { return name }
        try keeper.wait()
        try folder.store.stages.point(stage, at: name)
        try attendToSaves()
        return name
    }

    /// Does what is due after a step: scores held-out text, then saves.
    ///
    /// Where scoring is cut short by a stop, the run that goes on does both.
    func attendToSchedule() throws {
        guard try evaluateIfDue(), try probeIfDue() else { return }
        let stage = stageIsDue() ? Stage.pre : nil
        guard state.step > 0, stage != nil || isDue(dials.checkpointSteps),
            stage != nil || state.course.announcedCheckpoint != state.step
        else { return }
        if stage != nil { state.course.stableEnd = state.step }
        announce()
        let memory: [String: [UInt8]]
        do {
            memory = try hookState()
        } catch  where configuration.responses.script == .skip && !isOfTheMachine(error) {
            observer.remark(
                "A checkpoint is left out, for the memory of scripts cannot be saved: \(error)")
            return
        }
        try survivingFullDisk { try write(memory, stage: stage) }
    }

    /// Makes a checkpoint that someone wants, of which hooks hear.
    func saveAsked() throws -> String {
        announce()
        try write(hookState())
        return CheckpointName.of(step: state.step)
    }

    private func announce() {
        state.course.announcedCheckpoint = state.step
        state.course.rollbackTarget = state.step
        desk?.observe(
            .checkpoint(name: CheckpointName.of(step: state.step), step: state.step))
    }

    private func write(_ memory: [String: [UInt8]], stage: Stage? = nil) throws {
        try recorder.event("checkpoint", step: state.step)
        if let stage { try journal(stage) }
        try save(hooks: memory, stage: stage)
    }

    func isDue(_ every: Int?) -> Bool { every.map { state.step % $0 == 0 } ?? false }

    /// Reports what the background has done since the last step.
    func attendToSaves() throws {
        for saved in keeper.takeFinished() {
            newestCheckpoint = saved.name
            observer.checkpointIsSaved(saved.name, step: saved.step)
            if let stage = saved.stage {
                observer.stageIsReached(stage, checkpoint: saved.name, step: saved.step)
            }
        }
        try survivingFullDisk { try keeper.throwIfFailed() }
    }

    private func survivingFullDisk(_ save: () throws -> Void) throws {
        do {
            try save()
        } catch  where configuration.responses.diskFull == .continue_ {
            observer.remark("A checkpoint could not be written; training goes on. \(error)")
        }
    }

    /// What hooks remember now.
    private func hookState() throws -> [String: [UInt8]] {
        guard let desk else { return [:] }
        do {
            let memory = try desk.call { try $0.saveState() }
            // After the run's last checkpoint nobody asks for events any more.
            for finding in desk.call({ $0.takeFindings() }) {
                try recorder.event(finding.name, step: state.step, finding.fields)
            }
            return memory
        } catch {
            desk.countError()
            try recorder.event(
                "script_error", step: state.step,
                ["hook": "save", "message": .string("\(error)")])
            throw error
        }
    }

    private func save(hooks hookState: [String: [UInt8]], stage: Stage? = nil) throws {
        try noteCutOffs()
        state.metricsOffset = recorder.offset
        state.course.stride = Stride(
            unit: loader.mix.unit.rawValue, shares: loader.mix.shares,
            inputsAStep: parts.inputsAStep)
        try keeper.save(
            &state, model: parts.model, optimizer: parts.optimizer, hookState: hookState,
            scripts: desk?.filesInForce ?? [:], stage: stage)
        isSaved = true
    }

    /// Saves for the run's end.
    ///
    /// Weights are worth saving even where hooks fail to tell what they remember; the checkpoint
    /// says so then.
    ///
    /// - Returns: why they could not.
    @discardableResult
    private func saveLast() throws -> (any Error)? {
        var memory: [String: [UInt8]] = [:]
        var failure: (any Error)?
        do {
            memory = try hookState()
        } catch {
            failure = error
            if configuration.responses.script == .stop, keeper.lastStep != nil {
                // A newer checkpoint without the memory would stand before one that has it.
                observer.remark(
                    "The memory of scripts cannot be saved, so the run is left at its newest "
                        + "checkpoint; the steps since are made again: \(error)")
                return failure
            }
            state.course.hookFailure = "\(error)"
            observer.remark(
                "The memory of scripts cannot be saved, and the last checkpoint is written "
                    + "without it: \(error)")
        }
        try save(hooks: memory)
        state.course.hookFailure = nil
        return failure
    }

    /// Gives hooks what a checkpoint holds for them, or what they began with where there is none.
    func restoreHooks(from saved: CheckpointFolder?) throws {
        let memory =
            try saved.map(HookState.read) ?? HookState.readBeginning(run: folder.path)
        if let failure = state.course.hookFailure {
            observer.remark(
                "The checkpoint lacks the memory of scripts, which begins anew: \(failure)")
            state.course.hookFailure = nil
        }
        guard let desk else {
            if !memory.isEmpty {
                observer.remark(
                    "The run holds the memory of \(memory.keys.sorted()) and has no scripts now; "
                        + "it is lost with the next checkpoint.")
            }
            return
        }
        try desk.call { try $0.restoreState(memory) }
    }

    /// Keeps what hooks begin with, for a run that is stopped before its first checkpoint.
    func keepBeginning() throws {
        guard !isSaved else { return }
        let beginning = try desk?.call { try $0.saveBeginning() } ?? [:]
        guard !beginning.isEmpty || folder.hadRun else { return }
        try folder.write(
            String(decoding: HookState(beginning).bytes(), as: UTF8.self),
            to: HookState.fileName)
    }

    /// Saves the steps before an error, as an interruption would, and tells hooks of it; the error
    /// is told either way.
    ///
    /// A step that the metrics do not hold is done again instead.
    ///
    /// `run` does this by itself; a program calls it where it gives a run up.
    public func abandon(after error: any Error) {
        pending = nil
        // A step that failed is begun anew by the run that goes on: by then what was asked in it,
        // or who answers, may have been mended.
        state.course.begun = nil
        try? noteCutOffs(step: state.step + 1)
        try? keeper.wait()
        if state.step > 0, keeper.lastStep != state.step, recordedStep == state.step,
            hasWholeWeights
        {
            _ = try? saveLast()
            try? keeper.wait()
        }
        newestCheckpoint = keeper.takeFinished().last?.name ?? newestCheckpoint
        if let newestCheckpoint {
            observer.remark("The run is saved as \(newestCheckpoint), before the error.")
        }
        inbox.close(step: state.step)
        hasFinished = true
        desk?.observe(.error(sentence: "\(error)", step: state.step))
        try? noteCutOffs(step: state.step, marks: false)
        folder.release()
    }

    func finish(_ ending: RunSummary.Ending) throws -> RunSummary {
        // The last state is saved whatever happened to those before; here an error ends the run.
        try? keeper.wait()
        try attendToSaves()
        try noteCutOffs()
        let failure = keeper.lastStep != state.step || !isSaved ? try saveLast() : nil
        try keeper.wait()
        try attendToSaves()
        if let failure, configuration.responses.script == .stop { throw failure }
        if ending == .completed { try nameEnd() }
        try recorder.event(
            "\(ending)", step: state.step, stopReason.map { ["reason": .string($0)] } ?? [:])
        tellSkipped()
        if let errors = desk?.errorsInAll, errors > 0 {
            observer.remark(
                "Scripts failed \(errors) \(errors == 1 ? "time" : "times"); hook_errors in the "
                    + "metrics says in which steps.")
        }
        inbox.close(step: state.step)
        let isScored = state.step > 0 && state.lastHeldOut?.step == state.step
        let summary = RunSummary(
            ending: ending,
            reason: ending == .stopped
                ? stopReason
                    ?? (firstStep > dials.totalSteps
                        ? "It is past the \(dials.totalSteps) steps that the recipe asks for."
                        : "The program ended it.") : nil,
            steps: state.step, totalSteps: dials.totalSteps, tokens: state.tokens,
            drawn: state.loader.sources.map {
                DrawnTokens(source: $0.name, tokens: $0.tokens, epochs: $0.epoch)
            },
            heldOutBefore: heldOutBefore, heldOutAfter: isScored ? heldOutAfter : nil,
            probesBefore: state.course.firstProbes,
            probesAfter: areProbesMeasured ? state.course.lastProbes : nil,
            replayBreak: state.course.replayBreak, folder: folder.path,
            checkpoint: newestCheckpoint, stepsNow: state.step - firstStep,
            seconds: clock.elapsedSeconds)
        defer { folder.release() }
        desk?.observe(.end(summary))
        try noteCutOffs(step: state.step, marks: false)
        return summary
    }

    private func tellSkipped() {
        let steps = state.step - firstStep
        for reason in SkipReason.allCases {
            guard let count = skipped[reason] else { continue }
            observer.remark(
                "\(count) of \(steps) steps were left out, for \(reason.sentence): nothing was "
                    + "learned from them.")
        }
    }
}

extension SkipReason {
    /// The reason in a half-sentence.
    fileprivate var sentence: String {
        switch self {
        case .nonFinite: "their loss or gradient was not finite"
        case .verdict: "a decider said so"
        case .rollback: "a decider went back to a checkpoint"
        case .stop: "a decider ended the run"
        case .scriptError: "a script failed"
        case .noLossTokens:
            "there was no token to learn from (a filter left none, or all answers to each prompt "
                + "were worth the same)"
        }
    }
}
