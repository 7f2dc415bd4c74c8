import LuaRuntime

/// What the house asks of its scripts at one moment: a door, and all that an answer may follow from
/// beside a script's own memory.
///
/// One object for every script that hears of the moment, and for the replay of the last calls: a
/// call copies none of it.
final class ScriptQuestion {
    /// `hooks.on_step_end`.
    let door: String
    /// What `ctx` holds, written by `ScriptDispatch.payload`.
    let facts: LuaPayload
    let phase: ScriptPhase
    /// What decides where the call's random streams begin.
    let occasion: CallOccasion
    /// What `nj.run` gives; nil outside a run.
    let run: LuaValue?
    /// Whether the door takes progress in place of all facts, and no memory.
    let isSchedule: Bool

    init(
        _ door: String, _ facts: LuaPayload, phase: ScriptPhase, occasion: String,
        run: LuaValue? = nil
    ) {
        self.door = door
        self.facts = facts
        self.phase = phase
        self.occasion = CallOccasion(door, occasion)
        self.run = run
        isSchedule = PluginSchedule.isDoor(door)
    }
}
