import LuaRuntime
import Testing

/// Every function that a script can reach, called with arguments made to hurt.
@Suite(.serialized)
struct AllowListTests {
    /// Gives a chunk that calls function `name` with the arguments of `pool` at the given places.
    private static let harness = """
        local pool = {
          function() return nil end, function() return 0 end, function() return -1 end,
          function() return 1 end, function() return 3 end, function() return 1 << 62 end,
          function() return math.maxinteger end, function() return math.mininteger end,
          function() return 2.5 end, function() return -0.0 end, function() return 1 / 0 end, function() return 1e308 end, function() return 0 / 0 end,
          function() return "" end, function() return "x" end, function() return ("ab("):rep(50000) end,
          function() return "%s%d%99.99f%q" end, function() return "(.-.-.-.-)%1" end,
          function() return ("%b()"):rep(20) end, function() return ("!16i16"):rep(100) end,
          function() return ("9"):rep(1 << 20) end, function() return ("\\u{20ac}"):rep(1 << 18) .. "\\x80" end,
          function() return ("%s"):rep(200) end, function() return ("[^" .. ("a"):rep(5000) .. "]*"):rep(20) end,
          function() local t = {} t[1], t.t, t[t] = t, t, t return t end,
          function() local t = {} for i = 1, 1000 do t = { t } end return t end,
          function()
            local mt = {}
            for _, name in ipairs { "__index", "__newindex", "__call", "__len", "__eq", "__lt", "__le", "__concat",
              "__unm", "__add", "__tostring", "__pairs", "__close", "__name", "__metatable" } do
              mt[name] = function() return error(setmetatable({}, mt)) end
            end
            return setmetatable({}, mt)
          end,
          function() return {} end, function() return { 3, 1, 2 } end,
          function() return setmetatable({}, { __len = function() return 1 << 60 end, __index = rawlen }) end,
          function() return setmetatable({}, { __len = function() return math.mininteger end }) end,
          function() return setmetatable({}, { __index = function() return "y" end, __newindex = function() end,
            __len = function() return 1 << 40 end }) end,
          function() return setmetatable({}, { __tostring = function() error({}) end, __pairs = error }) end,
          function() return function() while true do end end end, function() return print end,
          function() return pcall end, function() return function(...) return ... end end,
          function() return coroutine.create(function() while true do coroutine.yield() end end) end,
          function() return coroutine.create(function() while true do end end) end,
          function() return true end, function() return _G end, function() return string end,
        }
        local function find(name)
          local at = _G
          for part in name:gmatch("%w+") do at = at[part] end
          return at
        end
        -- Every function within reach of the globals, so that a new one cannot escape.
        local function list()
          local names, seen = {}, { [_G] = true }
          local function visit(table, prefix)
            for key, value in pairs(table) do
              if type(value) == "function" then names[#names + 1] = prefix .. key end
              if type(value) == "table" and not seen[value] then
                seen[value] = true
                visit(value, prefix .. key .. ".")
              end
            end
          end
          visit(_G, "")
          return names, #pool
        end
        local function strike(name, count, ...)
          local arguments = table.pack(...)
          for i = 1, count do arguments[i] = pool[arguments[i]]() end
          local f = find(name)
          local results = table.pack(pcall(f, table.unpack(arguments, 1, count)))
          -- What comes back may be a trap of its own.
          if type(results[2]) == "function" then pcall(results[2], table.unpack(arguments, 1, count)) end
          return #results
        end
        return { list = list, strike = strike }
        """

    static let budget = Budget(seconds: 0.02 * Sanitizer.slowness, memoryBytes: 16 << 20)
    static let margin = Duration.milliseconds(50) * Sanitizer.slowness

    private struct Target {
        let state: LuaState
        let names: [String]
        let poolCount: Int
        let strike: LuaFunction

        init() throws {
            state = LuaState(print: { _ in })
            let reader = try LuaReader(
                try state.run(AllowListTests.harness, name: "harness.lua")[0])
            let answer = try reader.function("list").call()
            names = (answer[0].asTable?.array ?? []).compactMap(\.asText)
            poolCount = Int(answer[1].asNumber ?? 0)
            strike = try reader.function("strike")
        }

        /// Calls a function; gives the error and the time that it took.
        func call(
            _ name: String, _ picks: [Int64], _ budget: Budget
        ) throws -> (error: LuaError?, elapsed: Duration) {
            var failed: LuaError?
            let elapsed = try ContinuousClock().measure {
                do {
                    try strike.call(
                        [.string(LuaString(name)), .integer(Int64(picks.count))]
                            + picks.map { .integer($0) }, budget: budget)
                } catch let error as LuaError {
                    failed = error
                }
            }
            return (failed, elapsed)
        }
    }

    @Test(.enabled(if: Sanitizer.cutsByTime, "the clock cannot end a script here"))
    func noFunctionOutlastsItsBudgetOrCrashes() throws {
        var random = SystemRandom(seed: 11)
        let names = try Target().names
        #expect(names.count > 75)
        #expect(names.contains("utf8.codes") && names.contains("rawlen"))
        let longest = Duration.seconds(Self.budget.seconds) + Self.margin
        var trips = 0
        for name in names {
            var target = try Target()
            for _ in 0..<120 {
                let picks = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    Int64(Int.random(in: 1...target.poolCount, using: &random))
                }
                // A busy machine may hold any one call up: the best of a few counts.
                var fastest = Duration.seconds(100)
                for _ in 0..<4 {
                    let result = try target.call(name, picks, Self.budget)
                    fastest = min(fastest, result.elapsed)
                    if let error = result.error {
                        trips += 1
                        #expect(
                            error.kind == .budgetTime || error.kind == .budgetMemory,
                            "\(name) \(picks): \(error)")
                    }
                    #expect(target.state.memoryBytes <= Self.budget.memoryBytes)
                    if fastest < longest { break }
                    target = try Target()
                }
                #expect(fastest < longest, "\(name) \(picks)")
            }
            #expect(try evaluate("return 1 + 1", state: target.state) == [2])
        }
        #expect(trips > 0)
    }

    @Test func everyFunctionIsChargedAndAlwaysTheSame() throws {
        var random = SystemRandom(seed: 23)
        let names = try Target().names
        let budget = Budget(
            seconds: 10 * Sanitizer.slowness, memoryBytes: 16 << 20, instructions: 400_000)
        for name in names {
            // Fresh states on both sides: what one call leaves behind is the next one's beginning.
            let targets = [try Target(), try Target()]
            for _ in 0..<30 {
                let picks = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    Int64(Int.random(in: 1...targets[0].poolCount, using: &random))
                }
                let results = try targets.map { target in
                    let result = try target.call(name, picks, budget)
                    return (
                        kind: result.error?.kind, line: result.error?.line,
                        count: target.state.lastInstructionCount, elapsed: result.elapsed
                    )
                }
                #expect(results[0].kind == results[1].kind, "\(name) \(picks)")
                #expect(results[0].line == results[1].line, "\(name) \(picks)")
                #expect(results[0].count == results[1].count, "\(name) \(picks)")
                #expect(results[0].kind != .budgetTime, "\(name) \(picks)")
                // Work that is not charged would show as time without instructions.
                #expect(
                    min(results[0].elapsed, results[1].elapsed) < .milliseconds(150) * Sanitizer.slowness,
                    "\(name) \(picks)")
            }
        }
    }
}
