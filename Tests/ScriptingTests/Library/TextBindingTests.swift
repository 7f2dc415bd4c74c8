import LuaRuntime
import Testing

@testable import Scripting

@Suite struct TextBindingTests {
    @Test(arguments: [
        (#"nj.text.normalize("A\u{30a}", "NFC")"#, "\"\u{C5}\""),
        (#"nj.text.trim("  a ", "start")"#, "\"a \""),
        (#"nj.text.split("aXbX", "X")"#, #"{ "a", "b", "" }"#),
        (#"nj.text.split("", "X")"#, #"{ "" }"#),
        (#"nj.text.split("aXXb", "XX", 1)"#, #"{ "aXXb" }"#),
        (#"nj.text.lines("a\r\n\nb")"#, #"{ "a", "", "b" }"#),
        (#"nj.text.words("")"#, "{}"),
        (#"nj.text.slice("漢字", 0, 99)"#, "\"漢字\""),
        (#"nj.text.pad("漢", 5, "both")"#, "\" 漢  \""),
        (#"nj.text.pad("long", 2)"#, "\"long\""),
        (#"nj.text.starts_with("a", "ab")"#, "false"),
        (#"nj.text.ends_with("\xff", "a")"#, "false"),
        (#"nj.text.count("aaa", "aa")"#, "1"),
        (#"nj.text.length("漢字", "columns")"#, "4"),
        (#"nj.text.lengths({ "漢字", "" }, "bytes")"#, "{ 6, 0 }"),
        (#"nj.text.distances("ab", { "ab", "b", "xyz" })"#, "{ 0, 1, 3 }"),
        (#"nj.text.similarities("ab", { "ab", "ba" }, "subsequence")"#, "{ 1.0, 0.5 }"),
        (#"nj.text.similarity("abc", "abd", "characters", 2)"#, "\(1.0 / 3)"),
        (#"nj.text.fold_all({ "É", "ﬁ" }, true)"#, #"{ "e", "fi" }"#),
    ])
    func functionsAnswer(expression: String, answer: String) throws {
        #expect(try LibraryScript().say(expression) == [answer])
    }

    /// A text that is no UTF-8 is to be expected: nil, and where.
    @Test(arguments: [
        "normalize", "fold", "lower", "upper", "strip_marks", "clean", "trim", "words", "length",
    ])
    func aTextThatIsNoUTF8IsRefusedWithItsPlace(name: String) throws {
        let answer = try LibraryScript().say(#"nj.text.\#(name)("ab\xff")"#)
        #expect(
            answer == ["nil", #""text is no UTF-8 at its byte 3; nj.text.repair mends it""#])
    }

    @Test func aBadEntryOfAListIsNamed() throws {
        let answer = try LibraryScript().say(#"nj.text.fold_all({ "a", "\xc3" })"#)
        #expect(answer.last?.contains("texts[2] is no UTF-8 at its byte 1") == true)
    }

    @Test func tooMuchWorkIsRefused() throws {
        let script = try LibraryScript(budget: .unlimited)
        let answer = try script.say(
            "nj.text.distance(('ab'):rep(100000) .. 'x', 'y' .. ('ba'):rep(100000))")
        #expect(answer.first == "nil" && answer.last?.contains("too long to compare") == true)
        #expect(
            try script.say("nj.text.ngrams(('a'):rep(2000000), 3)").last?.contains(
                "more than 1048576 n-grams") == true)
    }

    @Test func longTextsAreAnswered() throws {
        let script = try LibraryScript(budget: .unlimited)
        try script.give("long", .string(LuaString(String(repeating: "Ab é. ", count: 1_500_000))))
        for (expression, answer) in [
            ("#nj.text.fold(given.long)", "10500000"),
            ("#nj.text.normalize(given.long, 'NFD')", "12000000"),
            ("nj.text.length(given.long)", "9000000"),
            ("nj.text.length(given.long, 'words')", "3000000"),
            ("nj.text.count(given.long, 'é')", "1500000"),
            ("#nj.text.clean(given.long)", "10500000"),
            ("nj.text.distance(given.long, given.long .. 'x')", "1"),
            ("nj.text.slice(given.long, -6, -5)", "\"Ab\""),
        ] {
            #expect(try script.say(expression).first == answer, "\(expression)")
        }
    }

    @Test(arguments: [
        ("nj.text.normalize('a', 'NFX')", "form: expected"),
        ("nj.text.split('a', '')", "separator: expected a string that is not empty"),
        ("nj.text.length('a', 'letters')", "unit: expected"),
        ("nj.text.ngrams('a', 17)", "n: expected an integer from 1 to 16"),
        ("nj.text.fold_all('a')", "texts: expected a list"),
        ("nj.text.fold_all({ 1 })", "texts[1]: expected a string"),
    ])
    func misuseIsRaised(expression: String, sentence: String) throws {
        let message = try #require(try LibraryScript().misuse(expression))
        #expect(message.contains(sentence), "\(message)")
    }
}
