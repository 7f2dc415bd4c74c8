import Testing

@testable import Tokenizers

@Suite struct JSONReaderTests {
    static func string(_ text: String) throws -> [UInt8] {
        try JSONField(JSONReader.read(Array(text.utf8), file: "f"), file: "f").bytes()
    }

    @Test func stringsDecodeToExactBytes() throws {
        #expect(try Self.string(#""a\"\\\/\b\f\n\r\t""#) == Array("a\"\\/\u{8}\u{C}\n\r\t".utf8))
        #expect(
            try Self.string(#""\u00e9e\u0301\ud83e\udd89\u0000""#) == Array("ée\u{301}🦉\u{0}".utf8))
        #expect(try Self.string("\"é🦉\"") == Array("é🦉".utf8))
    }

    @Test func writtenStringsReadBack() throws {
        let text = Array(
            String(String.UnicodeScalarView((0..<0x300).compactMap(Unicode.Scalar.init))).utf8)
        var writer = JSONWriter()
        writer.string(text)
        #expect(try Self.string(String(decoding: writer.bytes, as: UTF8.self)) == text)
    }

    @Test(arguments: [
        "{", "[1,", "\"abc", "tru", "[1 2]", "{\"a\" 1}", "{a: 1}", "[1]x", "nul!", "\"\\x\"",
        "\"\\ud800\"",
        "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\\u00g0\"", "\"\n\"", "-", "", " ", "[}",
        "{\"a\":}",
    ])
    func whatIsNotJSONIsRefused(_ text: String) {
        #expect {
            _ = try JSONReader.read(Array(text.utf8), file: "f.json")
        } throws: { ($0 as? TokenizerError)?.file == "f.json" }
    }

    @Test func malformedUTF8AndDepthAreRefused() {
        #expect(throws: TokenizerError.self) {
            _ = try JSONReader.read([0x22, 0xFF, 0x22], file: "f")
        }
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: TokenizerError.self) { _ = try JSONReader.read(deep, file: "f") }
    }

    @Test func linesAreNamed() {
        #expect {
            _ = try JSONReader.read(Array("{\n\"a\": 1,\n oops}".utf8), file: "f")
        } throws: { "\($0)".contains("line 3") }
    }
}
