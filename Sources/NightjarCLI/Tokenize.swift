import ArgumentParser

/// `nightjar tokenize`: learns tokenizers and runs them.
struct Tokenize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Learns a tokenizer, or turns text into ids and back.",
        subcommands: [TokenizeTrain.self, TokenizeEncode.self, TokenizeDecode.self])

    /// What `--tokenizer` takes.
    static let tokenizerHelp =
        "byte, a folder with tokenizer.json or tokenizer.model, or a file: those, .tiktoken, .gguf."
}
