import Conversations
import Foundation
import Templates
import Testing
import Tokenizers

/// Masks against those of `transformers` (`return_assistant_tokens_mask`), made by
/// `Scripts/goldens/masks.py`.
@Suite struct MaskGoldenTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Goldens/conversations")

    private struct Case {
        var name: String
        var style: String
        var row: String
        var ids: [Int32]
        var mask: String
    }

    private func text(_ value: TemplateValue?) -> String {
        if case .string(let text)? = value { text } else { "" }
    }

    private func goldens() throws -> (templates: TemplateDictionary, cases: [Case]) {
        let data = try Data(contentsOf: Self.folder.appending(path: "masks.json"))
        guard case .dictionary(let root) = try TemplateValue(json: Array(data)),
            case .dictionary(let templates)? = root["templates"],
            case .list(let cases)? = root["cases"]
        else { return ([:], []) }
        return (
            templates,
            cases.compactMap { value in
                guard case .dictionary(let object) = value, case .list(let ids)? = object["ids"]
                else { return nil }
                return Case(
                    name: text(object["style"]) + "/" + text(object["conversation"]),
                    style: text(object["style"]), row: text(object["row"]),
                    ids: ids.map { if case .integer(let id) = $0 { Int32(id) } else { -1 } },
                    mask: text(object["mask"]))
            }
        )
    }

    /// The template as it would be without marks of what is generated.
    private func withoutMarks(_ source: String) -> String {
        var source = source
        for (tag, plain) in [("generation", "if true"), ("endgeneration", "endif")] {
            for open in ["{%-", "{%"] {
                source = source.replacingOccurrences(
                    of: "\(open) \(tag) %}", with: "\(open) \(plain) %}")
            }
        }
        return source
    }

    @Test func masksAreThoseOfTransformers() throws {
        let tokenizer = try TokenizerLoader.load(Self.folder.path)
        let goldens = try goldens()
        #expect(goldens.cases.count == 16)
        for golden in goldens.cases {
            let marked = text(goldens.templates[golden.style])
            let plain = withoutMarks(marked)
            #expect(plain != marked && !plain.contains("generation %"))
            for source in [marked, plain] {
                let template = try ChatTemplate(source, name: golden.style)
                let encoder = ConversationEncoder(template: template, tokenizer: tokenizer)
                let row = try TrainingRow(json: Array(golden.row.utf8), format: .automatic)
                let tokens = try encoder.encode(row)
                #expect(tokens.ids == golden.ids, "\(golden.name)")
                let mask = tokens.lossWeights.map { $0 == 1 ? "1" : "0" }.joined()
                #expect(mask == golden.mask, "\(golden.name)")
            }
        }
    }

    @Test func theFolderGivesItsTemplate() throws {
        let tokenizer = try TokenizerLoader.load(Self.folder.path)
        let template = try ChatTemplate.of(
            files: tokenizer.huggingFaceFiles(), folder: Self.folder.path)
        #expect(try template?.source == text(goldens().templates["lines"]))
    }
}
