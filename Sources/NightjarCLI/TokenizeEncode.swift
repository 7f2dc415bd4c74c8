import ArgumentParser
import Foundation
import Tokenizers

/// `nightjar tokenize encode`: text on standard input, ids on standard output.
struct TokenizeEncode: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode", abstract: "Turns standard input into token ids.",
        discussion: """
            With --rows the input is JSON lines with the key "text", and each line of the output is \
            {"ids": [...]}.
            """)

    @Option(help: ArgumentHelp(Tokenize.tokenizerHelp))
    var tokenizer: String

    @Flag(help: "Print one JSON object with the key \"ids\".")
    var json = false

    @Flag(help: "Read a text from every line, and print the ids of each.")
    var rows = false

    mutating func run() throws {
        let loaded = try TokenizerLoader.load(tokenizer)
        let input = try StandardStreams.input()
        if rows { return try encodeRows(input, loaded) }
        var ids: [Int32] = []
        input.withUnsafeBufferPointer { loaded.encode($0, into: &ids) }
        if json {
            try Output.json(["ids": ids.map(Int.init)])
        } else {
            try Output.text(ids.map(String.init).joined(separator: " ") + "\n")
        }
    }

    private func encodeRows(_ input: [UInt8], _ tokenizer: any Tokenizer) throws {
        var output = ""
        for (index, line) in input.split(separator: 0x0A, omittingEmptySubsequences: false)
            .enumerated()
        {
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
            guard
                let row = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any],
                let text = row["text"] as? String
            else {
                throw ValidationError(
                    "Line \(index + 1) of the input is no JSON object with the key \"text\".")
            }
            let ids = tokenizer.encode(text).map(String.init).joined(separator: ",")
            output += "{\"ids\":[\(ids)]}\n"
            if output.utf8.count > 1 << 16 {
                try Output.text(output)
                output = ""
            }
        }
        try Output.text(output)
    }
}
