import LuaRuntime
import Testing

struct ReaderTests {
    private func reader(_ source: String) throws -> LuaReader {
        try LuaReader(
            LuaState().run("return " + source, name: "recipe.lua")[0], chunk: "recipe.lua")
    }

    private func message(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return (error as? LuaError)?.message
        }
    }

    @Test func readsEveryKindOfValue() throws {
        let reader = try reader(
            """
            { name = "domain", size = 8, steps = 5e6, rate = 3e-4, whole = 2, deep = { on = true },
              list = { "a", "b" }, step = function() return 1 end, precision = "bf16", extra = { 1 },
              "item" }
            """)
        #expect(try reader.string("name") == "domain")
        #expect(try reader.integer("size", in: 1...) == 8)
        #expect(try reader.integer("steps") == 5_000_000)
        #expect(try reader.number("rate", in: 0..<1) == 3e-4)
        #expect(try reader.number("whole") == 2)
        #expect(try reader.table("deep").boolean("on"))
        #expect(try reader.optionalStrings("list") == ["a", "b"])
        #expect(try reader.function("step").call() == [1])
        #expect(try reader.choice("precision", of: ["f32", "bf16"]) == "bf16")
        #expect(try reader.optionalPlain("extra") == [1])
        #expect(reader.items.count == 1)
        #expect(try reader.optionalString("absent") == nil)
        #expect(try reader.optionalInteger("absent", in: 1...) == nil)
        try reader.finish()
    }

    @Test func mistakesAreSentencesWithKeyPaths() throws {
        let reader = try reader(
            """
            { schedule = { warmup_steps = "ten", share = 1.5 }, batch = { size = 0 }, steps = 2.5,
              precision = "bf61", list = { "a", 2 }, nan = 0/0, model = 3 }
            """)
        let schedule = try reader.table("schedule")
        #expect(
            message { _ = try schedule.integer("warmup_steps") }
                == "schedule.warmup_steps: expected an integer, got string \"ten\"")
        #expect(
            message { _ = try schedule.number("share", in: 0...1) }
                == "schedule.share: expected a number from 0.0 to 1.0, got number 1.5")
        #expect(
            message { _ = try reader.table("batch").integer("size", in: 1...) }
                == "batch.size: expected an integer of at least 1, got integer 0")
        #expect(
            message { _ = try reader.integer("steps") }
                == "steps: expected an integer, got number 2.5")
        #expect(message { _ = try reader.string("seed") } == "seed: missing; expected a string")
        #expect(
            message { _ = try reader.choice("precision", of: ["f32", "bf16"]) }
                == "precision: expected one of f32, bf16, got string \"bf61\"; did you mean \"bf16\"?"
        )
        #expect(
            message { _ = try reader.optionalStrings("list") }
                == "list[2]: expected a string, got integer 2")
        #expect(
            message { _ = try reader.number("nan") }?.hasPrefix(
                "nan: expected a number, got number") == true)
        #expect(
            message { _ = try reader.table("model") } == "model: expected a table, got integer 3")
        do {
            _ = try reader.string("steps")
        } catch let error as LuaError {
            #expect(error.kind == .type)
            #expect(error.sentence == "recipe.lua: steps: expected a string, got number 2.5")
        }
    }

    @Test func unknownKeysNameTheNearest() throws {
        let reader = try reader("{ optimiser = 1 }")
        _ = reader.node("optimizer")
        _ = reader.node("model")
        #expect(
            message { try reader.finish() }
                == "unknown key \"optimiser\"; did you mean \"optimizer\"?")
        let far = try self.reader("{ zzz = 1 }")
        far.allow("model", "data")
        #expect(message { try far.finish() } == "unknown key \"zzz\"; known keys: data, model")
        let listed = try self.reader("{ 5 }")
        #expect(
            message { try listed.finish() }
                == "a list has no meaning here; its first entry is integer 5")
        let odd = try self.reader("{ [7] = 1 }")
        #expect(message { try odd.finish() } == "[7]: an entry under this key has no meaning")
        let deep = try self.reader("{ data = { { pth = 'x' } } }").table("data").itemTables()[0]
        _ = try deep.optionalString("path")
        #expect(
            message { try deep.finish() } == "data[1]: unknown key \"pth\"; did you mean \"path\"?")
    }
}
