import LuaRuntime

/// The recipe's `limits`: what a call of one of a run's functions may spend.
enum RecipeLimits {
    /// What ends a call that goes on for too long.
    enum Budget: String, Sendable, CaseIterable {
        /// The clock: free, and another run of the same script may be cut off elsewhere.
        case time
        /// Counted instructions: the same place in every run, for about twice the time.
        case exact
    }

    /// What a call may count to where nobody says.
    static let instructions = 100_000_000
    /// Seconds a call may take where the clock is what ends it.
    static let seconds = 1.0
    /// Seconds that a counted call may take for as many instructions: only what does not count
    /// gets there, such as waiting, or comparing texts of many megabytes.
    static let countedSeconds = 20.0

    /// The same for another number of instructions; never less.
    private static func seconds(counting instructions: Int) -> Double {
        max(countedSeconds, countedSeconds * Double(instructions) / Double(Self.instructions))
    }

    /// Fills in the defaults that depend on the kind of budget.
    ///
    /// - Throws: `ShapeFault` for instructions that nobody would count.
    static func complete(_ limits: inout LuaTable<LuaNode>) throws {
        let given = CompleteTable(limits)
        let isExact = given.word("budget", as: Budget.self) == .exact
        if !isExact, given["instructions"] != nil {
            throw ShapeFault(
                path: LuaPath(["limits", "instructions"]),
                sentence: "instructions are counted only with budget = \"exact\"; add that, or "
                    + "limit time_s instead")
        }
        if given["time_s"] == nil {
            let counted = given.optionalInteger("instructions") ?? instructions
            limits.set("time_s", .number(isExact ? seconds(counting: counted) : seconds))
        }
        if isExact, given["instructions"] == nil {
            limits.set("instructions", .integer(Int64(instructions)))
        }
    }
}

extension LuaRuntime.Budget {
    /// What the recipe's `limits` come to, completed.
    init(limits: CompleteTable) {
        self.init(
            seconds: limits.number("time_s"), memoryBytes: limits.integer("memory_mb") << 20,
            instructions: limits.optionalInteger("instructions"))
    }

    /// For a call that nobody waits for and whose end must not depend on the machine: a self-test,
    /// a check, a spec.
    static let counted = LuaRuntime.Budget(
        seconds: RecipeLimits.countedSeconds, instructions: RecipeLimits.instructions)

    /// For the house's own work in a script's state, such as reading its memory: its time and memory
    /// are the script's, and a count that is small for the script is no smaller than usual for it.
    var ofTheHouse: LuaRuntime.Budget {
        var budget = self
        budget.instructions = instructions.map { max($0, RecipeLimits.instructions) }
        return budget
    }

    /// The same memory, and an end that does not depend on the machine.
    var counting: LuaRuntime.Budget {
        guard instructions == nil else { return self }
        var budget = LuaRuntime.Budget.counted
        budget.memoryBytes = memoryBytes
        return budget
    }
}

extension LuaTable<LuaNode> {
    /// Gives a key a value, in its place where it has one.
    mutating func set(_ name: String, _ value: LuaNode) {
        let key = LuaKey.string(LuaString(name))
        guard let index = fields.firstIndex(where: { $0.key == key }) else {
            fields.append(.init(key: key, value: value))
            return
        }
        fields[index].value = value
    }
}
