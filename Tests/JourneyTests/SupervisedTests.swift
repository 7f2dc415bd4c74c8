import Foundation
import TestSupport
import Testing

/// Fine-tuning as a user does it: a base model, a file of conversations, a look at the mask.
@Suite struct SupervisedTests {
    static let template =
        "{% for m in messages %}{{ m.role + ': ' + m.content + eos_token }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}"

    private func program(_ rows: [String], template: String = template) throws -> Program {
        let program = try Program()
        try program.folder.write(rows.joined(separator: "\n") + "\n", to: "chats.jsonl")
        try program.folder.write(
            """
            local nj = require "nightjar"
            return nj.recipe {
              name = "chat", method = "sft", steps = 4, sequence_length = 64, batch = { size = 4 },
              tokenizer = "byte", precision = "f32",
              model = nj.model.init { hidden_size = 16, intermediate_size = 24,
                num_hidden_layers = 1, num_attention_heads = 2 },
              data = nj.data.chat { path = "chats.jsonl", validation = 0 },
              chat_template = [[\(template)]],
              checkpoint = { every_steps = 2 },
            }
            """, to: "chat.lua")
        return program
    }

    static let rows = (0..<12).map {
        #"{"messages": [{"role": "user", "content": "\#($0)"}, {"role": "assistant", "content": "\#($0 * $0)"}]}"#
    }

    @Test func aModelIsTaughtAndItsTemplateTravels() throws {
        let program = try program(Self.rows + ["{"])
        let train = try program.run(["train", "chat.lua"])
        #expect(train.code == 0, "\(train.errors)")
        #expect(train.errors.contains("1 of 13 rows dropped (not JSON)"))
        #expect(train.errors.contains("chats.jsonl:13"))
        #expect(train.errors.contains("the masks of"))
        let kept = program.folder.file(
            "runs/chat/checkpoints/step-000004/chat_template.jinja")
        #expect(try String(contentsOf: kept, encoding: .utf8) == Self.template)
        // The next run has the template from there.
        let again = try program.run([
            "inspect", "mask", "chat.lua", "--set", "model.from=runs/chat", "--set",
            "tokenizer=model", "--set", "chat_template=model", "--rows", "1",
        ])
        #expect(again.code == 0, "\(again.errors)")
        #expect(again.output.contains("{+0<|endoftext|>+}"))
    }

    @Test func theMixIsShownBeforeARun() throws {
        let program = try program(Self.rows)
        let shown = try program.run([
            "data", "mix", "chat.lua", "--json", "--set", "steps=6",
        ])
        #expect(shown.code == 0, "\(shown.errors)")
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any])
        let sources = try #require(object["sources"] as? [[String: Any]])
        let (tokens, inLoss) = (
            try #require(sources[0]["tokens"] as? Int),
            try #require(sources[0]["loss_tokens"] as? Int)
        )
        #expect(sources[0]["documents"] as? Int == 12)
        // Of each row the answer and its end alone: the squares of 0 to 11 have 22 digits.
        #expect(inLoss == 22 + 12 && inLoss < tokens)
        // What the rows hold, the padding of whole conversations aside.
        let budget = try #require(object["budget_tokens"] as? Int)
        #expect(budget > 6 * 4 * 32 && budget < 6 * 4 * 64, "\(budget)")
        #expect(sources[0]["budget_tokens"] as? Int == budget)
        let epochs = try #require(sources[0]["epochs"] as? Double)
        #expect(sources[0]["budget_loss_tokens"] as? Int == Int((epochs * Double(inLoss)).rounded()))
        let table = try program.run(["data", "mix", "chat.lua"])
        #expect(table.code == 0 && table.output.contains("100.00 %"), "\(table.output)")
    }

    @Test func masksAreShown() throws {
        let program = try program(Self.rows)
        let shown = try program.run(["inspect", "mask", "chat.lua", "--rows", "2", "--from", "3"])
        #expect(shown.code == 0, "\(shown.errors)")
        #expect(shown.output.contains("chats.jsonl:3, "))
        #expect(
            shown.output.contains("user: 2<|endoftext|>assistant: {+4<|endoftext|>+}"),
            "\(shown.output)")
        #expect(!shown.output.contains("\u{1b}"))
        let json = try program.run(["inspect", "mask", "chat.lua", "--rows", "1", "--json"])
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(object["line"] as? Int == 1 && object["trained_tokens"] as? Int == 2)
        #expect((object["ids"] as? [Int])?.count == (object["weights"] as? [Double])?.count)
        let wrong = try program.run(["inspect", "mask", "chat.lua", "--source", "dat"])
        #expect(wrong.code == 2 && wrong.errors.contains("there is no \"dat\"; there are data"))
        let plain = try program.run(["inspect", "mask", "recipe.lua"])
        #expect(plain.code == 2 && plain.errors.contains("sft"))
    }

    @Test(arguments: [
        (["{% for m in messages %}{{ m.content }}{% endfor %}"], "never learn to stop"),
        (["{% for i in range(10**9) %}x{% endfor %}"], "chat_template:1:"),
        (["{{ raise_exception('not this') }}"], "not this"),
        (
            ["{% for m in messages %}{{ '<|im_start|>' + m.content + eos_token }}{% endfor %}"],
            "<|im_start|>"
        ),
        (
            [
                "{% for m in messages %}{{ m.role + ': ' + m.content + eos_token }}{% endfor %}"
                    + "{% if add_generation_prompt %}Assistant: {% endif %}"
            ], "in use the template writes"
        ),
    ])
    func aTemplateThatTeachesWrongIsRefusedWithTheRow(
        templates: [String], sentence: String
    ) throws {
        let program = try program(Self.rows, template: templates[0])
        let train = try program.run(["train", "chat.lua"])
        #expect(train.code == 2, "\(train.errors)")
        #expect(train.errors.contains(sentence), "\(train.errors)")
        #expect(train.errors.contains("chats.jsonl:1"), "\(train.errors)")
    }
}
