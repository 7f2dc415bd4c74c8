import LuaRuntime
import Telemetry
import Training

/// What scripts remember and which versions of them are in force, as checkpoints keep it.
extension ScriptedHooks {
    public func saveState() throws -> [String: [UInt8]] {
        var states: [String: [UInt8]] = [:]
        for slot in slots {
            let failures = measurements.errors
            let memory = try memory(of: slot)
            let state = SlotState(
                slot, memory: memory, isSaveFailed: measurements.errors > failures)
            states[slot.name] = StateEncoding.encode(state.value)
            // A version that a checkpoint names must be there when that is resumed.
            try reload.keep(slot)
            if let memory, let difference = slot.replayDifference(left: memory) {
                warn(
                    slot,
                    "\(difference); keep what it remembers in ctx.state, or a resumed run differs")
                pending.append(
                    ScriptEvent(
                        name: "impure",
                        fields: [
                            "script": .string(slot.name), "message": .string(difference),
                        ], hasEffect: false))
            }
        }
        return states
    }

    /// What a script remembers; of one that only observes and holds what cannot be kept, what the
    /// last checkpoint kept.
    ///
    /// - Throws: `ScriptingError` for a script whose answers the run follows: they would be others
    ///   after a resume.
    private func memory(of slot: ScriptSlot) throws -> LuaValue? {
        do {
            let memory = try slot.unit.memory(isKept: true)
            slot.keptMemory = memory
            return memory
        } catch {
            if let error = error as? ScriptingError, error.code == .budget {
                cutOffs.append(CutOff(error, of: slot.name, door: "save"))
            }
            guard !slot.unit.givesAnswers else { throw error }
            complain(of: slot, "save", error)
            return slot.keptMemory
        }
    }

    public func saveBeginning() throws -> [String: [UInt8]] {
        var states: [String: [UInt8]] = [:]
        for slot in slots {
            states[slot.name] = StateEncoding.encode(SlotState(slot, memory: nil).value)
            try reload.keep(slot)
        }
        return states
    }

    public func restoreState(_ state: [String: [UInt8]]) throws {
        for slot in slots {
            guard let bytes = state[slot.name] else {
                if !state.isEmpty {
                    warn(slot, "the run had no such script before, and it begins without memory")
                }
                continue
            }
            let saved = try SlotState(
                StateEncoding.decode(bytes, path: "the memory of \(slot.name)"))
            try resume(slot, from: saved)
        }
        let names = Set(slots.map(\.name))
        for name in state.keys.sorted() where !names.contains(name) {
            log(
                ScriptLogLine(
                    level: .warn, owner: name,
                    text: "it is no longer in use, and what it remembered is dropped"))
        }
    }

    /// Goes on with the very bytes that were in force.
    private func resume(_ slot: ScriptSlot, from saved: SlotState) throws {
        // The next step's metrics count it, whoever makes that step.
        if saved.isSaveFailed { measurements.errors += 1 }
        guard let version = saved.versions.last, version.hash != slot.unit.hash else {
            slot.resume(
                slot.unit, versions: saved.versions, history: saved.history,
                fallback: fallback(saved.fallback, of: slot))
            return try give(saved.memory, to: slot.unit, in: slot)
        }
        do {
            let unit = try reload.unit(version, of: slot, log: log)
            try give(saved.memory, to: unit, in: slot)
            if unit.hash != version.hash {
                warn(slot, "the recipe gives it other settings than before; these hold now")
            } else if !reload.look(at: slot) {
                warn(
                    slot,
                    "its files on the disk are not those that were in force; the run goes on "
                        + "with version \(version.short), and with later ones where its journal "
                        + "tells of them. --edited takes those on the disk in their place")
            }
            slot.resume(
                unit, versions: saved.versions, history: saved.history,
                fallback: fallback(saved.fallback, of: slot))
        } catch {
            guard reload.takesEdited else {
                throw ScriptingError(
                    (error as? ScriptingError)?.code ?? .badValue,
                    "version \(version.short) of \(slot.name), which was in force, cannot go on "
                        + "any more; --edited goes on with the files on the disk. \(error)")
            }
            warn(
                slot,
                "version \(version.short), which was in force, cannot go on any more "
                    + "(\(error)), and the files on the disk take its place")
            let now = [ScriptVersion(slot.unit)]
            slot.resume(
                slot.unit, versions: saved.versions + now, history: saved.history + now)
            pending.append(try reload.replacement(of: version, in: slot))
            try give(saved.memory, to: slot.unit, in: slot)
        }
    }

    /// What a version that was just taken is left for, from the bytes that were kept.
    private func fallback(_ saved: SlotState.Fallback?, of slot: ScriptSlot) -> Fallback? {
        guard let saved, let version = saved.history.last,
            let unit = try? reload.unit(version, of: slot, log: log)
        else { return nil }
        return Fallback(
            unit: unit, memory: saved.memory, history: saved.history, untried: saved.untried)
    }

    /// Gives a script back what it remembered; one that only observes goes on without where it
    /// does not take that.
    private func give(_ memory: LuaValue?, to unit: ScriptUnit, in slot: ScriptSlot) throws {
        slot.keptMemory = memory
        guard let memory else { return }
        do { try unit.restore(memory) } catch  where !unit.givesAnswers {
            warn(slot, "it does not take back what it remembered, and begins without: \(error)")
        }
    }
}
