import LuaRuntime
import Tensors
import Tokenizers

/// What the functions of one Lua state stand on: who calls, in which phase, with which grants, and
/// where their words and numbers go.
///
/// It belongs to its state and to the thread that uses that.
final class ScriptContext {
    /// Whose script it is: a recipe's path or a plugin's name.
    let owner: String
    var phase: ScriptPhase
    /// What the recipe allows this script beyond computing.
    var grants: Grants
    /// Where every random stream of a call begins.
    var randomness: CallRandomness
    /// What scripts logged goes here.
    var log: (ScriptLogLine) -> Void
    /// What `nj.time` reads.
    var clock: any ScriptClock
    /// What `nj.http` asks.
    var network: any ScriptNetwork = SystemNetwork()
    /// What the present call did so far, where that is kept.
    var trace: CallTrace?
    /// When the present call's time is over, on the machine's monotonic clock; nil for no end.
    var deadline: Double?
    /// Numbers logged since the host last took them.
    var metrics = ScriptMetrics()
    /// Facts about the run, for `nj.run`; nil outside one.
    var run: LuaValue?
    /// The spec that runs, for `nj.test`; nil elsewhere.
    var spec: SpecSession?
    /// What a program has open; nil elsewhere.
    var program: ProgramSession?
    /// The run's tokenizer, for `nj.tokens`.
    var tokenizer: (any Tokenizer)?
    /// Asks the interpreter's budget for leave to do so many units of work (bytes, elements,
    /// matching steps); throws where it is spent.
    ///
    /// Functions of the library call it before they work, and again in long loops: no hook runs
    /// while they do.
    var charge: (Int) throws -> Void = { _ in }
    /// What the library keeps for this state.
    private(set) lazy var library = LibraryMemory { [unowned self] in try charge($0) }

    init(
        owner: String, phase: ScriptPhase, grants: Grants = .none, seed: UInt64 = 0,
        clock: any ScriptClock = SystemClock(), log: @escaping (ScriptLogLine) -> Void = { _ in }
    ) {
        self.owner = owner
        self.phase = phase
        self.grants = grants
        self.clock = clock
        self.log = log
        randomness = CallRandomness(seed: seed, owner: owner)
    }

    /// Runs `body` in a phase, with random streams that begin anew for `occasion`.
    func during<Result>(
        _ phase: ScriptPhase, occasion: CallOccasion, _ body: () throws -> Result
    ) rethrows -> Result {
        let before = self.phase
        self.phase = phase
        let outer = randomness.begin(occasion)
        defer {
            self.phase = before
            randomness.end(outer)
        }
        return try body()
    }
}

/// A line that a script logged.
public struct ScriptLogLine: Sendable, Hashable {
    /// How much it matters.
    public enum Level: String, Sendable, CaseIterable {
        case debug, info, warn
    }

    /// How much it matters.
    public var level: Level
    /// The plugin's name, or "recipe".
    public var owner: String
    /// One line.
    public var text: String
}

/// The numbers that scripts add to a step's metrics, by full name, in the order of first use.
struct ScriptMetrics: Sendable {
    private(set) var values: [(name: String, value: Double)] = []

    /// The last value of a step counts.
    mutating func set(_ name: String, _ value: Double) {
        if let index = values.firstIndex(where: { $0.name == name }) {
            values[index].value = value
        } else {
            values.append((name, value))
        }
    }

    mutating func add(_ name: String, _ value: Double) {
        set(name, value + (values.first { $0.name == name }?.value ?? 0))
    }

    /// Gives the values away and begins anew.
    mutating func take() -> [(name: String, value: Double)] {
        defer { values = [] }
        return values
    }
}
