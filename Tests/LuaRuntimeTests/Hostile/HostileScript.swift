import LuaRuntime

/// A script that means harm, and how it must end.
struct HostileScript: Sendable {
    enum Outcome: Sendable {
        /// Cut off at the deadline.
        case time
        /// Cut off at the memory limit.
        case memory
        /// Cut off at either, whichever the machine comes to first.
        case spent
        /// Refused by an error of Lua or of the library that says this.
        case refused(String)
        /// Does not compile, and says this.
        case syntax(String)
        /// A result that may not leave Lua, and why.
        case type(String)
        /// Does no harm: ends with the result `true`.
        case harmless
    }

    let name: String
    let outcome: Outcome
    let source: String

    init(_ name: String, _ outcome: Outcome, _ source: String) {
        self.name = name
        self.outcome = outcome
        self.source = source
    }

    /// Whether the clock may end it.
    var isAboutTime: Bool {
        switch outcome {
        case .time, .spent: true
        default: false
        }
    }

    static let kinds: [(kind: String, scripts: [HostileScript])] = [
        ("time", time), ("memory", memory), ("depth", depth), ("escape", escape),
        ("bytecode", bytecode), ("patterns", patterns), ("metatables", metatables),
        ("coroutines", coroutines), ("errors", errors), ("upstream", upstreamBugs),
    ]
}
