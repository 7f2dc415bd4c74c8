import Foundation
import LuaRuntime
import Telemetry
import Tensors

/// What scripts cost here, from a bare call into Lua up to the hooks of ten plugins.
public enum ScriptBenchmark {
    /// One figure with its goal.
    public struct Figure: Sendable {
        /// The key under `--json`.
        public let name: String
        /// What it is, in words.
        public let meaning: String
        /// In the unit that its name ends with.
        public let value: Double
        /// The bound it should keep; nil for what only explains another.
        public let goal: Double?
        /// Whether more is better.
        public let isFloor: Bool
        /// For people.
        public let digits: Int
        let unit: String

        /// Whether the bound is kept.
        public var meetsGoal: Bool {
            guard let goal else { return true }
            return isFloor ? value >= goal : value <= goal
        }
        /// The figure with its unit.
        public var shown: String { HumanFormat.fixed(value, digits: digits) + unit }
        /// The bound with its unit; empty where there is none.
        public var shownGoal: String {
            goal.map { (isFloor ? ">= " : "<= ") + HumanFormat.fixed($0, digits: digits) + unit }
                ?? ""
        }
    }

    /// Measures everything; takes some seconds.
    public static func run() throws -> [Figure] {
        try LuaBenchmark.run().compactMap(figure) + [
            Figure(
                name: "worker_state_kib", meaning: "a plugin's state, before its own data",
                value: Double(try emptyPlugin(0).memoryBytes) / 1024, goal: 64, isFloor: false,
                digits: 1, unit: " KiB"),
            Figure(
                name: "load_100_plugins_ms", meaning: "loading 100 plugins",
                value: try loadingSeconds(count: 100) * 1e3, goal: 100, isFloor: false, digits: 1,
                unit: " ms"),
            Figure(
                name: "hooks_share_percent",
                meaning: "hooks that do nothing, ten plugins, of a step of 100 ms",
                value: try hooksSeconds(plugins: 10) / 0.1 * 100, goal: 0.1, isFloor: false,
                digits: 3, unit: " %"),
        ] + savingFigures()
    }

    /// From saving a plugin to its first call, over a number of saves.
    private static func savingFigures() throws -> [Figure] {
        let saves = 20
        let result = try ComputeThread.shared.run {
            try SwapBenchmark(saves: saves, on: CPUBackend.shared)
        }
        let step = result.stepSeconds
        func make(_ name: String, _ meaning: String, _ seconds: Double, goal: Double?) -> Figure {
            Figure(
                name: name, meaning: meaning, value: seconds * 1e3, goal: goal.map { $0 * 1e3 },
                isFloor: false, digits: 1, unit: " ms")
        }
        let sorted = zip(result.seconds, result.steps).sorted { $0 < $1 }
        let longest = sorted[saves - 1]
        let goal = step + SwapBenchmark.goalSeconds
        return [
            make(
                "save_to_swap_ms", "from saving a plugin to its first call, median of \(saves)",
                sorted[saves / 2].0, goal: goal),
            make(
                "save_to_swap_worst_ms", "the longest of these (steps: \(longest.1))", longest.0,
                goal: goal),
            make("save_to_swap_step_ms", "a step of that run", step, goal: nil),
        ]
    }

    private static func figure(_ figure: LuaBenchmark.Figure) -> Figure? {
        func make(
            _ meaning: String, _ scale: Double = 1, _ digits: Int = 2, _ unit: String = "x"
        ) -> Figure {
            Figure(
                name: figure.name, meaning: meaning, value: figure.value * scale,
                goal: figure.goal.map { $0 * scale }, isFloor: figure.isFloor, digits: digits, unit: unit)
        }
        switch figure.name {
        case "call_us": return make("host to Lua to host, a table of ten fields", 1, 2, " us")
        case "call_both_ways_us": return make("the same, and the table back", 1, 2, " us")
        case "state_bytes": return make("a bare state", 1.0 / 1024, 1, " KiB")
        case "budgets_overhead":
            return make("a CPU-bound script under default budgets, of plain Lua")
        case "exact_overhead": return make("the same with counted instructions, of no budget")
        case "pairs_ratio":
            return make("ordered pairs over tables of all kinds, of stock pairs")
        case "pairs_lists_ratio": return make("  over lists of 50")
        case "pairs_records_ratio": return make("  over records of 3, 6, 10, 20 fields")
        case "pairs_mixed_ratio": return make("  over lists of 3, 10, 50 with three fields")
        case "pairs_numbers_ratio": return make("  over 3, 10, 60 numbers, others each time")
        case "pairs_words_ratio": return make("  over 6, 20, 100 words, others each time")
        case "library_ratio": return make("charged library functions, of stock ones")
        case "sort_ratio": return make("stable sort, of the stock sort")
        case "calls_per_second_two_workers":
            return make("small pure calls on two workers", 1, 0, " calls/s")
        default: return make(figure.name, 1, 2, " \(figure.unit)")
        }
    }

    /// Written as a user would: every observer of a step, and nothing in it.
    private static func source(_ number: Int) -> String {
        """
        return {
          name = "bench-\(number)", api = 1, summary = "Does nothing.",
          hooks = {
            on_step_start = function(ctx) end,
            on_gradients = function(ctx) end,
            on_step_end = function(ctx) end,
          },
        }
        """
    }

    private static func emptyPlugin(_ number: Int) throws -> ScriptUnit {
        let name = "bench-\(number)"
        let path = "/bench/\(name)/\(name).lua"
        let use = PluginUse(source: PluginSource(name: name, place: .folder("/bench/\(name)")))
        let file = LoadedScript(path: path, bytes: Array(source(number).utf8))
        return try PluginLoader().load(use, files: [file]) { _ in }.unit
    }

    private static func loadingSeconds(count: Int) throws -> Double {
        var clock = Stopwatch()
        for number in 0..<count { _ = try emptyPlugin(number) }
        return clock.lap()
    }

    /// Seconds that a step spends in its hooks, the best of many.
    private static func hooksSeconds(plugins: Int) throws -> Double {
        let slots = try (0..<plugins).map { number in
            let recipe = ScriptRecipe(
                name: "bench-\(number)", make: { _, _ in try emptyPlugin(number) }, test: { _ in })
            return ScriptSlot(recipe, try emptyPlugin(number))
        }
        let folder = NSTemporaryDirectory() + "nightjar-bench-\(getpid())"
        let hooks = ScriptedHooks(
            slots, settings: .init(name: "bench", seed: 0),
            reload: HotReload(ReloadSettings(), run: folder)
        ) { _ in }
        // Half a second of them: other work slows the machine for longer than a few rounds.
        let rounds = try (1...5000).map { step in
            var clock = Stopwatch()
            try hooks.benchmarkStep(step)
            return clock.lap()
        }
        return rounds.min() ?? .infinity
    }
}

extension ScriptedHooks {
    /// The calls of one step: between steps, its beginning, its gradients with a full history, its
    /// end.
    fileprivate func benchmarkStep(_ step: Int) throws {
        typealias Facts = LuaTable<LuaValue>
        _ = try takeEvents(step: step)
        notify("hooks.on_step_start") {
            Facts([
                "step": .count(step), "total_steps": 1000, "progress": 0.5, "tokens": .count(step),
            ])
        }
        let history = LuaValue.table(LuaTable(array: (0..<64).map { .number(2 + Double($0)) }))
        _ = try decide(
            Facts([
                "step": .count(step), "progress": 0.5, "learning_rate": 1e-3, "rollbacks": 0,
                "losses": history, "gradient_norms": history, "loss": 2.5, "gradient_norm": 1.5,
            ]), step: step)
        notify("hooks.on_step_end") {
            Facts([
                "step": .count(step), "total_steps": 1000, "progress": 0.5, "tokens": .count(step),
                "loss": 2.5, "gradient_norm": 1.5, "learning_rate": 1e-3, "loss_tokens": 4096,
                "tokens_by_source": ["data": 4096], "skipped": false,
            ])
        }
        _ = takeMeasurements()
    }
}
