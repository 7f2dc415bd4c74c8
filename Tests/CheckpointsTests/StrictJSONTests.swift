import Testing

@testable import Checkpoints

@Suite struct StrictJSONTests {
    @Test func valuesSurviveWritingAndReading() throws {
        let value = JSONValue.object([
            .init("zebra", .array([.integer(1), .number("-0.5e+10"), .null, .bool(true)])),
            .init("apple", .object([])),
            .init("text \"\\\n\u{1}é😀", .string("\u{7f}\t/")),
            .init("big", .number("18446744073709551616")),
        ])
        #expect(try JSONReader.read(Array(JSONWriter.compact(value).utf8)) == value)
    }

    @Test func escapesAreRead() throws {
        let text = #""\u0041\n\/\ud83d\ude00\u00e9""#
        #expect(try JSONReader.read(Array(text.utf8)) == .string("A\n/😀é"))
    }

    @Test(arguments: [
        "", " ", "{", "}", "[1,]", "[1 2]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "{\"a\":1}x", "01",
        "1.", ".5", "+1", "1e", "-", "nul", "truefalse", "\"", "\"\\x\"", "\"\\u12\"",
        "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"a\nb\"", "{\"a\":1,\"a\":2}",
        "NaN", "Infinity", "'a'", "[1]]", "/* */1", "\u{FEFF}1", "\"\\u+123\"",
    ])
    func whatIsNotJSONIsRefused(text: String) {
        #expect(throws: JSONProblem.self) { try JSONReader.read(Array(text.utf8)) }
    }

    @Test func invalidUTF8IsRefused() {
        for bytes in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] as [[UInt8]] {
            #expect(throws: JSONProblem.self) { try JSONReader.read([34] + bytes + [34]) }
        }
    }

    @Test func deepNestingIsRefusedNotFollowed() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep =
                String(repeating: open, count: 100_000) + "1"
                + String(repeating: close, count: 100_000)
            #expect(throws: JSONProblem.self) { try JSONReader.read(Array(deep.utf8)) }
        }
    }
}
