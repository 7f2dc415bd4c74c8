import LuaRuntime
import Testing

@testable import Scripting

/// The same answer everywhere: twenty fresh states and every worker of a pool.
@Suite struct ScriptPoolTests {
    private static func make(_ name: String) throws -> ScriptUnit {
        let source = try PluginLookup(from: "/", extra: "").find(name)
        return try PluginLoader(seed: 7).load(PluginUse(source: source)) { _ in }.unit
    }

    /// Facts of a run of a hundred steps that stalls, spikes and recovers.
    private static func items(_ door: String, settings: LuaTable<LuaValue>) throws
        -> [LuaTable<LuaValue>]
    {
        let record = try DoorShape.of(door).facts
        return (0..<100).map { step in
            let history = LuaValue.table(
                LuaTable(array: (0..<40).map { .number(2 + Double(($0 * 7 + step) % 5) / 10) }))
            var facts = LuaTable<LuaValue>([
                "step": .count(step), "total_steps": 100, "progress": .number(Double(step) / 100),
                "loss": .number(step % 17 == 0 ? 50 : 2.2), "gradient_norm": 1.0,
                "losses": history, "gradient_norms": history,
                "held_out_loss": .number(3 - Double(step % 9) / 10), "held_out_step": .count(step),
                "dials": ["schedule.factor": 1.0],
            ])
            facts.fields.removeAll { field in
                !record.names.contains { LuaKey.string(LuaString($0)) == field.key }
            }
            var item = record.completed(with: facts)
            item.set("state", .table(LuaTable(array: [])))
            item.set("settings", .table(settings))
            return item
        }
    }

    @Test(arguments: [
        ("plateau", "curricula.rate"), ("short-first", "curricula.by_length"),
        ("spike-guard", "hooks.on_gradients"), ("progress-notes", "hooks.on_step_end"),
    ])
    func everyWorkerAndEveryFreshStateAnswersTheSame(name: String, door: String) throws {
        let unit = try Self.make(name)
        let items = try Self.items(door, settings: unit.settings)
        let budget = LuaRuntime.Budget(seconds: 5)
        func answers(_ workers: Int) throws -> [LuaValue] {
            let pool = ScriptPool(workerCount: workers, make: Self.make)
            // Hooks are pure in what they answer; what they log goes nowhere here.
            return try pool.map(
                name, door, items: items, occasion: { "item \($0)" }, budget: budget
            ).map { try $0.get() }
        }
        let first = try answers(1)
        for workers in [1, 2, 3] {
            #expect(
                zip(try answers(workers), first).allSatisfy { PlainEquality.equal($0, $1) })
        }
        for _ in 0..<20 {
            let fresh = try Self.make(name)
            for (item, expected) in zip(items, first) {
                try fresh.restore(.table(LuaTable(["state": .table(LuaTable(array: []))])))
                var facts = item
                facts.fields.removeAll { $0.key == "state" || $0.key == "settings" }
                let answer =
                    try fresh.call(
                        ScriptQuestion(
                            door, ScriptDispatch.payload(facts), phase: .hook, occasion: "x"))
                    ?? .nil
                #expect(PlainEquality.equal(try answer.plain(), expected))
            }
        }
    }

    @Test func randomStreamsBelongToTheItem() throws {
        let folder = try RecipeFolder()
        try folder.write(
            "Plugins/dice/dice.lua",
            """
            local nj = require "nightjar"
            return { name = 'dice', api = 1, summary = 'Rolls.',
              curricula = { roll = function(ctx) return { n = nj.random.integer(1, 1000000) } end } }
            """)
        let path = folder.path
        let make: @Sendable (String) throws -> ScriptUnit = { name in
            let source = try PluginLookup(from: path, extra: "").find(name)
            return try PluginLoader(seed: 7).load(PluginUse(source: source)) { _ in }.unit
        }
        let items = (0..<500).map { _ in LuaTable<LuaValue>(array: []) }
        func rolls(_ workers: Int) throws -> [LuaValue] {
            try ScriptPool(workerCount: workers, make: make).map(
                "dice", "curricula.roll", items: items, occasion: { "item \($0)" },
                budget: .init(seconds: 5)
            ).map { try $0.get() }
        }
        let one = try rolls(1)
        #expect(Set(one).count > 490)
        #expect(try rolls(2) == one)
    }
}
