import LuaRuntime
import Testing

@testable import Scripting

@Suite struct RandomBindingTests {
    /// What an expression gives on an occasion of a script's life.
    private func draw(
        _ expression: String, seed: UInt64 = 7, owner: String = "library",
        occasion: String = "item 3"
    ) throws -> LuaValue {
        let script = try LibraryScript(seed: seed, owner: owner)
        return try script.context.during(.answer, occasion: .init(occasion)) {
            try #require(try script.values(expression).first)
        }
    }

    /// Written down from another program that follows the papers.
    @Test(arguments: [
        (
            "nj.random.uniforms(3)",
            "{ 0.1430751849152686, 0.9968775959715624, 0.08157552577832416 }"
        ),
        ("nj.random.uniforms(2, 0, 1, 'b')", "{ 0.8050628480790432, 0.783097605696182 }"),
        ("nj.random.integers(12, 1, 6)", "{ 1, 6, 1, 6, 2, 6, 4, 3, 1, 1, 6, 2 }"),
        ("nj.random.integer(-1000000000000000000, 1000000000000000000)", "-713849630169462664"),
        ("table.concat(nj.random.shuffle { 'a', 'b', 'c', 'd', 'e', 'f' })", #""afcbed""#),
        ("table.concat(nj.random.sample({ 'a', 'b', 'c', 'd', 'e', 'f' }, 3))", #""afc""#),
    ])
    func valuesAreTheSameForEver(expression: String, golden: String) throws {
        #expect(LuaSpelling.of(try draw(expression)) == golden)
    }

    @Test func seedOwnerAndOccasionDecide() throws {
        let all = "nj.random.uniforms(4)"
        let first = try draw(all)
        #expect(try draw(all) == first)
        #expect(try draw(all, seed: 8) != first)
        #expect(try draw(all, owner: "other") != first)
        #expect(try draw(all, occasion: "item 4") != first)
    }

    @Test func streamsDoNotTouchEachOther() throws {
        let alone = try draw("nj.random.uniforms(3, 0, 1, 'a')")
        let beside = try draw(
            """
            (function()
              local drawn = {}
              for i = 1, 3 do
                nj.random.uniforms(i, 0, 1, 'b')
                nj.random.normal()
                drawn[i] = nj.random.uniform(0, 1, 'a')
              end
              return drawn
            end)()
            """)
        #expect(alone == beside)
    }

    @Test func manyAreAsManyCalls() throws {
        for (many, one) in [
            ("uniforms(5, -1, 2)", "uniform(-1, 2)"), ("integers(5, -3, 3)", "integer(-3, 3)"),
            ("normals(5, 1, 2)", "normal(1, 2)"),
        ] {
            let calls = Array(repeating: "nj.random.\(one)", count: 5).joined(separator: ", ")
            #expect(try draw("nj.random.\(many)") == draw("{ \(calls) }"))
        }
    }

    /// Pearson's test with a fixed seed: the bound is the 99.9 % point for the degrees of freedom.
    @Test(arguments: [
        ("nj.random.integers(60000, 1, 6)", 6, 20.5),
        ("nj.random.integers(60000, -1, 5)", 7, 22.5),
        (
            "(function() local t = {} for i = 1, 60000 do t[i] = math.floor(nj.random.uniform(0, 8)) "
                + "end return t end)()", 8, 24.3
        ),
        (
            "(function() local t = {} for i = 1, 24000 do t[i] = table.concat(nj.random.shuffle "
                + "{ 1, 2, 3, 4 }) end return t end)()", 24, 49.7
        ),
        (
            "(function() local t = {} for i = 1, 24000 do t[i] = "
                + "table.concat(nj.random.sample({ 1, 2, 3, 4 }, 2)) end return t end)()", 12, 31.3
        ),
        (
            "(function() local t = {} for i = 1, 30000 do t[i] = nj.random.choose { 1, 2, 3 } "
                + "end return t end)()", 3, 13.8
        ),
    ])
    func allAreAlikeLikely(expression: String, cells: Int, bound: Double) throws {
        let values = try #require(try draw(expression).asTable).array
        let counts = Dictionary(grouping: values) { $0 }.mapValues(\.count)
        #expect(counts.count == cells)
        let expected = Double(values.count) / Double(cells)
        let statistic = counts.values.reduce(0.0) {
            $0 + (Double($1) - expected) * (Double($1) - expected) / expected
        }
        #expect(statistic < bound, "\(counts)")
    }

    @Test func weightsAndSharesAreMet() throws {
        let weighted = try draw(
            """
            (function()
              local counts = { a = 0, b = 0, c = 0, yes = 0 }
              for i = 1, 40000 do
                local name = nj.random.weighted({ "a", "b", "c" }, { 1, 0, 3 })
                counts[name] = counts[name] + 1
                if nj.random.chance(0.3) then counts.yes = counts.yes + 1 end
              end
              return counts
            end)()
            """)
        let table = try #require(weighted.asTable)
        let count = { (name: String) in table[name]?.asNumber ?? -1 }
        #expect(count("b") == 0 && count("a") + count("c") == 40_000)
        #expect(abs(count("a") - 10_000) < 350 && abs(count("yes") - 12_000) < 370)
    }

    @Test func normalNumbersHaveTheirMoments() throws {
        let values = try #require(try draw("nj.random.normals(50000, 3, 2)").asTable).array
            .compactMap(\.asNumber)
        let mean = values.reduce(0, +) / 50_000
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 50_000
        #expect(abs(mean - 3) < 0.04 && abs(variance - 4) < 0.11)
    }

    @Test func endsAreKept() throws {
        #expect(try draw("nj.random.integer(math.mininteger, math.maxinteger)") != .nil)
        #expect(try draw("nj.random.uniform(5, 5)") == .number(5))
        #expect(try draw("nj.random.shuffle {}") == .table(LuaTable()))
        #expect(try draw("nj.random.sample({}, 0)") == .table(LuaTable()))
        let tight = try #require(
            try draw("nj.random.uniforms(100, 1, 1 + 2 ^ -52)").asTable
        ).array
        #expect(tight.allSatisfy { $0 == .number(1) })
    }

    @Test(arguments: [
        ("nj.random.uniform(2, 1)", "high: expected a number from 2.0 on"),
        ("nj.random.uniform(-1e308, 1e308)", "high: expected"),
        ("nj.random.uniform(0 / 0)", "low: expected a finite number"),
        ("nj.random.integer(2, 1)", "high: expected an integer from 2 on, got 1"),
        ("nj.random.integer(1.5, 2)", "low: expected an integer, got number 1.5"),
        ("nj.random.integer()", "low: expected an integer, got nothing"),
        ("nj.random.choose {}", "list: expected a list"),
        ("nj.random.sample({ 1 }, 2)", "2 values cannot be drawn from a list of 1"),
        ("nj.random.weighted({ 1, 2 }, { 1 })", "1 weights stand for 2 values"),
        ("nj.random.weighted({ 1 }, { 0 })", "their sum is 0.0"),
        ("nj.random.weighted({ 1 }, { -1 })", "weights[1]: expected a number, 0 or more"),
        ("nj.random.uniforms(1 << 40)", "count: expected an integer from 0 to 1048576"),
        ("nj.random.normal(0, -1)", "std: expected a number, 0 or more"),
        ("nj.random.chance(2)", "share: expected a number from 0 to 1"),
    ])
    func misuseIsRaised(expression: String, sentence: String) throws {
        let message = try #require(try LibraryScript().misuse(expression))
        #expect(message.contains(sentence), "\(message)")
    }
}
