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
          function() return 2.5 end, function() return 1e308 end, function() return 0 / 0 end,
          function() return "" end, function() return "x" end, function() return ("ab("):rep(50000) end,
          function() return "%s%d%99.99f%q" end, function() return "(.-.-.-.-)%1" end,
          function() return ("%b()"):rep(20) end, function() return ("!16i16"):rep(100) end,
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
        local function list()
          local names = {}
          for _, name in ipairs { "assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall",
            "print", "rawequal", "rawget", "rawlen", "rawset", "require", "select", "setmetatable",
            "tonumber", "tostring", "type", "xpcall" } do names[#names + 1] = name end
          for _, name in ipairs { "coroutine", "math", "string", "table", "utf8" } do
            for key, value in pairs(_G[name]) do
              if type(value) == "function" then names[#names + 1] = name .. "." .. key end
            end
          end
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

    @Test func noFunctionOutlastsItsBudgetOrCrashes() throws {
        var random = SystemRandom(seed: 11)
        var state = LuaState(print: { _ in })
        func open() throws -> (list: LuaFunction, strike: LuaFunction) {
            state = LuaState(print: { _ in })
            let reader = try LuaReader(try state.run(Self.harness, name: "harness.lua")[0])
            return (try reader.function("list"), try reader.function("strike"))
        }
        var functions = try open()
        let answer = try functions.list.call()
        let names = try #require(answer[0].asTable).array.compactMap(\.asText)
        let poolCount = Int(try #require(answer[1].asNumber))
        #expect(names.count > 75)
        let budget = Budget(seconds: 0.02, memoryBytes: 32 << 20)
        var trips = 0
        for name in names {
            functions = try open()
            for _ in 0..<120 {
                let count = Int.random(in: 0...4, using: &random)
                let picks = (0..<count).map { _ in
                    Int64(Int.random(in: 1...poolCount, using: &random))
                }
                let clock = ContinuousClock()
                let began = clock.now
                do {
                    try functions.strike.call(
                        [.string(LuaString(name)), .integer(Int64(count))]
                            + picks.map { .integer($0) },
                        budget: budget)
                } catch let error as LuaError {
                    #expect(
                        error.kind == .budgetTime || error.kind == .budgetMemory,
                        "\(name) \(picks): \(error)")
                    trips += 1
                }
                #expect(clock.now - began < .seconds(1), "\(name) \(picks)")
            }
        }
        #expect(trips > 0)
    }
}
