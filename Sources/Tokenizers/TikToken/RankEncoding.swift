import Foundation

/// What a rank file does not say of its encoding: the pattern that cuts words, and the tokens that
/// are no text.
struct RankEncoding: Sendable {
    var name: String
    var steps: [PreTokenizerStep]
    /// Ids by name.
    var specials: [String: Int]
    var beginning: String?
    var end: String?

    /// The encodings that are known by the names of their files.
    static let names = [
        "r50k_base", "gpt2", "p50k_base", "p50k_edit", "cl100k_base", "o200k_base", "llama3",
    ]

    /// Ranks of the published files, a gap counted.
    private static let rankCounts = [
        "r50k_base": 50256, "gpt2": 50256, "p50k_base": 50281, "p50k_edit": 50281,
        "cl100k_base": 100_256, "o200k_base": 199_998, "llama3": 128_000,
    ]

    /// The encoding of a file's name without its ending, or of Llama 3's file, which is called
    /// `tokenizer.model` as many are, by its number of ranks.
    ///
    /// A file that was cut short at the end of a line would give other ids and no error, and so would
    /// one under another's name: the number of ranks must be the published one, or what the name
    /// itself says, as in `cl100k_base-first-1000`.
    static func named(_ name: String, rankCount: Int) throws -> RankEncoding {
        let parts = name.components(separatedBy: "-first-")
        let encoding = try published(parts[0], rankCount: rankCount)
        let wanted = parts.count == 2 ? Int(parts[1]) : rankCounts[encoding.name]
        guard rankCount == wanted else {
            throw TokenizerError(
                .inconsistent,
                "holds \(rankCount) ranks, and \(name) has \(wanted.map(String.init) ?? "another number"): the file was cut"
                    + " short, or is another encoding's")
        }
        return encoding
    }

    private static func published(_ name: String, rankCount: Int) throws -> RankEncoding {
        let end = "<|endoftext|>"
        let fim = ["<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"]
        func specials(fimFrom first: Int, _ others: [String: Int]) -> [String: Int] {
            fim.enumerated().reduce(into: others) { $0[$1.element] = first + $1.offset }
        }
        switch name {
        case "r50k_base", "gpt2", "p50k_base":
            return RankEncoding(
                name: name, steps: [.byteLevel(addsPrefixSpace: false, usesPattern: true)],
                specials: [end: 50256], end: end)
        case "p50k_edit":
            return RankEncoding(
                name: name, steps: [.byteLevel(addsPrefixSpace: false, usesPattern: true)],
                specials: specials(fimFrom: 50281, [end: 50256]), end: end)
        case "cl100k_base":
            return RankEncoding(
                name: name, steps: SplitPatterns.steps(GPT4WordSplitter.openAIPattern),
                specials: specials(fimFrom: 100258, [end: 100257, "<|endofprompt|>": 100276]),
                end: end)
        case "o200k_base":
            return RankEncoding(
                name: name, steps: SplitPatterns.steps(SplitPatterns.gpt4o),
                specials: [end: 199_999, "<|endofprompt|>": 200_018], end: end)
        case "llama3",
            "tokenizer" where rankCount == 128_000:
            return llama3
        default:
            throw TokenizerError(
                .unsupported,
                "a rank file does not say how text is cut into words; its name must, and"
                    + " \"\(name)\" is none of \(names.joined(separator: ", "))")
        }
    }

    /// Llama 3's: 256 special tokens behind its ranks.
    private static var llama3: RankEncoding {
        let known = [
            "<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>",
            "<|reserved_special_token_1|>", "<|finetune_right_pad_id|>", "<|step_id|>",
            "<|start_header_id|>", "<|end_header_id|>", "<|eom_id|>", "<|eot_id|>",
            "<|python_tag|>",
        ]
        let rest = (known.count..<256).map { "<|reserved_special_token_\($0 - known.count + 2)|>" }
        var specials: [String: Int] = [:]
        for (index, name) in (known + rest).enumerated() { specials[name] = 128_000 + index }
        return RankEncoding(
            name: "llama3", steps: SplitPatterns.steps(GPT4WordSplitter.pattern(digits: 3)),
            specials: specials, beginning: known[0], end: known[1])
    }
}
