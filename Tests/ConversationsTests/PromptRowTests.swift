import Templates
import Testing

@testable import Conversations

/// Rows that a model answers itself.
@Suite struct PromptRowTests {
    private func row(_ json: String, fields: [String: String] = [:]) throws -> PromptRow {
        try PromptRow(json: Array(json.utf8), fields: fields)
    }

    @Test func promptsAreTextsOrMessages() throws {
        #expect(try row(#"{"prompt": "2 + 2 =", "answer": 4}"#).content == .text("2 + 2 ="))
        let asked = [
            #"{"prompt": [{"role": "user", "content": "Hi"}], "tests": [1]}"#,
            #"{"messages": [{"role": "user", "content": "Hi"}], "metadata": {"a": null}}"#,
            #"{"prompt": [{"role": "user", "content": "Hi"}], "messages": "of another kind"}"#,
        ]
        for json in asked {
            guard case .conversation(let conversation) = try row(json).content else {
                Issue.record("\(json) is no conversation")
                continue
            }
            #expect(conversation.messages.map(\.content) == ["Hi"])
        }
    }

    @Test func aConversationMayHaveGoneOnForAWhile() throws {
        let long = try row(
            #"""
            {"messages": [{"role": "system", "content": "Be brief."},
             {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"},
             {"role": "user", "content": "How much?"}],
             "tools": [{"type": "function", "function": {"name": "price"}}],
             "chat_template_kwargs": {"date": "today"}}
            """#)
        guard case .conversation(let conversation) = long.content else {
            Issue.record("not a conversation")
            return
        }
        #expect(conversation.messages.count == 4 && conversation.tools?.count == 1)
        #expect(conversation.variables["date"] == .string("today"))
    }

    /// What else a row holds is for the rewards, whatever it is called.
    @Test func otherKeysAreTheRewardsOwn() throws {
        #expect(try row(#"{"prompt": "a", "weight": 70}"#).content == .text("a"))
        let deep = String(repeating: "[", count: 47) + String(repeating: "]", count: 47)
        #expect(try row(#"{"prompt": "a", "x": \#(deep)}"#).content == .text("a"))
    }

    @Test func fieldsHaveOtherNames() throws {
        #expect(
            try row(#"{"task": {"question": "Why?"}}"#, fields: ["prompt": "task.question"]).content
                == .text("Why?"))
    }

    @Test(arguments: [
        (#"{"answer": "4"}"#, "prompt"), (#"{"prompt": ""}"#, "the prompt is empty"),
        (#"{"prompt": 4}"#, "prompt"), (#"{"prompt": []}"#, "no message"),
        (#"[1]"#, "no object"),
        (
            #"{"prompt": "a", "x": "# + String(repeating: "[", count: 48)
                + String(repeating: "]", count: 48) + "}", "nested more than 48 deep"
        ),
        (#"{"prompt": {"role": "user"}}"#, "a text or a list of messages"),
        (
            #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}"#,
            "the last message is the assistant's"
        ),
        (#"{"prompt": [{"role": "system", "content": "a"}]}"#, "the last message is the system's"),
        (#"{"prompt": [{"role": "assistant", "content": "a"}]}"#, "the first turn is the assistant's"),
    ])
    func whatIsNoPromptIsRefused(json: String, sentence: String) {
        let error = #expect(throws: ConversationError.self) { try row(json) }
        #expect("\(error.map { "\($0)" } ?? "")".contains(sentence), "\(json): \(error.map { "\($0)" } ?? "")")
    }
}
