import LuaRuntime
import Testing
import Texts

@testable import Scripting

@Suite struct RegexBindingTests {
    @Test(arguments: [
        (
            #"nj.regex.find("xx 2026-05", [[(?<y>\d+)-(\d+)|(z)]], 2)"#,
            #"{ start = 4, stop = 10, text = "2026-05", groups = { "2026", "05", false }, "#
                + #"names = { y = "2026" } }"#
        ),
        (
            #"nj.regex.find("ab", "", 3)"#,
            ##"{ start = 3, stop = 2, text = "", groups = {}, "##
                + "names = {} }"
        ),
        (#"nj.regex.find("ab", "", 4)"#, "nil"),
        (#"nj.regex.matches("a1b22", [[\d+]])"#, #"{ "1", "22" }"#),
        (#"nj.regex.matches("a1b22", [[([a-z])\d+]], 1)"#, #"{ "a" }"#),
        (#"nj.regex.test_all({ "a", "", "b" }, "a|^$")"#, "{ true, true, false }"),
        (#"nj.regex.count("\xff\xffa", ".")"#, "1"),
        (#"nj.regex.split("a1b2c", [[\d]], 2)"#, #"{ "a", "b2c" }"#),
        (#"nj.regex.escape("a.b")"#, #""a\\.b""#),
        (#"nj.regex.replace("äö", "", "-", 2)"#, #""-ä-ö""#),
    ])
    func functionsAnswer(expression: String, answer: String) throws {
        let script = try LibraryScript()
        let expected = try script.values(answer).first
        #expect(try script.values(expression).first == expected)
    }

    @Test func aFunctionMayReplaceAndSearchMeanwhile() throws {
        let script = try LibraryScript()
        let answer = try script.say(
            """
            nj.regex.replace("a1 b2 c3", [[(\\w)(\\d)]], function(match)
              if match.groups[1] == "b" then return nil end
              return nj.regex.replace(match.text, [[(\\w)(\\d)]], "$2$1")
            end)
            """)
        #expect(answer == [#""1a b2 3c""#, "2"])
    }

    @Test func aFunctionThatAnswersWronglyOrFailsIsNamed() throws {
        let script = try LibraryScript()
        #expect(
            script.misuse("nj.regex.replace('a', 'a', function() return 3 end)")
                == "nj.regex.replace: replacement: the function gives a string or nil; it gave "
                + "integer 3")
        #expect(
            script.misuse("nj.regex.replace('a', 'a', function() error 'mine' end)")?.contains(
                "mine") == true)
    }

    @Test(arguments: [
        ("nj.regex.test('a', '(')", "nj.regex.test: pattern: the pattern does not compile"),
        ("nj.regex.test('a', '\\xff')", "pattern: this string is not valid UTF-8"),
        ("nj.regex.replace('a', 'a', '$1')", "replacement: the replacement names group 1"),
        ("nj.regex.find('ä', '.', 2)", "from: byte 2 is inside a character"),
        ("nj.regex.find('ä', '.', 0)", "from: expected an integer from 1"),
    ])
    func misuseIsRaised(expression: String, sentence: String) throws {
        let message = try #require(try LibraryScript().misuse(expression))
        #expect(message.contains(sentence), "\(message)")
    }

    @Test func anExplosionIsNilAndAMessage() throws {
        let script = try LibraryScript()
        for function in ["test", "count", "find", "find_all", "matches", "split"] {
            let answer = try script.say(
                "nj.regex.\(function)(('a'):rep(80) .. 'b', '(a+)+$')")
            #expect(answer.first == "nil" && answer.last?.contains("given up after") == true)
        }
        let message = try script.say("nj.regex.is_valid('a(b')").last
        #expect(message?.contains("at its byte") == true)
    }

    @Test func patternsAreKeptCompiledAndBounded() throws {
        let script = try LibraryScript()
        _ = try script.say(
            "(function() for i = 1, 500 do nj.regex.test('a', 'a' .. i % 100) end end)()")
        #expect(script.context.library.patterns.count == 64)
    }
}
