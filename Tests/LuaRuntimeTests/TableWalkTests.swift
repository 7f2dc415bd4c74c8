import Testing

@testable import LuaRuntime

/// `pairs` over tables of every kind: what is read in a table's own memory must be what a slow twin
/// finds by sorting the keys that were put in.
struct TableWalkTests {
    private func evaluate(_ source: String, seconds: Double = 30) throws -> [LuaValue] {
        try LuaState().load(source, name: "tables.lua").call(budget: Budget(seconds: seconds))
    }

    /// Lists with holes, elements behind them, whole numbers on both sides of a list, floats, short and
    /// long texts, booleans; keys that are cleared and set again; entries cleared while walking.
    @Test func tablesOfEveryKindGoInOrder() throws {
        let answer = try evaluate(
            """
            local seed = 11
            local function random(n) seed = (seed * 48271) % 2147483647 return seed % n end
            local kinds = {
              function() return random(30) - 5 end,
              function() return random(1 << 30) - (1 << 29) end,
              function() return (random(400) - 200) / 8 + 1 / 3 end,
              function() return ("k"):rep(random(12)) .. random(50) end,
              function() return ("long"):rep(12 + random(40)) .. random(9) end,
              function() return random(2) == 0 end,
              function() return string.char(random(256), random(256)) end,
            }
            local rank = { integer = 1, float = 2, string = 3, boolean = 4 }
            local function kind_of(k) return rank[math.type(k) or type(k)] end
            local function before(a, b)
              local x, y = kind_of(a), kind_of(b)
              if x ~= y then return x < y end
              if x == 4 then return not a and b end
              return a < b
            end
            local walked = 0
            for round = 1, 600 do
              local t, held = {}, {}
              for i = 1, random(4) * random(14) do t[i] = i held[i] = i end
              for i = 1, random(5) * random(60) do
                local k = kinds[random(#kinds) + 1]()
                t[k], held[k] = i, i
              end
              for i = 1, random(20) do local k = random(60) t[k] = nil held[k] = nil end
              for time = 1, 2 do
                local wanted = {}
                local k = next(held)
                while k ~= nil do wanted[#wanted + 1] = k k = next(held, k) end
                table.sort(wanted, before)
                local i, clears = 0, time == 2 and random(2) == 0
                for k, v in pairs(t) do
                  i = i + 1
                  while clears and held[wanted[i]] == nil do i = i + 1 end
                  if k ~= wanted[i] or math.type(k) ~= math.type(wanted[i]) or v ~= held[k] then
                    return "wrong order", round, tostring(k), tostring(wanted[i])
                  end
                  if clears then
                    local gone = wanted[random(#wanted) + 1]
                    t[gone] = nil
                    held[gone] = nil
                  end
                  walked = walked + 1
                end
                if not clears and i ~= #wanted then return "wrong count", round end
              end
            end
            return walked
            """)
        guard case .integer(let walked)? = answer.first else {
            Issue.record("\(answer)")
            return
        }
        #expect(walked > 20_000)
    }

    /// What is added while walking is not met, so that a table which grows under its walk ends it.
    @Test(arguments: [
        "{ 1, 2, 3 }", "{ 1, 2, name = 3 }", "{ [10] = 1 }", "{ a = 1 }", "{ [1.5] = 1, [true] = 2 }",
    ])
    func whatIsAddedIsNotMet(_ table: String) throws {
        let answer = try evaluate(
            """
            local t, met = \(table), 0
            for k, v in pairs(t) do
              met = met + 1
              t[#t + 1] = v
              t["more" .. met] = v
              t[1000 + met] = v
            end
            return met
            """)
        guard case .integer(let met)? = answer.first else {
            Issue.record("\(answer)")
            return
        }
        #expect(met <= 3)
    }

    /// A table that was emptied of many keys is as long to walk as it was, and its walks are charged.
    @Test(arguments: [
        "local t = {} for i = 1, 1 << 17 do t[-i] = i end for i = 1, 1 << 17 do t[-i] = nil end",
        "local t = {} for i = 1, 1 << 17 do t[i] = i end for i = 1, 1 << 17 do t[i] = nil end",
    ])
    func anEmptiedTableIsCharged(_ made: String) throws {
        func count(_ work: String) throws -> Int {
            let state = LuaState()
            let function = try state.load("\(made) \(work)", name: "emptied.lua")
            _ = try function.call(budget: Budget(seconds: 60, instructions: .max))
            return try #require(state.lastInstructionCount)
        }
        let none = try count("")
        #expect(try count("for i = 1, 100 do next(t) end") - none > 100 << 13)
        #expect(try count("for i = 1, 100 do pairs(t) end") - none > 100 << 13)
    }
}
