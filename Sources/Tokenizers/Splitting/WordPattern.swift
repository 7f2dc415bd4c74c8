/// The split patterns that are cut by hand.
enum WordPattern: Sendable, Hashable {
    /// GPT-2's, `WordSplitter.pattern`.
    case gpt2
    /// GPT-4's, as Llama 3 (numbers of up to 3 digits) and Qwen (1) write it.
    case gpt4(digits: Int)
    /// The same as OpenAI writes it now, `GPT4WordSplitter.openAIPattern`.
    case openAI

    /// The pattern of steps that do nothing but cut by it; nil for all other steps.
    init?(_ steps: [PreTokenizerStep]) {
        if steps == [.byteLevel(addsPrefixSpace: false, usesPattern: true)] {
            self = .gpt2
            return
        }
        let known: [(pattern: String, words: WordPattern)] = [
            (WordSplitter.pattern, .gpt2),
            (GPT4WordSplitter.pattern(digits: 3), .gpt4(digits: 3)),
            (GPT4WordSplitter.pattern(digits: 1), .gpt4(digits: 1)),
            (GPT4WordSplitter.openAIPattern, .openAI),
        ]
        let found = known.first {
            steps == [
                .split(pattern: .regex($0.pattern), behavior: .isolated, isInverted: false),
                .byteLevel(addsPrefixSpace: false, usesPattern: false),
            ]
        }
        guard let found else { return nil }
        self = found.words
    }
}
