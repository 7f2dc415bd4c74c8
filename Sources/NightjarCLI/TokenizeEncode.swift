import ArgumentParser
import Foundation
import Tokenizers

/// `nightjar tokenize encode`: text on standard input, ids on standard output.
struct TokenizeEncode: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode", abstract: "Turns standard input into token ids.")

    @Option(help: "byte, a tokenizer.json, or a folder that holds one.")
    var tokenizer: String

    @Flag(help: "Print one JSON object with the key \"ids\".")
    var json = false

    mutating func run() throws {
        let loaded = try TokenizerLoader.load(tokenizer)
        let text = try StandardStreams.input()
        var ids: [Int32] = []
        text.withUnsafeBufferPointer { loaded.encode($0, into: &ids) }
        if json {
            try Output.json(["ids": ids.map(Int.init)])
        } else {
            try Output.text(ids.map(String.init).joined(separator: " ") + "\n")
        }
    }
}
