import LuaRuntime
import Testing

@testable import Scripting

@Suite struct StateEncodingTests {
    static let values: [LuaValue] = [
        .nil, true, false, 0, -1, .integer(.max), .integer(.min), 1.0, -0.0, 0.1, 1e300,
        .number(.infinity), .number(-.infinity), .number(.leastNonzeroMagnitude), "", "text",
        "quote \" and \\ and \n and \u{1}", .string(LuaString(bytes: [0xFF, 0, 0x41])), [],
        [1, 2.0, "x"], ["a": 1, "b": ["c": []]],
        .table(
            LuaTable(
                array: [1],
                fields: [
                    .init(key: 5, value: 1), .init(key: "5", value: 2),
                    .init(key: .number(1.5), value: 3), .init(key: .boolean(true), value: 4),
                    .init(key: .string(LuaString(bytes: [0xFE])), value: 5),
                ])),
    ]

    @Test(arguments: values) func whatIsWrittenIsRead(value: LuaValue) throws {
        let read = try StateEncoding.decode(StateEncoding.encode(value), path: "state")
        #expect(read == value)
        if case .number(let a) = value, case .number(let b) = read {
            #expect(a.bitPattern == b.bitPattern)
        }
    }

    @Test func notANumberKeepsItsBits() throws {
        let odd = Double(bitPattern: 0x7FF8_0000_0000_0042)
        let read = try StateEncoding.decode(StateEncoding.encode(.number(odd)), path: "state")
        #expect(read.asNumber?.bitPattern == odd.bitPattern)
    }

    @Test(arguments: [
        "", "{}", "[1]", "{\"format\":2,\"value\":1}", "{\"format\":1}",
        "{\"format\":1,\"value\":{\"f\":\"x\"}}", "{\"format\":1,\"value\":{\"t\":1}}",
        "{\"format\":1,\"value\":{\"t\":[],\"k\":[[1]]}}",
        "{\"format\":1,\"value\":{\"s\":\"?\"}}",
    ])
    func damageIsSaid(text: String) {
        let error = #expect(throws: ScriptingError.self) {
            try StateEncoding.decode(Array(text.utf8), path: "the memory of x")
        }
        #expect(error?.description.hasPrefix("the memory of x: ") == true)
    }

    @Test(arguments: values) func aSpellingIsReadByLua(value: LuaValue) throws {
        let results = try LuaState().run("return " + LuaSpelling.of(value), name: "value.lua")
        #expect(PlainEquality.equal(try (results.first ?? .nil).plain(), value))
    }

    /// A memory of megabytes is written at the speed of memory, whatever it holds.
    @Test(arguments: ["x", "\u{1B}\"é"]) func longTextsAreWrittenFast(text: String) throws {
        let value = LuaValue.string(LuaString(String(repeating: text, count: 10_000_000)))
        let start = ContinuousClock.now
        let bytes = StateEncoding.encode(value)
        #expect(ContinuousClock.now - start < .seconds(4))
        #expect(PlainEquality.equal(try StateEncoding.decode(bytes, path: "x"), value))
    }
}
