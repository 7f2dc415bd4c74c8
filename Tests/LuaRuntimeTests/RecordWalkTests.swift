import Testing

@testable import LuaRuntime

/// Records that have the same keys share one step function: what each traversal sees must not
/// depend on the others.
struct RecordWalkTests {
    private func evaluate(_ source: String, seconds: Double = 5) throws -> [LuaValue] {
        try LuaState().load(source, name: "records.lua").call(budget: Budget(seconds: seconds))
    }

    /// The slow twin sorts the keys that `next` gives.
    @Test func recordsOfEverySizeGoInOrder() throws {
        let answer = try evaluate(
            """
            local seed = 7
            local function random(n) seed = (seed * 48271) % 2147483647 return seed % n end
            local function key()
              local bytes = {}
              for i = 1, random(12) do
                bytes[i] = string.char(random(4) == 0 and random(256) or 97 + random(3))
              end
              return table.concat(bytes)
            end
            local walked = 0
            for round = 1, 400 do
              local record = {}
              for i = 1, random(90) do record[key()] = i end
              for i = 1, random(3) do local k = next(record) if k then record[k] = nil end end
              for time = 1, 2 do
                local wanted, i = {}, 0
                local k = next(record)
                while k ~= nil do wanted[#wanted + 1] = k k = next(record, k) end
                table.sort(wanted)
                for k, v in pairs(record) do
                  i = i + 1
                  if k ~= wanted[i] or v ~= record[k] then return "wrong order" end
                end
                if i ~= #wanted then return "wrong count" end
                walked = walked + i
              end
            end
            return walked
            """, seconds: 30)
        guard case .integer(let walked)? = answer.first else {
            Issue.record("\(answer)")
            return
        }
        #expect(walked > 10_000)
    }

    @Test func traversalsOfTheSameKeysDoNotMeet() throws {
        let answer = try evaluate(
            """
            local a, b = { x = 1, y = 2, z = 3 }, { x = 4, y = 5, z = 6 }
            local out = {}
            for k, v in pairs(a) do
              for l, w in pairs(b) do out[#out + 1] = k .. v .. l .. w end
              if k == "y" then for l in pairs(a) do if l == "y" then break end end end
            end
            local walk = coroutine.wrap(function() for k in pairs(b) do coroutine.yield(k) end end)
            for k in pairs(a) do out[#out + 1] = k .. walk() end
            return table.concat(out, " ")
            """)
        #expect(
            answer == [
                "x1x4 x1y5 x1z6 y2x4 y2y5 y2z6 z3x4 z3y5 z3z6 xx yy zz"
            ])
    }

    @Test func fieldsMayGoAndComeWhileWalked() throws {
        let answer = try evaluate(
            """
            local seen = {}
            local record = { a = 1, b = 2, c = 3, d = 4 }
            for k in pairs(record) do
              seen[#seen + 1] = k
              record.b, record[k] = nil, nil
              record.e = 1
            end
            local rest = {}
            for k in pairs(record) do rest[#rest + 1] = k end
            return table.concat(seen, " "), table.concat(rest, " ")
            """)
        #expect(answer == ["a c d", "e"])
    }

    @Test func aStepByHandIsLikeNext() throws {
        let answer = try evaluate(
            """
            local record = { a = 1, b = 2, c = 3 }
            local step, subject, start = pairs(record)
            local k1 = step(subject, start)
            local again = step(subject, nil)
            local last = step(subject, "c")
            local other = step({ c = 9 }, "a")
            local ok, message = pcall(step, subject, "nobody")
            local ok2, message2 = pcall(step, subject, 7)
            local ok3, message3 = pcall(step, 5, "a")
            return subject == record, start, k1, again, last, other, message, message2, message3
            """)
        #expect(Array(answer.prefix(6)) == [true, nil, "a", "a", nil, "c"])
        for message in answer[6...7] {
            guard case .string(let text) = message else {
                Issue.record("\(message)")
                continue
            }
            #expect(text.description.contains("no such key to go on from"))
        }
        guard case .string(let text) = answer[8] else {
            Issue.record("\(answer[8])")
            return
        }
        #expect(text.description.contains("table expected"))
    }

    /// More shapes than are remembered, each let go in between: a key's memory may be another key's
    /// later, and must not be taken for it.
    @Test func forgottenShapesAreWorkedOutAgain() throws {
        let answer = try evaluate(
            """
            local sum = 0
            for round = 1, 3000 do
              local record, last = {}, ""
              for i = 1, round % 7 + 1 do record["key" .. (round * 31 + i * 17) % 1009] = 1 end
              for k, v in pairs(record) do
                if k <= last then return "wrong order" end
                last, sum = k, sum + v
              end
            end
            return sum
            """, seconds: 30)
        guard case .integer(let sum)? = answer.first else {
            Issue.record("\(answer)")
            return
        }
        #expect(sum > 10_000)
    }

    /// Functions can be compared, so which traversals share one must not tell where things lie in
    /// memory: every state gives the same answer, however its tables came by their keys.
    @Test func whichStepsAreOneFollowsFromTheKeysAlone() throws {
        let source = """
            local function set(i, isTurned)
              local keys, record = {}, {}
              for j = 1, i % 9 + 1 do keys[j] = "key" .. (i * 31 + j * 17) % 211 end
              for j = 1, #keys do record[keys[isTurned and #keys + 1 - j or j]] = j end
              for j = 1, isTurned and 40 or 0 do record["more" .. j] = j end
              for j = 1, isTurned and 40 or 0 do record["more" .. j] = nil end
              return record
            end
            local steps, out = {}, {}
            for i = 1, 40 do steps[i] = pairs(set(i)) end
            for i = 1, 40 do out[i] = pairs(set(i, true)) == steps[i] and "1" or "0" end
            for i = 1, 50 do
              if pairs(set(i)) ~= pairs(set(i, true)) then return "two in a row differ" end
            end
            return table.concat(out)
            """
        let first = try evaluate(source)
        guard case .string(let pattern)? = first.first else {
            Issue.record("\(first)")
            return
        }
        #expect(pattern.description.contains("1") && pattern.description.contains("0"))
        for _ in 0..<20 { #expect(try evaluate(source) == first) }
    }

    /// Two MiB hold what the script has at one time, and what is remembered beside it.
    @Test func whatIsRememberedIsSmall() throws {
        let source = """
            for i = 1, 300 do
              local record, long = {}, { [("y"):rep(100000) .. i] = 1 }
              for j = 1, 64 do record[("x"):rep(30) .. i .. "." .. j] = j end
              for k in pairs(record) do end
              for k in pairs(long) do end
            end
            return "done"
            """
        let answer = try LuaState().load(source, name: "many.lua")
            .call(budget: Budget(seconds: 10, memoryBytes: 2 << 20))
        #expect(answer == ["done"])
    }

    /// What a traversal costs an account is the same whether its keys were seen before or not.
    @Test func anAccountDoesNotSayWhatWasSeen() throws {
        let source = """
            local record = { epsilon = 1, alpha = 2, omega = 3 }
            for _ = 1, 100 do for k in pairs(record) do end end
            """
        var spent: [Bool] = []
        for warm in [false, true] {
            let state = LuaState()
            let walk = "for _ in pairs { epsilon = 1, alpha = 2, omega = 3 } do end"
            if warm { try state.run(walk, name: "warm.lua") }
            for instructions in stride(from: 1_000, through: 12_000, by: 500) {
                let function = try state.load(source, name: "account.lua")
                let fits = (try? function.call(budget: Budget(instructions: instructions))) != nil
                spent.append(fits)
            }
        }
        #expect(Array(spent[..<(spent.count / 2)]) == Array(spent[(spent.count / 2)...]))
        #expect(spent.contains(true) && spent.contains(false))
    }
}
