import LuaRuntime
import Testing

@testable import Scripting

/// No hook runs while a function of the library does, so each pays before it works.
@Suite struct LibraryChargeTests {
    struct Spent: Error {}

    /// Calls on a thousand and more bytes or elements.
    static let calls = [
        "nj.text.normalize(nj.given.text)", "nj.text.fold(nj.given.text)",
        "nj.text.fold_all(nj.given.list)", "nj.text.lower(nj.given.text)",
        "nj.text.upper(nj.given.text)", "nj.text.strip_marks(nj.given.text)",
        "nj.text.clean(nj.given.text)", "nj.text.repair(nj.given.text)",
        "nj.text.is_valid(nj.given.text)", "nj.text.trim(nj.given.text)",
        "nj.text.split(nj.given.text, 'x')", "nj.text.lines(nj.given.text)",
        "nj.text.words(nj.given.text)", "nj.text.slice(nj.given.text, 3)",
        "nj.text.pad(nj.given.text, 1)", "nj.text.contains(nj.given.text, 'x')",
        "nj.text.count(nj.given.text, 'x')", "nj.text.ngrams(nj.given.text, 2)",
        "nj.text.length(nj.given.text)", "nj.text.lengths(nj.given.list)",
        "nj.text.distance(nj.given.text, 'x')", "nj.text.distances('x', nj.given.list)",
        "nj.text.similarity(nj.given.text, 'x')", "nj.text.similarities('x', nj.given.list)",
        "nj.regex.test(nj.given.text, 'x')", "nj.regex.test_all(nj.given.list, 'x')",
        "nj.regex.count(nj.given.text, 'x')", "nj.regex.count_all(nj.given.list, 'x')",
        "nj.regex.find(nj.given.text, 'x')", "nj.regex.find_all(nj.given.text, 'x')",
        "nj.regex.matches(nj.given.text, 'x')", "nj.regex.replace(nj.given.text, 'x', '')",
        "nj.regex.split(nj.given.text, 'x')", "nj.regex.escape(nj.given.text)",
        "nj.regex.is_valid('(x)' .. nj.given.list[1])", "nj.json.encode(nj.given.text)",
        "nj.json.decode('\"' .. nj.given.text .. '\"')", "nj.tokens.encode(nj.given.text)",
        "nj.tokens.encode_all(nj.given.list)", "nj.tokens.count(nj.given.text)",
        "nj.tokens.count_all(nj.given.list)", "nj.tokens.decode(nj.given.ids)",
        "nj.tokens.decode_all({ nj.given.ids })", "nj.tokens.truncate(nj.given.text, 1)",
        "nj.random.uniforms(2000)", "nj.random.integers(2000, 1, 2)", "nj.random.normals(2000)",
        "nj.random.choose(nj.given.ids)", "nj.random.shuffle(nj.given.ids)",
        "nj.random.weighted(nj.given.ids, nj.given.ids)", "nj.random.sample(nj.given.ids, 2)",
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
