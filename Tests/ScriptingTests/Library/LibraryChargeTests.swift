import LuaRuntime
import Testing

@testable import Scripting

/// No hook runs while a function of the library does, so each pays before it works.
@Suite struct LibraryChargeTests {
    struct Spent: Error {}

    /// Calls on a thousand and more bytes or elements.
    static let calls = [
        "nj.text.normalize(given.text)", "nj.text.fold(given.text)",
        "nj.text.fold_all(given.list)", "nj.text.lower(given.text)",
        "nj.text.upper(given.text)", "nj.text.strip_marks(given.text)",
        "nj.text.clean(given.text)", "nj.text.repair(given.text)",
        "nj.text.is_valid(given.text)", "nj.text.trim(given.text)",
        "nj.text.split(given.text, 'x')", "nj.text.lines(given.text)",
        "nj.text.words(given.text)", "nj.text.slice(given.text, 3)",
        "nj.text.pad(given.text, 1)", "nj.text.contains(given.text, 'x')",
        "nj.text.count(given.text, 'x')", "nj.text.ngrams(given.text, 2)",
        "nj.text.length(given.text)", "nj.text.lengths(given.list)",
        "nj.text.distance(given.text, 'x')", "nj.text.distances('x', given.list)",
        "nj.text.similarity(given.text, 'x')", "nj.text.similarities('x', given.list)",
        "nj.regex.test(given.text, 'x')", "nj.regex.test_all(given.list, 'x')",
        "nj.regex.count(given.text, 'x')", "nj.regex.count_all(given.list, 'x')",
        "nj.regex.find(given.text, 'x')", "nj.regex.find_all(given.text, 'x')",
        "nj.regex.matches(given.text, 'x')", "nj.regex.replace(given.text, 'x', '')",
        "nj.regex.split(given.text, 'x')", "nj.regex.escape(given.text)",
        "nj.regex.is_valid('(x)' .. given.list[1])", "nj.json.encode(given.text)",
        "nj.json.decode('\"' .. given.text .. '\"')", "nj.tokens.encode(given.text)",
        "nj.tokens.encode_all(given.list)", "nj.tokens.count(given.text)",
        "nj.tokens.count_all(given.list)", "nj.tokens.decode(given.ids)",
        "nj.tokens.decode_all({ given.ids })", "nj.tokens.truncate(given.text, 1)",
        "nj.random.uniforms(2000)", "nj.random.integers(2000, 1, 2)", "nj.random.normals(2000)",
        "nj.random.choose(given.ids)", "nj.random.shuffle(given.ids)",
        "nj.random.weighted(given.ids, given.ids)", "nj.random.sample(given.ids, 2)",
    ]

    /// Functions whose work is small whatever they are given, or is that of reading arguments.
    static let small: Set = [
        "text.starts_with", "text.ends_with", "json.null", "json.empty_object", "tokens.bytes",
        "tokens.vocabulary_size", "tokens.specials", "random.uniform", "random.integer",
        "random.normal", "random.chance",
    ]

    private func script() throws -> LibraryScript {
        let script = try LibraryScript(budget: .unlimited)
        try script.give("text", .string(LuaString(String(repeating: "ä b", count: 16_000))))
        let list = (0..<2000).map { LuaValue.string(LuaString("ä\($0) bcd")) }
        try script.give("list", .table(LuaTable(array: list)))
        let ids = (0..<2000).map { LuaValue.integer(Int64($0 % 200)) }
        try script.give("ids", .table(LuaTable(array: ids)))
        return script
    }

    @Test(arguments: calls)
    func eachFunctionPaysForItsWork(call: String) throws {
        let script = try script()
        var paid = 0
        script.context.charge = { paid += $0 }
        _ = try script.values("(\(call)) ~= 0")
        let least = call.contains("regex") ? 500 : 2000
        #expect(paid >= least, "\(call) paid \(paid)")
    }

    @Test(arguments: calls)
    func aSpentBudgetEndsIt(call: String) throws {
        let script = try script()
        script.context.charge = { _ in throw Spent() }
        let error = #expect(throws: LuaError.self) { try script.values("(\(call)) ~= 0") }
        #expect(error?.cause is Spent)
    }

    /// A little text that a function makes much of; the first part of the work fits the budget.
    @Test(arguments: [
        #"nj.regex.replace(("x"):rep(10000), "x", ("$0"):rep(20000))"#,
        #"nj.regex.replace(("x"):rep(10000), "x", ("$0"):rep(100000))"#,
        #"nj.text.fold(("\u{FDFA}"):rep(2000000))"#,
        #"nj.text.fold_all({ ("\u{FDFA}"):rep(2000000) })"#,
        #"nj.text.normalize(("\u{FDFA}"):rep(2000000), "NFKC")"#,
        #"nj.text.normalize(("\u{FDFA}"):rep(2000000), "NFKD")"#,
    ])
    func aCountedBudgetEndsWhatGrows(call: String) throws {
        let script = try LibraryScript(
            budget: Budget(seconds: 600, memoryBytes: 1 << 30, instructions: 3_000_000))
        let start = ContinuousClock.now
        let error = #expect(throws: LuaError.self) { try script.values(call) }
        #expect(error?.kind == .budgetInstructions)
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    /// Work that is long is cut off while it is done, not after it.
    @Test(
        .serialized,
        arguments: [
            #"nj.text.words((("a"):rep(80) .. " "):rep(1e6))"#, #"nj.regex.escape(("."):rep(1e8))"#,
            #"nj.text.repair(("\xff"):rep(8e7))"#, #"nj.json.encode(("\27"):rep(6e7))"#,
            #"nj.text.clean(("\27a"):rep(5e7))"#, #"nj.text.trim(("\u{a0}"):rep(5e7))"#,
            #"nj.text.length(("\u{e9}"):rep(5e7), "columns")"#,
            #"nj.text.lower(("\u{c9}"):rep(5e7))"#, #"nj.text.upper(("\u{df}"):rep(5e7))"#,
        ])
    func longTextsAreCutOffInTime(call: String) throws {
        let script = try LibraryScript(budget: Budget(seconds: 0.2, memoryBytes: 1 << 30))
        let start = ContinuousClock.now
        let error = #expect(throws: LuaError.self) { try script.values(call) }
        #expect(error?.kind == .budgetTime)
        #expect(ContinuousClock.now - start < .seconds(4), "\(ContinuousClock.now - start)")
    }

    /// Names of any length are repeated by their beginning alone, and are near to none.
    @Test(
        .serialized,
        arguments: [
            #"nj.text[("z"):rep(1e7)]"#, #"nj.text.length("x", ("z"):rep(1e7))"#,
            #"nj.json.encode({}, { [("z"):rep(1e7)] = 1 })"#, #"require(("z"):rep(1e7))"#,
            #"_G[("z"):rep(1e7)]"#,
        ])
    func longNamesAreRefusedAtOnce(call: String) throws {
        let script = try LibraryScript(budget: Budget(seconds: 60, memoryBytes: 1 << 30))
        let start = ContinuousClock.now
        let error = #expect(throws: LuaError.self) { try script.values(call) }
        #expect((error?.message.utf8.count ?? 0) < 3000)
        #expect(ContinuousClock.now - start < .seconds(4), "\(ContinuousClock.now - start)")
    }

    @Test func everyFunctionIsTried() {
        let nouns: Set = ["text", "regex", "json", "tokens", "random"]
        for binding in Catalogue.bindings where nouns.contains(binding.namespace ?? "") {
            let isTried = LibraryChargeTests.calls.contains {
                $0.hasPrefix(binding.fullName + "(")
            }
            #expect(isTried || LibraryChargeTests.small.contains(binding.name), "\(binding.name)")
            #expect(!binding.examples.isEmpty, "\(binding.name) has no example")
        }
    }
}
