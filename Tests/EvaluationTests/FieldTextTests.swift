import Templates
import Testing

@testable import Evaluation

/// Texts made of fields.
@Suite struct FieldTextTests {
    private func row(_ json: String) throws -> TemplateDictionary {
        guard case .dictionary(let row) = try TemplateValue(json: Array(json.utf8)) else {
            throw EvaluationError(.badRow, "no object")
        }
        return row
    }

    @Test func aNameIsAFieldAndBracesStandInAText() throws {
        let row = try row(#"{"q": "why", "n": 3, "deep": {"er": "yes"}, "a.b": "dot"}"#)
        #expect(try FieldText("q").text(of: row) == "why")
        #expect(try FieldText("Q: {q}\nA:").text(of: row) == "Q: why\nA:")
        #expect(try FieldText("{n}/{deep.er}/{a.b}").text(of: row) == "3/yes/dot")
        #expect(try FieldText("{{{q}}}").text(of: row) == "{why}")
    }

    @Test func whatIsMissingIsNamed() throws {
        let row = try row(#"{"q": ["a"], "deep": {"er": 1}}"#)
        for (pattern, cause) in [
            ("x", "no \"x\""), ("{q}", "\"q\" is no text"), ("deep.x", "no \"deep.x\""),
            ("deep", "\"deep\" is no text"),
        ] {
            let fault = #expect(throws: RowFault.self) { try FieldText(pattern).text(of: row) }
            #expect(fault?.cause == cause)
        }
    }

    @Test(arguments: ["", "{", "a}", "{}", "{a{b}}", "{a"])
    func bracesHavePartners(pattern: String) {
        #expect(throws: EvaluationError.self) { try FieldText(pattern) }
    }
}
