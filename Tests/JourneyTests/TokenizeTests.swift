import Foundation
import TestSupport
import Testing

/// `nightjar tokenize` with files of every kind, as a user calls it.
@Suite struct TokenizeTests {
    static let kinds = [
        "bert-uncased.json", "t5.json", "spm-unigram.model", "cl100k_base-first-340.tiktoken",
        "gguf-llama.gguf",
    ]

    static func path(_ file: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/tokenizers/kinds/\(file)").path
    }

    private func shell(_ redirection: String) -> [String] {
        ["/usr/bin/env", "bash", "-c", "exec \"$@\" \(redirection)", "bash"]
    }

    @Test(arguments: kinds) func textBecomesIDsAndTextAgain(_ file: String) throws {
        let program = try Program()
        let text = program.folder.file("text.txt")
        try Data("the moon and the nightjar".utf8).write(to: text)
        let tokenizer = ["--tokenizer", Self.path(file)]
        let encoded = try program.run(
            ["tokenize", "encode"] + tokenizer, prefix: shell("<text.txt"))
        #expect(encoded.code == 0 && !encoded.output.isEmpty, "\(encoded.errors)")
        let ids = encoded.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let decoded = try program.run(["tokenize", "decode", "--ids", ids] + tokenizer)
        #expect(decoded.code == 0 && decoded.output.contains("moon and the"), "\(decoded.output)")
    }

    @Test func rowsAreEncodedEachForItself() throws {
        let program = try Program()
        let rows = program.folder.file("rows.jsonl")
        try Data("{\"text\": \"ab\"}\n\n{\"text\": \"\\n\", \"x\": 1}\n".utf8).write(to: rows)
        let command = ["tokenize", "encode", "--tokenizer", "byte", "--rows"]
        let outcome = try program.run(command, prefix: shell("<rows.jsonl"))
        #expect(outcome.output == "{\"ids\":[97,98]}\n{\"ids\":[10]}\n")
        try Data("{\"text\": \"ab\"}\n{\"txt\": 1}\n".utf8).write(to: rows)
        let wrong = try program.run(command, prefix: shell("<rows.jsonl"))
        #expect(wrong.code == 2 && wrong.errors.contains("Line 2"), "\(wrong.errors)")
    }

    @Test func aFileThatIsNoTokenizerIsNamed() throws {
        let program = try Program()
        for (name, contents) in [
            ("x.model", "no protocol buffer"), ("x.gguf", "GGUF\u{3}"), ("x.json", "{"),
            ("x.tiktoken", "YQ== 0"),
        ] {
            try Data(contents.utf8).write(to: program.folder.file(name))
            let outcome = try program.run(["tokenize", "encode", "--tokenizer", name])
            #expect([2, 3].contains(outcome.code) && !outcome.wasSignalled)
            #expect(outcome.errors.contains(name), "\(outcome.errors)")
        }
        let outcome = try program.run(["tokenize", "encode", "--tokenizer", "/dev/zero"])
        #expect(outcome.code == 2 && outcome.errors.contains("not a file"))
    }
}
