import Conversations
import Templates
import Testing

/// Rows of every format, and what is said of those that cannot be read.
@Suite struct RowTests {
    private func row(
        _ json: String, _ format: RowFormat = .automatic
    ) throws(ConversationError) -> TrainingRow {
        try TrainingRow(json: Array(json.utf8), format: format)
    }

    /// The messages as "role: content (weight)".
    private func messages(_ json: String, _ format: RowFormat = .automatic) throws -> [String] {
        guard case .conversation(let conversation) = try row(json, format).content else {
            return ["no conversation"]
        }
        return conversation.messages.map {
            "\($0.role.rawValue): \($0.content ?? "-") (\($0.weight))"
        }
    }

    static let pair = ["user: a (0.0)", "assistant: b (1.0)"]

    @Test(arguments: [
        #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}"#,
        #"{"conversations": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}"#,
        #"{"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}]}, {"role": "assistant", "content": "b"}]}"#,
        #"{"prompt": [{"role": "user", "content": "a"}], "completion": [{"role": "assistant", "content": "b"}]}"#,
        #"{"instruction": "a", "input": "", "output": "b"}"#,
        #"{"instruction": "a", "output": "b", "input": null, "id": 3}"#,
        #"{"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}"#,
        #"{"schemaVersion": "bedrock-conversation-2024", "messages": [{"role": "user", "content": [{"text": "a"}]}, {"role": "assistant", "content": [{"text": "b"}]}]}"#,
        #"{"messages": [{"role": "user", "content": [{"text": "a"}]}, {"role": "assistant", "content": [{"text": "b"}]}]}"#,
    ])
    func everyFormatComesToTheSame(json: String) throws {
        #expect(try messages(json) == Self.pair)
    }

    @Test func plainRowsStayPlain() throws {
        #expect(try row(#"{"text": "a"}"#).content == .text("a"))
        #expect(
            try row(#"{"prompt": "a", "completion": "b", "weight": 0.5}"#)
                == TrainingRow(.completion(prompt: "a", completion: "b"), weight: 0.5))
    }

    @Test func systemsHistoriesAndWeightsAreKept() throws {
        #expect(
            try messages(
                #"""
                {"system": "s", "instruction": "c", "input": "d", "output": "e",
                 "history": [["a", "b"]]}
                """#) == ["system: s (0.0)"] + Self.pair + [
                    "user: c\nd (0.0)", "assistant: e (1.0)",
                ])
        #expect(
            try messages(
                #"""
                {"messages": [{"role": "developer", "content": "s"}, {"role": "user", "content": "a"},
                {"role": "assistant", "content": "b", "weight": 0}, {"role": "user", "content": "c"},
                {"role": "assistant", "content": "d", "weight": 2.5}]}
                """#) == [
                    "system: s (0.0)", "user: a (0.0)", "assistant: b (0.0)", "user: c (0.0)",
                    "assistant: d (2.5)",
                ])
    }

    @Test func callsHaveTheirArgumentsAsObjects() throws {
        let asText = #""{\"x\": 1}""#
        for arguments in [asText, #"{"x": 1}"#] {
            let row = try row(
                #"""
                {"tools": [{"type": "function", "function": {"name": "f"}}],
                 "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": null,
                 "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": \#(arguments)}}]},
                 {"role": "tool", "content": "2"}, {"role": "assistant", "content": "b"}]}
                """#)
            guard case .conversation(let conversation) = row.content else {
                Issue.record("no conversation")
                return
            }
            #expect(conversation.tools?.count == 1)
            #expect(conversation.messages.map(\.role) == [.user, .assistant, .tool, .assistant])
            let function: TemplateDictionary = ["name": "f", "arguments": ["x": 1]]
            #expect(
                conversation.messages[1].fields["tool_calls"]
                    == .list([
                        ["type": "function", "function": .dictionary(function)]
                    ]))
            #expect(conversation.messages[1].content == "")
        }
    }

    @Test func converseKeepsToolsAndThoughts() throws {
        let row = try row(
            #"""
            {"schemaVersion": "bedrock-conversation-2024", "system": [{"text": "s"}],
             "toolConfig": {"tools": [{"toolSpec": {"name": "f", "description": "d",
               "inputSchema": {"json": {"type": "object"}}}}]},
             "messages": [{"role": "user", "content": [{"text": "a"}]},
              {"role": "assistant", "content": [
                {"reasoningContent": {"reasoningText": {"text": "r"}}}, {"text": "t"},
                {"toolUse": {"toolUseId": "1", "name": "f", "input": {"x": 1}}}]},
              {"role": "user", "content": [{"toolResult": {"toolUseId": "1",
                "content": [{"json": {"y": 2}}]}}]},
              {"role": "assistant", "content": [{"text": "b"}]}]}
            """#)
        guard case .conversation(let conversation) = row.content else {
            Issue.record("no conversation")
            return
        }
        let roles: [Role] = [.system, .user, .assistant, .tool, .assistant]
        #expect(conversation.messages.map(\.role) == roles)
        #expect(conversation.messages[2].fields["reasoning_content"] == "r")
        #expect(conversation.messages[2].fields.keys.contains("tool_calls"))
        #expect(conversation.messages[3].content == #"{"y": 2}"#)
        let function: TemplateDictionary = [
            "name": "f", "description": "d", "parameters": ["type": "object"],
        ]
        #expect(
            conversation.tools == [["type": "function", "function": .dictionary(function)]])
    }

    /// A row, the kind of its fault, its key and a part of the sentence.
    struct Fault: Sendable {
        var json: String
        var code: ConversationError.Code
        var key: String?
        var sentence: String
        var format = RowFormat.automatic
    }

    static func chat(_ turns: String) -> String { #"{"messages": [\#(turns)]}"# }
    static let user = #"{"role": "user", "content": "a"}"#
    static let answer = #"{"role": "assistant", "content": "b"}"#

    static let faults: [Fault] = [
        Fault(json: "[1]", code: .notJSON, sentence: "no object"),
        Fault(json: #"{"text": "a" "b"}"#, code: .notJSON, sentence: "column 14"),
        Fault(json: "{}", code: .unknownFormat, sentence: "no format"),
        Fault(
            json: #"{"massages": []}"#, code: .unknownFormat, key: "massages",
            sentence: "is it \"messages\""),
        Fault(
            json: #"{"text": "a", "prompt": "b", "completion": "c"}"#, code: .unknownFormat,
            sentence: "\"completion\" and \"text\""),
        Fault(
            json: #"{"prompt": "b"}"#, code: .missingKey, key: "completion",
            sentence: "missing", format: .completion),
        Fault(json: #"{"text": 3}"#, code: .wrongValue, key: "text", sentence: "a number"),
        Fault(json: #"{"text": ""}"#, code: .emptyTurn, key: "text", sentence: "empty"),
        Fault(
            json: #"{"text": "a", "weight": -1}"#, code: .wrongValue, key: "weight",
            sentence: "0 to a million"),
        Fault(
            json: chat(user + "," + user + "," + answer), code: .notAlternating,
            key: "messages[1]", sentence: "the user's message follows the user's"),
        Fault(
            json: chat(user + "," + answer + "," + answer), code: .notAlternating,
            key: "messages[2]", sentence: "take turns"),
        Fault(
            json: chat(answer + "," + user), code: .notAlternating, key: "messages[0]",
            sentence: "the first turn is the assistant's"),
        Fault(
            json: chat(user + #","# + #"{"role": "tool", "content": "x"}"#), code: .notAlternating,
            key: "messages[1]", sentence: "a tool answers an assistant's call"),
        Fault(
            json: chat(user + "," + #"{"role": "system", "content": "x"}"#),
            code: .notAlternating, key: "messages[1]", sentence: "system"),
        Fault(
            json: chat(user + #", {"role": "assistant", "content": " \n"}"#), code: .emptyTurn,
            key: "messages[1]", sentence: "empty"),
        Fault(json: chat(user), code: .nothingTrained, key: "messages[0]", sentence: "nothing"),
        Fault(json: chat(""), code: .missingKey, sentence: "no message"),
        Fault(
            json: chat(user + #", {"role": "asistant", "content": "b"}"#), code: .unknownRole,
            key: "messages[1].role", sentence: "is it \"assistant\""),
        Fault(
            json: #"{"conversations": [{"from": "alien", "value": "x"}]}"#, code: .unknownRole,
            key: "conversations[0].from", sentence: "\"alien\" is no role"),
        Fault(
            json: chat(#"{"role": "user", "content": "a", "weight": 1}, "# + answer),
            code: .wrongValue, key: "messages[0].weight", sentence: "only an assistant's"),
        Fault(
            json: chat(#"{"role": "user", "content": [{"type": "image_url"}]}"#),
            code: .wrongValue, key: "messages[0].content[0].type", sentence: "\"text\""),
        Fault(
            json: chat(#"{"role": "user", "contents": "a"}"#), code: .missingKey,
            key: "messages[0].content", sentence: "is it \"contents\""),
        Fault(
            json: chat(
                user
                    + #", {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{x"}}]}"#
            ), code: .wrongValue, key: "messages[1].tool_calls[0].function.arguments",
            sentence: "must hold JSON"),
        Fault(
            json:
                #"{"messages": [{"role": "user", "content": [{"text": "a"}]}, {"role": "assistant", "candidates": []}]}"#,
            code: .wrongValue, key: "messages[1]", sentence: "candidates"),
    ]

    @Test(arguments: faults) func whatIsWrongIsNamedByKey(fault: Fault) throws {
        let error = #expect(throws: ConversationError.self) {
            try self.row(fault.json, fault.format)
        }
        #expect(error?.code == fault.code, "\(fault.json): \(String(describing: error))")
        #expect(error?.key == fault.key, "\(fault.json): \(String(describing: error))")
        #expect(error?.message.contains(fault.sentence) == true, "\(String(describing: error))")
    }
}
