/// Split patterns that formats know by name only.
enum SplitPatterns {
    /// GPT-4o's, `o200k_base`: words by letter case, contractions at their ends.
    static let gpt4o =
        letters(contractions: "(?i:'s|'t|'re|'ve|'m|'ll|'d)?") + #"|\p{N}{1,3}"# + rest
    /// Mistral's, `tekken`: words by letter case, digits one by one.
    static let tekken = letters(contractions: "") + #"|\p{N}"# + rest

    private static let rest = #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

    private static func letters(contractions: String) -> String {
        let (upper, lower) = (#"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#, #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#)
        let start = #"[^\r\n\p{L}\p{N}]?"#
        return "\(start)\(upper)*\(lower)+\(contractions)|\(start)\(upper)+\(lower)*\(contractions)"
    }

    /// The steps that cut by `pattern` and spell words in bytes.
    static func steps(_ pattern: String) -> [PreTokenizerStep] {
        [
            .split(pattern: .regex(pattern), behavior: .isolated, isInverted: false),
            .byteLevel(addsPrefixSpace: false, usesPattern: false),
        ]
    }

    /// The steps that llama.cpp knows by `name` (`tokenizer.ggml.pre`), or nil.
    static func steps(llamaCppName name: String) -> [PreTokenizerStep]? {
        let gpt2 = PreTokenizerStep.byteLevel(addsPrefixSpace: false, usesPattern: true)
        switch name {
        case "gpt-2", "gpt2", "phi-2", "olmo", "mpt", "jais": return [gpt2]
        case "llama3", "llama-v3", "llama-bpe", "dbrx", "smaug-bpe", "falcon3", "pixtral":
            return steps(GPT4WordSplitter.pattern(digits: 3))
        case "qwen2", "deepseek-r1-qwen", "stablelm2":
            return steps(GPT4WordSplitter.pattern(digits: 1))
        case "smollm", "starcoder", "refact", "command-r":
            return [.digits(individually: true), gpt2]
        case "gpt-4o", "llama4": return steps(gpt4o)
        case "tekken": return steps(tekken)
        default: return nil
        }
    }

    /// Whether a word that is a token skips the merges in llama.cpp, under a name.
    static func ignoresMerges(llamaCppName name: String) -> Bool {
        ["llama3", "llama-v3", "llama-bpe", "falcon3", "pixtral", "tekken"].contains(name)
    }

    /// The names that files are written with: one for each way of cutting, the commonest first.
    static let writtenNames = [
        "gpt-2", "llama-bpe", "qwen2", "smollm", "gpt-4o", "tekken", "dbrx",
    ]
}
