import CLua
import LuaRuntime
import Testing

/// The functions that are ours must answer as the stock libraries do, wherever those are
/// deterministic.
struct StockTwinTests {
    /// Runs a chunk that returns one string in a stock interpreter.
    private func stock(_ source: String) -> String {
        guard let L = luaL_newstate() else { return "no state" }
        defer { lua_close(L) }
        luaL_openlibs(L)
        if luaL_loadbufferx(L, source, source.utf8.count, "@test.lua", nil) == LUA_OK {
            _ = lua_pcallk(L, 0, 1, 0, 0, nil)
        }
        var count = 0
        guard let text = lua_tolstring(L, -1, &count) else { return "no string" }
        return String(
            decoding: UnsafeRawBufferPointer(start: text, count: count), as: UTF8.self)
    }

    private func ours(_ source: String) -> String {
        do {
            let result = try LuaState().load(source, name: "test.lua").call()[0]
            guard case .string(let text) = result else { return "no string" }
            return text.description
        } catch {
            return (error as? LuaError)?.sentence ?? "\(error)"
        }
    }

    /// The message as later releases of 5.4 word it.
    private func later(_ line: Substring) -> String {
        String(line).replacing("#1 to 'remove' (position", with: "#2 to 'remove' (position")
            .replacing("thread expected", with: "coroutine expected")
    }

    /// A function `show` that writes results of any kind, and the error where there is one.
    private let preamble = """
        local function show(...)
          local n, out = select("#", ...), {}
          for i = 1, n do out[i] = tostring((select(i, ...))) end
          return table.concat(out, ",")
        end
        local out = {}
        local function try(f, ...)
          out[#out + 1] = show(pcall(f, ...))
        end

        """

    @Test func patternsAnswerAsStockOnes() {
        var random = SystemRandom(seed: 7)
        let pieces = [
            "a", "b", ".", "%a", "%d", "%w", "[ab]", "[^a]", "[a-c]", "%s", "(", ")", "()", "*",
            "+",
            "-", "?", "^", "$", "%1", "%b()", "%f[a]", "[", "]", "%", "[%a_]", "x", "%z", "[]]",
            "[^]]",
            "[a-]", "%2", "%f", "%b", "%g", "%P",
        ]
        let texts = [
            "", "a", "abc", "aab(b(c))d", "hello world", "a1b2c3", "((x))", "]-[", "  a b  ",
            "aaaaaaaa",
        ]
        var script = preamble
        for _ in 0..<3000 {
            let pattern = (0..<Int.random(in: 0...6, using: &random))
                .map { _ in pieces.randomElement(using: &random)! }.joined()
            let text = texts.randomElement(using: &random)!
            let start = Int.random(in: -4...4, using: &random)
            script += """
                do
                local s, p = "\(text)", "\(pattern)"
                try(string.find, s, p, \(start)) try(string.match, s, p, \(start))
                try(string.gsub, s, p, "<%0>") try(string.gsub, s, p, "%1%%", 2)
                try(string.gsub, s, p, { a = "A", b = 7, c = false })
                try(string.gsub, s, p, function(x, y) return y end)
                try(function() local r = {} for x, y in s:gmatch(p) do r[#r + 1] = show(x, y) end return table.concat(r, ";") end)
                end

                """
        }
        script += "return table.concat(out, '\\n')"
        let mine = ours(script).split(separator: "\n", omittingEmptySubsequences: false)
        let theirs = stock(script).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(mine.count == theirs.count)
        #expect(mine.count > 20000)
        for (a, b) in zip(mine, theirs) where a != b {
            Issue.record("ours \(a), stock \(b)")
            break
        }
    }

    @Test func tableFunctionsAnswerAsStockOnes() {
        let script =
            preamble + """
                local function list(t) local r = {} for i = 1, 12 do r[i] = tostring(t[i]) end return table.concat(r, " ") end
                for n = 0, 5 do
                  for p = -1, 7 do
                    local function fresh() local t = {} for i = 1, n do t[i] = i * 10 end return t end
                    try(function() local t = fresh() table.insert(t, p, 99) return list(t) end)
                    try(function() local t = fresh() table.insert(t, 99) return list(t) end)
                    try(function() local t = fresh() local r = table.remove(t, p) return tostring(r) .. ":" .. list(t) end)
                    try(function() local t = fresh() local r = table.remove(t) return tostring(r) .. ":" .. list(t) end)
                    for q = 0, 6 do
                      try(function() local t = fresh() table.move(t, p, q, 3) return list(t) end)
                      try(function() local t = fresh() return list(table.move(t, p, q, 2, {})) end)
                      try(function() local t = fresh() return table.concat(t, ",", p, q) end)
                    end
                    try(function() local t = fresh() table.sort(t, function(a, b) return a > b end) return list(t) end)
                  end
                end
                try(table.insert, {}, 1, 2, 3) try(table.insert, {}) try(table.insert, 5, 1)
                try(table.concat, { 1, 2.5, "x" }, "-") try(table.concat, {}, 5)
                try(string.rep, "ab", 3) try(string.rep, "ab", 3, "-") try(string.rep, "", 3, "-") try(string.rep, "x", 1)
                try(string.rep, "x", 0) try(string.rep, "x", -1) try(string.rep, "abc", 1000, ", ")
                try(string.format, "%d %5.2f %s %q %x %c %i %g %%", 3, 2.5, "s", "q\\n", 255, 65, 7, 1e20)
                try(string.format, "%d", "x") try(string.format, "%d", 2.5) try(string.format, "%y", 1) try(string.format, "%s")
                try(string.format, "%10s|%-10s|%.2s", "a", true, "abc") try(string.format, "%s %s", nil, 1.5)
                try(select, 2, "a", "b") try(next, {}) try(next, { 5 }) try(rawset, {}, 1) try(setmetatable, {}, 1)
                try(setmetatable, 1, {}) try(pairs) try(pcall) try(tostring)
                try(coroutine.resume, 1) try(coroutine.wrap, 1) try(coroutine.create) try(coroutine.status, {})
                local co = coroutine.create(function(a, b) local c = coroutine.yield(a + b) error({ c }) end)
                try(coroutine.resume, co, 1, 2) try(coroutine.status, co) try(coroutine.isyieldable)
                out[#out + 1] = show((coroutine.resume(co, 9))) try(coroutine.status, co) try(coroutine.resume, co)
                try(coroutine.close, coroutine.create(print)) try(coroutine.wrap(function() error("x", 0) end))
                local w = coroutine.wrap(function() return 1 end) w() try(w)
                try(function() return coroutine.wrap(function() return pcall(function() return coroutine.yield(1) end) end)() end)
                local cw = coroutine.wrap(function() return pcall(function() return coroutine.yield(1) + 1 end) end)
                try(cw) try(cw, 41)
                local cx = coroutine.wrap(function() return xpcall(function() error(coroutine.yield(1), 0) end, function(m) return m .. "!" end) end)
                try(cx) try(cx, "late")
                return table.concat(out, "\\n")
                """
        let mine = ours(script).split(separator: "\n", omittingEmptySubsequences: false)
        let theirs = stock(script).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(mine.count == theirs.count)
        for (a, b) in zip(mine.map(String.init), theirs.map(later)) where a != b {
            Issue.record("ours \(a), stock \(b)")
            break
        }
    }

    @Test func textFunctionsAnswerAsStockOnes() {
        let script =
            preamble + #"""
                local texts = { "", "a", "abc", "h\u{e9}llo", "\u{20ac}\u{10ffff}x", "a\0b", "\x80", "a\x80", "\xe2\x82",
                  "\xc0\x80", "\xed\xa0\x80", "\u{7fffffff}", "\xff", ("\u{20ac}"):rep(50), "ab\xf4\x90\x80\x80" }
                local spots = { -1 << 63, -100, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 100, math.maxinteger, 2.0, 1.5, "2", "x", {} }
                for _, s in ipairs(texts) do
                  try(string.lower, s) try(string.upper, s) try(string.reverse, s) try(string.len, s)
                  try(utf8.len, s) try(utf8.codepoint, s) try(string.byte, s) try(string.sub, s) try(utf8.offset, s)
                  for _, i in ipairs(spots) do
                    try(string.byte, s, i) try(string.sub, s, i) try(utf8.len, s, i) try(utf8.codepoint, s, i)
                    try(utf8.offset, s, i) try(utf8.len, s, i, nil, true)
                    for _, j in ipairs(spots) do
                      if type(i) ~= "table" and type(j) ~= "table" then
                        try(string.byte, s, i, j) try(string.sub, s, i, j) try(utf8.len, s, i, j) try(utf8.offset, s, i, j)
                        try(utf8.codepoint, s, i, j) try(utf8.codepoint, s, i, j, true) try(utf8.len, s, i, j, true)
                      end
                    end
                  end
                end
                for _, s in ipairs { "", "abc", "h\u{e9}\u{20ac}\u{10ffff}", "a\xff", "a\xc3" } do
                  for _, lax in ipairs { false, true } do
                    try(function() local r = {} for p, c in utf8.codes(s, lax) do r[#r + 1] = p .. ":" .. c end return table.concat(r, " ") end)
                  end
                end
                try(function() local r = {} for p, c in utf8.codes("\u{7fffffff}", true) do r[#r + 1] = p .. ":" .. c end return table.concat(r, " ") end)
                try(function() for p, c in utf8.codes("\u{7fffffff}") do end end)
                try(string.char, 72, 105) try(string.char, 256) try(string.pack, "i4", 7) try(string.unpack, "z", "ab\0c")
                try(string.packsize, "i4i8") try(string.pack) try(string.pack, {}) try(string.unpack, "i4", "x") try(math.floor, "2.5")
                try(math.max, 1, "10") try(math.floor, {}) try(tonumber, "0x10") try(tonumber, "zz", 36) try(tonumber, "8", 8)
                try(tonumber) try(tonumber, {}) try(select, "#", 1, nil) try(select, -1, 1, 2) try(function() return "10" + 5, "3" * "4", -"2", "7" // 2 end)
                try(function() return "x" + 1 end) try(function() return {} + "1" end) try(rawlen, {1, 2}) try(rawlen, 5) try(rawget, {5}, 1)
                try(rawget, 5) try(table.unpack, {1, 2, 3}) try(table.unpack, {1, 2, 3}, 2) try(table.unpack, {}, 1, 3) try(table.unpack, {}, 1, 1e8)
                try(function() return table.pack(1, nil).n end) try(assert, nil) try(assert, 1, 2) try(type) try(getmetatable) try(ipairs) try(error, "m", 0)
                return table.concat(out, "\n")
                """#
        let mine = ours(script).split(separator: "\n", omittingEmptySubsequences: false)
        let theirs = stock(script).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(mine.count == theirs.count)
        #expect(mine.count > 5000)
        var differing = 0
        for (a, b) in zip(mine.map(String.init), theirs.map(later)) where a != b && differing < 10 {
            Issue.record("ours \(a), stock \(b)")
            differing += 1
        }
    }

    @Test func codesRefusesStrayContinuationBytes() {
        for text in ["a\\x80", "\\u{20ac}\\x80b", "\\x80"] {
            let error = failure("for p, c in utf8.codes('\(text)') do end")
            #expect(error?.message.contains("invalid UTF-8 code") == true, "\(text)")
        }
    }
}

/// A small generator with a seed, so that a failure repeats.
struct SystemRandom: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
