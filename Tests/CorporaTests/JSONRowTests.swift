import Foundation
import Testing

@testable import Corpora

extension JSONRow {
    fileprivate static func text(at field: String, in line: [UInt8]) -> Outcome {
        guard let mapping = try? TextMapping(field) else { return .missing(field: field, keys: []) }
        return text(by: mapping, in: line)
    }
}

@Suite struct JSONRowTests {
    /// Whether a comma stands before a closing bracket: Foundation lets it pass, RFC 8259 does not.
    private func hasTrailingComma(_ line: [UInt8]) -> Bool {
        var isInString = false
        var isEscaped = false
        var last: UInt8 = 0
        for byte in line {
            if isInString {
                if byte == 0x22 && !isEscaped { isInString = false }
                isEscaped = byte == 0x5c && !isEscaped
                continue
            }
            if byte == 0x22 { isInString = true }
            if (byte == 0x5d || byte == 0x7d) && last == 0x2c { return true }
            if byte != 0x20 { last = byte }
        }
        return false
    }

    /// The slow twin: Foundation's parser.
    private func twin(_ line: [UInt8]) -> JSONRow.Outcome? {
        if hasTrailingComma(line) { return nil }
        guard let value = try? JSONSerialization.jsonObject(with: Data(line)),
            let object = value as? [String: Any]
        else { return nil }
        guard let found = object["text"] else { 
            return .missing(field: "text", keys: object.keys.sorted())
        }
        guard let text = found as? String else { return .wrongType(field: "text", "") }
        return .text(Array(text.utf8), repaired: false)
    }

    private func agree(_ line: [UInt8]) -> Bool {
        let ours = JSONRow.text(at: "text", in: line)
        switch (ours, twin(line)) {
        case (.malformed, nil): return true
        case (.text(let a, false), .text(let b, _)): return a == b
        case (.missing(_, let a), .missing(_, let b)): return Set(a) == Set(b)
        case (.wrongType, .wrongType): return true
        default: return false
        }
    }

    @Test(arguments: [
        #"{"text":"x"}"#, #" { "text" : "x" , "b" : [1, 2.5e-3, {"text": "inner"}] } "#,
        #"{"a":null,"b":true,"c":false,"text":""}"#, #"{}"#, #"{"text":null}"#,
        #"{"text":"\"\\\/\b\f\n\r\t\u0041\u00e9\u6f22\ud83d\ude00"}"#, #"{"te\u0078t":"x"}"#,
        #"{"text":"x"} x"#, #"{"text":"x""#, #"{"text":"x",}"#, #"{"text" "x"}"#, #"{text:"x"}"#,
        #"{"text":"x"#, #"{"text":"\x"}"#, #"{"text":"\u12g4"}"#, #"{"a":01,"text":"x"}"#,
        #"{"a":1.,"text":"x"}"#, #"{"a":.5,"text":"x"}"#, #"{"a":-,"text":"x"}"#,
        #"{"a":1e,"text":"x"}"#, #"{"a":-0.5E+7,"text":"x"}"#, #"{"a":tru,"text":"x"}"#,
        #"{"a":[1,],"text":"x"}"#, #"{"a":[],"b":{},"text":"x"}"#, #"[1]"#, #""text""#, "5", "",
        "nul", #"{"a":NaN,"text":"x"}"#, "{\"text\":\"a\u{01}b\"}", "{\"text\":\"a\tb\"}",
        #"{"text":["x"]}"#, #"{"text":{"text":"x"}}"#, #"{"text":1}"#, #"{"text":"漢字🜁"}"#,
    ])
    func agreesWithFoundation(line: String) {
        #expect(agree(Array(line.utf8)), "\(line)")
    }

    @Test func agreesWithFoundationOnDamagedRows() {
        let base = Array(#"{"id": [1, -2.5e3, "q"], "text": "a\n\u00e9 \\ b", "k": null}"#.utf8)
        var random = TestRandom(9)
        let spice = Array(#"{}[]",:\ue0159-+.truenl "#.utf8)
        for _ in 0..<4000 {
            var line = base
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                let at = Int.random(in: 0..<line.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: line[at] = spice.randomElement(using: &random)!
                case 1: line.remove(at: at)
                default: line.insert(spice.randomElement(using: &random)!, at: at)
                }
            }
            // Foundation lets the first of two equal keys win; here it is the last.
            if case .text(_, true) = JSONRow.text(at: "text", in: line) { continue }
            #expect(agree(line), "\(String(decoding: line, as: UTF8.self))")
        }
    }

    @Test func theLastOfEqualKeysCounts() {
        let line = Array(#"{"text":"a","text":"b"}"#.utf8)
        #expect(JSONRow.text(at: "text", in: line) == .text([0x62], repaired: false))
    }

    @Test func loneSurrogatesAreRepaired() {
        for line in [#"{"text":"\ud800"}"#, #"{"text":"\udc00"}"#] {
            #expect(
                JSONRow.text(at: "text", in: Array(line.utf8))
                    == .text(Array("\u{fffd}".utf8), repaired: true))
        }
        #expect(
            JSONRow.text(at: "text", in: Array(#"{"text":"\ud800\u0041"}"#.utf8))
                == .text(Array("\u{fffd}A".utf8), repaired: true))
    }

    @Test func deepNestingIsAnErrorAndNoCrash() {
        let line = Array((String(repeating: #"{"a":["#, count: 100_000)).utf8)
        guard case .malformed(let reason, _) = JSONRow.text(at: "text", in: line) else {
            Issue.record("deep nesting was accepted")
            return
        }
        #expect(reason.contains("nested"))
    }

    @Test func aMalformedRowNamesItsColumn() {
        #expect(
            JSONRow.text(at: "text", in: Array(#"{"text": x}"#.utf8))
                == .malformed("this is no JSON value", column: 10))
    }
}
