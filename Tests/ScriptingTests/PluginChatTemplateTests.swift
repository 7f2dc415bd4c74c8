import Foundation
import Testing
import Training

@testable import Scripting

/// Chat templates that stand in a plugin: found by name, checked, the run's for good.
@Suite struct PluginChatTemplateTests {
    private let folder: RecipeFolder

    init() throws {
        folder = try RecipeFolder()
        try folder.write("chats.jsonl", "{}\n")
    }

    private func plugin(_ body: String) throws {
        try folder.write(
            "Plugins/house/house.lua",
            "return { name = 'house', api = 1, summary = 'A test.', \(body) }")
    }

    private func keys(_ template: String) -> String {
        "use = { 'house' }, method = 'sft', data = nj.data.chat { path = 'chats.jsonl' }, "
            + "chat_template = '\(template)',"
    }

    private static let turn =
        "{% for m in messages %}{{ m.role }}:{% if m.role == 'assistant' %}{% generation %}"
        + "{{ m.content }}{{ eos_token }}{% endgeneration %}{% else %}{{ m.content }}; {% endif %}"
        + "{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}"

    @Test func aTextOrAFunctionOfTheSettings() throws {
        try plugin(
            """
            settings = { mark = "!" }, chat_templates = {
              plain = "{{ messages }}",
              house = function(settings) return "{{ messages[0].content }}" .. settings.mark end,
            }
            """)
        func source(_ template: String, settings: String = "") throws -> ChatTemplateSource {
            try folder.load(
                keys: keys(template).replacingOccurrences(
                    of: "{ 'house' }", with: "{ { 'house'\(settings) } }")
            ).configuration.chatTemplate
        }
        #expect(try source("house/plain") == .text("{{ messages }}", name: "house/plain"))
        let main = ChatTemplateSource.text("{{ messages[0].content }}!", name: "house/house")
        #expect(try source("house/house") == main)
        #expect(try source("house") == main)
        #expect(
            try source("house", settings: ", mark = '?'")
                == .text("{{ messages[0].content }}?", name: "house/house"))
        // A file of that name is meant where the plugin is not in use.
        try folder.write("house", "{{ messages }}")
        let file = try folder.load(keys: keys("house").replacingOccurrences(of: "'house' }", with: "}"))
        #expect(file.configuration.chatTemplate == .path(folder.path + "/house"))
    }

    @Test(arguments: [
        ("a = 'x', b = 'y'", "house", "several chat templates; write \"house/a\" or \"house/b\""),
        ("tools = '{{ 1 }}'", "house/tool", "has no chat template \"tool\"; did you mean \"tools\"?"),
        ("", "house", "the plugin house has no chat templates"),
        ("a = '{% for %}'", "house", "house/a"),
        ("a = function() return 7 end", "house", "expected the template's text, got"),
        ("a = function() error('no') end", "house", "no"),
        ("['a/b'] = 'x'", "house", "cannot name a chat template"),
        ("a = 7", "house", "expected a string that is not empty or a function"),
    ])
    func whatIsWrongIsTold(templates: String, name: String, sentence: String) throws {
        try plugin("chat_templates = { \(templates) }")
        let error = try folder.error(keys: keys(name))
        #expect(error.description.contains(sentence), "\(error)")
    }

    @Test func examplesRenderConversations() throws {
        func check(_ gives: String, with: String) throws {
            try plugin(
                """
                chat_templates = { main = [[\(Self.turn)]] }, examples = { {
                  call = "chat_templates.main", gives = [[\(gives)]], with = { \(with) },
                } }
                """)
            #expect(try PluginCatalogue.check("house", from: folder.path).exampleCount == 1)
        }
        let messages =
            "messages = { { role = 'user', content = 'a' }, { role = 'assistant', content = 'b' } }"
        try check("user:a; assistant:b</s>", with: messages + ", eos_token = '</s>'")
        try check(
            "user:a; assistant:bassistant:", with: messages + ", add_generation_prompt = true")
        let error = #expect(throws: ScriptingError.self) { try check("user:b", with: messages) }
        #expect(error?.message.contains("chat_templates.main must give") == true, "\(error!)")
        #expect(try PluginCatalogue.list(from: folder.path).contains { $0.name == "house" })
        let open = #expect(throws: ScriptingError.self) {
            try check("", with: "messages = {}, eos_tokn = 'x'")
        }
        #expect(open?.description.contains("did you mean \"eos_token\"?") == true, "\(open!)")
    }

    /// The rows have been rendered; another template would be served than was learned.
    @Test func anEditThatChangesTheRunsTemplateIsRefused() throws {
        let run = try ScriptedRun(keys: "", steps: 12)
        try run.folder.write(
            "recipe.lua",
            """
            local nj = require "nightjar"
            return nj.recipe {
              name = "scripted", seed = 5, steps = 12, sequence_length = 48, batch = { size = 1 },
              precision = "f32", tokenizer = "byte", prefetch = 1, use = { "house" },
              model = { init = { hidden_size = 8, intermediate_size = 12, num_hidden_layers = 1,
                num_attention_heads = 2 } },
              method = "sft", chat_template = "house",
              data = nj.data.chat { path = "chats.jsonl", validation = 0.2 },
            }
            """)
        let rows = (0..<20).map { number in
            """
            {"messages": [{"role": "user", "content": "\(number)"}, \
            {"role": "assistant", "content": "\(number + 1)"}]}
            """
        }
        try run.folder.write("chats.jsonl", rows.joined(separator: "\n"))
        func save(_ template: String, summary: String) throws {
            try run.folder.write(
                "Plugins/house/house.lua",
                """
                return { name = "house", api = 1, summary = "\(summary)",
                  chat_templates = { main = [[\(template)]] },
                  hooks = { on_step_end = function(ctx) ctx.state.n = ctx.step end } }
                """)
        }
        try save(Self.turn, summary: "One.")
        try run.begin()
        try run.step(to: 4)
        try save(Self.turn + " ", summary: "Two.")
        run.settle()
        try run.step(to: 8)
        #expect(try run.events("swap").isEmpty)
        let refusal = try run.events("swap_refused").first?["reason"] as? String
        #expect(refusal?.contains("rendered with this chat template") == true, "\(refusal ?? "")")
        try save(Self.turn, summary: "Three.")
        run.settle()
        try run.finish()
        #expect(try run.events("swap").count == 1)
        let carried = try String(
            contentsOfFile: run.folder.path + "/runs/scripted/checkpoints/step-000012/chat_template.jinja", encoding: .utf8)
        #expect(carried == Self.turn)
    }
}
