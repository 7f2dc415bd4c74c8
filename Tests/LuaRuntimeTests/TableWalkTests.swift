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

    /// Lists that reach into the fields' part of a table, and lists that were emptied from the front:
    /// every key is met once, whatever was walked over before.
    @Test func listsAmongFieldsAreMetOnce() throws {
        let answer = try evaluate(
            """
            local function walk(t)
              local met = {}
              for k in pairs(t) do met[#met + 1] = tostring(k) end
              return table.concat(met, " ")
            end
            local out = {}
            for names = 0, 9 do
              for count = 0, 20 do
                local t, wanted = {}, {}
                for i = 1, names do t[string.char(96 + i)] = i end
                for i = 1, count do t[i] = i wanted[i] = tostring(i) end
                for i = 1, names do wanted[#wanted + 1] = string.char(96 + i) end
                if walk(t) ~= table.concat(wanted, " ") then return names, count, walk(t) end
              end
            end
            local t = { 1, 2, 3, 4, a = nil, b = nil, c = nil, d = nil, e = nil }
            t[5] = 5 t[6] = 6 t[7] = 7
            for k in pairs({ name = "x" }) do end
            local q = { name = "q" }
            for i = 1, 5 do q[i] = i end
            for i = 1, 4 do q[i] = nil end
            for k in pairs({ a = 1 }) do end
            return walk(t), walk(q), walk({ nil, nil, 3, nil, nil, a = 1 })
            """)
        #expect(answer == ["1 2 3 4 5 6 7", "5 name", "3 a"])
    }

    /// Each interpreter hashes alike, so the border of a list with holes, and what its walk costs, are the
    /// same in all of them.
    @Test func everyInterpreterFindsTheSameBorder() throws {
        var seen: Set<[LuaValue]> = []
        for _ in 0..<30 {
            let state = LuaState()
            let answer = try state.load(
                """
                local lengths = {}
                for i = 1, 60 do
                  local t = {}
                  t[i % 7 + 1] = 1
                  for j = 1, i % 5 + 1 do t["key" .. i * j] = 1 end
                  for j = 1, i % 5 + 1 do t["key" .. i * j] = nil end
                  t[2], t[4], t[3] = 1, 1, 1
                  for k in pairs(t) do end
                  lengths[i] = #t
                end
                local t = {}
                for i = 1, 8192 do t["k" .. i] = i end
                for i = 1, 8192 do t["k" .. i] = nil end
                for i = 1, 130 do t["n" .. i] = i end
                for k, v in pairs(t) do end
                return table.concat(lengths, " ")
                """, name: "border.lua"
            ).call(budget: Budget(seconds: 30, instructions: .max))
            seen.insert(answer + [.integer(Int64(try #require(state.lastInstructionCount)))])
        }
        #expect(seen.count == 1, "\(seen)")
    }

    /// What a walk sorts counts as the script's memory, while it goes on and in the peak.
    @Test func sortingKeysIsTheScriptsMemory() throws {
        let state = LuaState()
        let function = try state.load(
            "local t = {} for i = 1, 1 << 18 do t[-i] = i end for k in pairs(t) do return end",
            name: "memory.lua")
        let error = #expect(throws: LuaError.self) {
            try function.call(budget: Budget(seconds: 30, memoryBytes: 24 << 20))
        }
        #expect(error?.kind == .budgetMemory)
        try function.call(budget: Budget(seconds: 30, memoryBytes: 64 << 20))
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
