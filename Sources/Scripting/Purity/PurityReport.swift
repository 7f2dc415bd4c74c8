import LuaRuntime

/// What asking scripts twice has shown: whether anything they do rests on memory that a checkpoint
/// does not hold.
public struct PurityReport: Sendable, Hashable {
    /// One script that was asked.
    public struct Script: Sendable, Hashable {
        /// The plugin's name, or "recipe".
        public let name: String
        /// The functions that were called.
        public let doors: [String]
        /// How many calls were made and repeated.
        public let callCount: Int
        /// By function, the first error that it raised on the facts it was given, if any: a call
        /// that fails shows little.
        public let failures: [String: String]
    }

    /// A function that did something else when asked again.
    public struct Finding: Sendable, Hashable, CustomStringConvertible {
        /// What of a call differed.
        public enum Part: String, Sendable, Hashable {
            case error, answer
            case state = "ctx.state"
            case metrics, log
        }

        /// The plugin's name, or "recipe".
        public let script: String
        /// Which of its functions: `hooks.on_step_end`.
        public let door: String
        /// The call's number among those of this function, from 1 on.
        public let call: Int
        /// What of the call differed.
        public let part: Part
        /// Where in it: `n`, or empty for the whole.
        public let path: String
        /// The value in the state that had gone on, as Lua writes it.
        public let first: String
        /// The value in the state that began from the saved memory.
        public let again: String

        /// One line.
        public var description: String {
            let place = path.isEmpty ? part.rawValue : "\(part.rawValue) \(path)"
            return
                "\(script) \(door): call \(call): \(place) was \(first), and \(again) when asked "
                + "again from the saved memory"
        }
    }

    /// In the order in which a run calls them.
    public var scripts: [Script] = []
    /// At most one a function, in order.
    public var findings: [Finding] = []

    /// Whether nothing was found.
    public var isPure: Bool { findings.isEmpty }
}
