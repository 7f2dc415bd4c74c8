import Conversations
import Templates
import TestSupport
import Testing

/// Rows and conversations that nobody wrote: damaged bytes, and contents that look like templates.
@Suite struct RandomRowTests {
    static let seeds = [
        #"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "weight": 0.5}], "weight": 2}"#,
        #"{"messages": [{"role": "user", "content": [{"text": "a"}]}, {"role": "assistant", "content": [{"toolUse": {"name": "f", "input": {"x": [1, -2e3, null]}}}]}]}"#,
        #"{"instruction": "a\u00e9", "input": "\ud83d\ude00", "output": "b", "history": [["c", "d"]]}"#,
        #"{"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}], "tools": "[]"}"#,
        #"{"prompt": "a", "completion": "b"}"#,
    ]

    /// Every row is read or refused; none crashes, whatever bytes it has.
    @Test func damagedRowsAreReadOrRefused() {
        var random = SplitMix64(seed: 11)
        var readCount = 0
        let rounds = Fuzzing.rounds(20_000)
        for round in 0..<rounds {
            let bytes = Fuzzing.mutated(Array(Self.seeds[round % Self.seeds.count].utf8), &random)
            if (try? TrainingRow(json: bytes, format: .automatic)) != nil { readCount += 1 }
        }
        #expect(
            readCount > rounds / 200 && readCount < rounds / 4 * 3, "\(readCount) of \(rounds) were read")
    }

    /// Whatever is said, what is learned is the assistant's words with their ends, or the row is
    /// refused.
    @Test func whatIsLearnedIsWhatTheAssistantSays() throws {
        let tokenizer = ChatTokenizer()
        let template = try ChatTemplate(EncoderTests.plainChatML, name: "test")
        let encoder = ConversationEncoder(template: template, tokenizer: tokenizer)
        let pieces = [
            "a", "b ", "\n", "\n\n", " x", "é", "<|im_end|>", "<|im_start|>", "<|", "|>", "{{ a }}",
            "assistant", "user", "{% generation %}", "</s>",
        ]
        var random = SplitMix64(seed: 5)
        var learned = 0
        for _ in 0..<3000 {
            let turns = Int.random(in: 1...3, using: &random)
            let messages = (0..<2 * turns).map { index in
                let text = (0...Int.random(in: 0..<4, using: &random)).map { _ in
                    pieces.randomElement(using: &random) ?? ""
                }.joined()
                return Message(index % 2 == 0 ? .user : .assistant, text)
            }
            let row = TrainingRow(.conversation(Conversation(messages: messages)))
            guard let tokens = try? encoder.encode(row) else { continue }
            learned += 1
            let answers = tokens.answers.map {
                tokenizer.decode(tokens.ids[$0], skipsSpecialTokens: false)
            }
            let wanted = messages.filter { $0.role == .assistant }
                .map { ($0.content ?? "") + "<|im_end|>" }
            #expect(answers == wanted)
            let masked = zip(tokens.ids, tokens.lossWeights).filter { $0.1 > 0 }.map(\.0)
            #expect(tokenizer.decode(masked, skipsSpecialTokens: false) == wanted.joined())
        }
        #expect(learned > 300)
    }
}
