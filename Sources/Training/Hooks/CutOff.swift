/// A call of a script that was ended because its budget was spent.
public struct CutOff: Sendable, Hashable {
    /// Who was called, such as a plugin's name.
    public let script: String
    /// Which of its functions: `hooks.on_step_end`.
    public let door: String
    /// What it ran past.
    public let message: String
    /// Whether the same run is cut off at the same place again: true of counted instructions, false
    /// of the clock.
    public let isReplayable: Bool

    /// A call as it ended.
    public init(script: String, door: String, message: String, isReplayable: Bool) {
        self.script = script
        self.door = door
        self.message = message
        self.isReplayable = isReplayable
    }
}

/// The mark of a run that cannot be repeated exactly: from where, and why.
///
/// It is part of every later checkpoint, so that a run that goes on from one carries it too.
public struct ReplayBreak: Sendable, Hashable, Codable {
    /// The first step that another run of the same recipe may make differently.
    public let step: Int
    /// Whose call the clock cut off there.
    public let script: String
    /// Which of its functions.
    public let door: String

    /// The mark in a sentence.
    public var sentence: String {
        "not replayable from step \(step): \(script) was cut off by time in \(door)"
    }
}
