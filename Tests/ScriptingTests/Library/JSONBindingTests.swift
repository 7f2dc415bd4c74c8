import Foundation
import LuaRuntime
import Testing

@testable import Scripting

@Suite struct JSONBindingTests {
    private func decode(_ text: String, _ options: LuaJSONReader.Options? = nil) throws -> LuaNode {
        let library = LibraryMemory { _ in }
        return try LuaJSONReader.read(Array(text.utf8), options ?? .init(library: library))
    }

    private func refusal(_ text: String) -> String? {
        do {
            _ = try decode(text)
            return nil
        } catch let refusal as Refusal {
            return refusal.message
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        ("", 1, 1), ("  ", 1, 3), ("[1,]", 1, 4), ("[1 2]", 1, 4), ("{\"a\" 1}", 1, 6),
        ("{a: 1}", 1, 2), ("{\"a\":1,}", 1, 8), ("01", 1, 1), ("-", 1, 2), ("1.", 1, 3),
        ("1e", 1, 3), (".5", 1, 1), ("+1", 1, 1), ("1e999", 1, 1), ("NaN", 1, 1),
        ("Infinity", 1, 1), ("nul", 1, 1), ("truex", 1, 5), ("\"a", 1, 3), ("\"\\x\"", 1, 2),
        ("\"\\u12g4\"", 1, 2), ("\"\\ud800\"", 1, 2), ("\"\\udc00x\"", 1, 2),
        ("\"\\ud800\\u0041\"", 1, 2), ("\"a\nb\"", 1, 3), ("[\n\"ä\", x]", 2, 6),
        ("{\"a\":1,\n \"a\":2}", 2, 2), ("1 2", 1, 3), ("\u{FEFF}1", 1, 1), ("'a'", 1, 1),
        ("[1]]", 1, 4), ("9223372036854775808", 1, 1), ("/**/1", 1, 1), ("[", 1, 2),
        ("{\"\\u0061\":1,\"a\":2}", 1, 13), ("\u{A0}1", 1, 1), ("1\u{0}", 1, 2),
    ])
    func whatIsNotJSONIsRefusedWithItsPlace(text: String, line: Int, column: Int) {
        let message = refusal(text)
        #expect(
            message?.hasPrefix("line \(line), column \(column): ") == true,
            "\(text): \(message ?? "accepted")")
    }

    @Test func bytesThatAreNoUTF8AreRefused() throws {
        let script = try LibraryScript()
        #expect(
            try script.say(#"nj.json.decode('["a\xff"]')"#)
                == ["nil", #""line 1, column 4: this byte is no UTF-8""#])
    }

    @Test func depthIsBounded() {
        let deep = { String(repeating: "[", count: $0) + String(repeating: "]", count: $0) }
        #expect(refusal(deep(64)) == nil)
        #expect(refusal(deep(65))?.contains("more than 64 deep") == true)
        #expect(refusal(String(repeating: "{\"a\":", count: 10_000_000))?.contains("deep") == true)
    }

    @Test(arguments: [
        ("9007199254740993", "9007199254740993"), ("-9223372036854775808", "math.mininteger"),
        ("1.0", "1.0"), ("-0", "0"), ("-0.0", "-0.0"), ("1e2", "100.0"), ("5e-324", "5e-324"),
        ("0.1", "0.1"), (#""\ud83d\udc26\/\u0000""#, "\"🐦/\\0\""), ("[]", "{}"), ("{}", "{}"),
        (#" { "b" : [ ] , "a" : [ true , false ] } "#, "{ a = { true, false }, b = {} }"),
    ])
    func valuesAreExact(text: String, answer: String) throws {
        let script = try LibraryScript()
        try script.give("text", .string(LuaString(text)))
        #expect(try script.say("nj.json.decode(given.text)") == [answer])
    }

    @Test func optionsDecideWhatLuaCannotHold() throws {
        let script = try LibraryScript()
        #expect(
            try script.say(#"nj.json.decode('{"a":null,"b":1}', { null = "drop" })"#)
                == ["{ b = 1 }"])
        #expect(
            try script.say(#"nj.json.decode('[null]', { null = "drop" })"#).last
                == #""line 1, column 2: null can be dropped from an object only""#)
        let big = "123456789012345678901234567890"
        #expect(
            try script.say("nj.json.decode('\(big)', { big_integers = 'text' })") == ["\"\(big)\""])
        #expect(
            try script.say("nj.json.decode('\(big)', { big_integers = 'number' })")
                == ["1.2345678901234568e+29"])
        let again = #"[{},[],null,{"a":{}}]"#
        #expect(
            try script.say(
                "nj.json.encode(nj.json.decode('\(again)', { keep_empty = true }))")
                == [LuaSpelling.quoted(Array(again.utf8))])
    }

    @Test(arguments: [
        ("{ a = { b = { 1, 0 / 0 } } }", "a.b[2]: JSON has no NaN"),
        ("{ -math.huge }", "[1]: JSON has no infinity"), ("0 / 0", "JSON has no NaN"),
        ("{ x = '\\xff' }", "x: this string is no UTF-8 at its byte 1"),
        (
            "{ 1, a = 2 }",
            "a table with a list and other entries, or with a hole in its list, is neither an array "
                + "nor an object"
        ),
        ("{ a = { [3] = 1 } }", "a[3]: keys of an object are strings"),
        ("{ [true] = 1 }", "[true]: keys of an object are strings"),
    ])
    func whatJSONCannotHoldIsRefusedWithItsKeyPath(value: String, sentence: String) throws {
        let answer = try LibraryScript().values("nj.json.encode(\(value))")
        #expect(answer == [.nil, .string(LuaString(sentence))])
    }

    @Test func aFunctionIsMisuse() throws {
        let message = try LibraryScript().misuse("nj.json.encode({ a = { print } })")
        #expect(message == "nj.json.encode: value.a[1]: expected plain data, got a function")
    }

    @Test func indentedTextIsTheSameValue() throws {
        let script = try LibraryScript()
        #expect(
            try script.say("nj.json.encode({ b = { 1, {} }, a = 'x\\n' }, { indent = 2 })")
                == [#""{\n  \"a\": \"x\\n\",\n  \"b\": [\n    1,\n    []\n  ]\n}""#])
    }

    /// Foundation reads what is written, and writes what is read.
    @Test func foundationAgrees() throws {
        let script = try LibraryScript(seed: 5)
        for _ in 0..<200 {
            let text = try #require(
                try script.values(
                    """
                    (function()
                      local function any(depth)
                        local kind = nj.random.integer(1, depth > 3 and 5 or 7)
                        if kind == 1 then return nj.random.integer(-1000000, 1000000) end
                        if kind == 2 then return nj.random.normal(0, 1e9) end
                        if kind == 3 then return nj.random.chance(0.5) end
                        if kind <= 5 then
                          return nj.random.choose { "", "a", "ä\\n", "\\u{1f426}", "\\0\\x7f\\"" }
                        end
                        local list = {}
                        for i = 1, nj.random.integer(0, 4) do
                          list[kind == 6 and i or "k" .. i] = any(depth + 1)
                        end
                        return list
                      end
                      return nj.json.encode { any(0) }
                    end)()
                    """
                ).first?.asText)
            let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
            let twin = try JSONSerialization.data(
                withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
            try script.give("twin", .string(LuaString(bytes: Array(twin))))
            try script.give("text", .string(LuaString(text)))
            // Foundation writes 1.0 as 1, so numbers are compared as Lua compares them.
            let same = try script.values(
                """
                (function()
                  local function equal(a, b)
                    if type(a) ~= "table" then return a == b end
                    for key, value in pairs(a) do
                      if not equal(value, b[key]) then return false end
                    end
                    for key in pairs(b) do if a[key] == nil then return false end end
                    return true
                  end
                  return equal(
                    nj.json.decode(given.text), assert(nj.json.decode(given.twin)))
                end)()
                """)
            #expect(same == [.boolean(true)], "\(text)")
        }
    }
}
