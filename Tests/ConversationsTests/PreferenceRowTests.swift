import Conversations
import Templates
import Testing

/// Rows that compare two answers, and what is said of those that cannot be read.
@Suite struct PreferenceRowTests {
    private func row(_ json: String, _ fields: [String: String] = [:]) throws(ConversationError)
        -> PreferenceRow
    {
        try PreferenceRow(json: Array(json.utf8), fields: fields)
    }

    /// The messages as "role: content (weight)".
    private func messages(_ row: TrainingRow) -> [String] {
        guard case .conversation(let conversation) = row.content else { return ["none"] }
        return conversation.messages.map {
            "\($0.role.rawValue): \($0.content ?? "-") (\($0.weight))"
        }
    }

    @Test(arguments: [
        #"{"prompt": [{"role": "user", "content": "a"}], "chosen": [{"role": "assistant", "content": "b"}], "rejected": [{"role": "assistant", "content": "c"}]}"#,
        #"{"chosen": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "rejected": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "c"}]}"#,
        #"{"prompt": "a", "chosen": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "rejected": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "c"}], "score_chosen": 8}"#,
        #"{"messages": [{"role": "user", "content": [{"text": "a"}]}, {"role": "assistant", "candidates": [{"content": [{"text": "c"}], "preferenceLabel": "non-preferred"}, {"content": [{"text": "b"}], "preferenceLabel": "preferred"}]}]}"#,
    ])
    func everyFormatComesToTheSame(json: String) throws {
        let row = try row(json)
        #expect(messages(row.chosen) == ["user: a (0.0)", "assistant: b (1.0)"])
        #expect(messages(row.rejected) == ["user: a (0.0)", "assistant: c (1.0)"])
    }

    @Test func plainRowsStayPlain() throws {
        let row = try row(
            #"{"question": "a", "answers": {"good": "b", "bad": "c"}, "weight": 1}"#,
            ["prompt": "question", "chosen": "answers.good", "rejected": "answers.bad"])
        #expect(row.chosen.content == .completion(prompt: "a", completion: "b"))
        #expect(row.rejected.content == .completion(prompt: "a", completion: "c"))
    }

    /// Texts without a question have it in common; an answer keeps the space that it begins with.
    @Test(arguments: [
        (#"\n\nHuman: a\n\nAssistant: I b"#, #"\n\nHuman: a\n\nAssistant: I c"#, "\n\nHuman: a\n\nAssistant:", " I b", " I c"),
        (#"the sky is blue"#, #"the sky is black"#, "the sky is", " blue", " black"),
    ])
    func theQuestionIsWhatBothBeginWith(
        chosen: String, rejected: String, prompt: String, good: String, bad: String
    ) throws {
        let row = try row("{\"chosen\": \"\(chosen)\", \"rejected\": \"\(rejected)\"}")
        #expect(row.chosen.content == .completion(prompt: prompt, completion: good))
        #expect(row.rejected.content == .completion(prompt: prompt, completion: bad))
    }

    /// Earlier answers that both sides share are read, not learned.
    @Test func whatIsSharedIsContext() throws {
        let shared =
            #"{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"}"#
        let row = try row(
            """
            {"chosen": [\(shared), {"role": "assistant", "content": "d"}],
             "rejected": [\(shared), {"role": "assistant", "content": "e"}]}
            """)
        #expect(
            messages(row.chosen) == [
                "user: a (0.0)", "assistant: b (0.0)", "user: c (0.0)", "assistant: d (1.0)",
            ])
        #expect(messages(row.rejected).last == "assistant: e (1.0)")
    }

    @Test func keysThatAreNotMappedKeepTheirNames() throws {
        let row = try row(
            #"{"prompt": "a", "rejected": "c", "answers": {"good": "b"}}"#,
            ["chosen": "answers.good"])
        #expect(row.chosen.content == .completion(prompt: "a", completion: "b"))
        #expect(row.rejected.content == .completion(prompt: "a", completion: "c"))
    }

    /// Texts that only look the same are not.
    @Test func bytesDecideWhatIsTheSame() throws {
        _ = try row("{\"prompt\": \"a\", \"chosen\": \"\u{e9}\", \"rejected\": \"e\u{301}\"}")
    }

    @Test(arguments: [
        (
            #"{"chosen": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "rejected": [{"role": "user", "content": "x"}, {"role": "assistant", "content": "c"}]}"#,
            "begin with other messages"
        ),
        (
            #"{"prompt": [{"role": "user", "content": "a"}], "chosen": [{"role": "assistant", "content": "b", "weight": 2}], "rejected": [{"role": "assistant", "content": "c"}]}"#,
            "its weight is 0 or 1, not 2.0"
        ),
        (#"{"prompt": "a", "chosen": "b"}"#, "rejected"),
        (#"{"prompt": "a", "choosen": "b", "rejected": "c"}"#, "is it \"choosen\"?"),
        (#"{"chosen": "b", "rejected": "c"}"#, "prompt"),
        (#"{"prompt": "a", "chosen": "b", "rejected": "b"}"#, "are the same"),
        (
            #"{"chosen": [{"role": "user", "content": "a"}], "rejected": [{"role": "user", "content": "a"}]}"#,
            "are the same"
        ),
        (#"{"prompt": "a", "chosen": "", "rejected": "b"}"#, "the answer is empty"),
        (#"{"prompt": "a", "chosen": "b", "rejected": "c", "weight": 2}"#, "leave the weight out"),
        (#"{"prompt": "a", "chosen": "b", "rejected": [1]}"#, "a string is due"),
        (#"{"prompt": "a", "chosen": 3, "rejected": "c"}"#, "a string is due, not a number"),
        (#"{"messages": []}"#, "candidates"),
        (
            #"{"messages": [{"role": "user", "content": [{"text": "a"}]}, {"role": "assistant", "candidates": [{"content": [{"text": "b"}], "preferenceLabel": "preferred"}]}]}"#,
            "no candidate is called \"non-preferred\""
        ),
        (
            #"{"messages": [{"role": "user", "content": [{"text": "a"}]}, {"role": "assistant", "candidates": [{"content": [{"text": "b"}], "preferenceLabel": "preferred"}, {"content": [{"text": "c"}], "preferenceLabel": "preferred"}]}]}"#,
            "two candidates are called \"preferred\""
        ),
        ("[1]", "the line is no object"), ("{", "column"),
    ])
    func badRowsSayWhatIsWrong(json: String, part: String) {
        let error = #expect(throws: ConversationError.self) { try row(json) }
        #expect("\(error.map { "\($0)" } ?? "")".contains(part), "\(error.map { "\($0)" } ?? "")")
    }

    /// Such rows are no conversations of one answer, and that is said.
    @Test func theyAreNotTakenForConversations() {
        let json = #"{"prompt": "a", "chosen": "b", "rejected": "c"}"#
        let error = #expect(throws: ConversationError.self) {
            try TrainingRow(json: Array(json.utf8), format: .automatic)
        }
        #expect(error?.code == .unknownFormat)
        #expect("\(error.map { "\($0)" } ?? "")".contains("compares two answers"))
    }
}
