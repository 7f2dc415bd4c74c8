import ArgumentParser
import Foundation
import Tokenizers

/// `nightjar tokenize decode`: ids on standard input or the command line, text out.
struct TokenizeDecode: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Turns token ids into text.",
        discussion: "Ids come from --ids, or from standard input: numbers, or {\"ids\": [...]}.")

    @Option(help: ArgumentHelp(Tokenize.tokenizerHelp))
    var tokenizer: String

    @Option(help: "Token ids, separated by commas or spaces.")
    var ids: String?

    @Flag(help: "Leave special tokens out of the text.")
    var skipSpecial = false

    @Flag(help: "Print one JSON object with the key \"text\".")
    var json = false

    mutating func run() throws {
        let loaded = try TokenizerLoader.load(tokenizer)
        let given = try ids ?? String(decoding: StandardStreams.input(), as: UTF8.self)
        let numbers = try parse(given)
        if let id = numbers.first(where: { Int($0) >= loaded.vocabularySize }) {
            throw ValidationError(
                "\(id) is not an id of this tokenizer, which has \(loaded.vocabularySize).")
        }
        let text = loaded.decode(numbers, skipsSpecialTokens: skipSpecial)
        if json {
            try Output.json(["text": text])
        } else {
            try Output.text(text)
        }
    }

    private func parse(_ text: String) throws -> [Int32] {
        if let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any],
            let list = object["ids"] as? [Int]
        {
            return try list.map { try id("\($0)") }
        }
        return try text.split { " ,\n\t[]\r".contains($0) }.map { try id(String($0)) }
    }

    private func id(_ text: String) throws -> Int32 {
        guard let id = Int32(text), id >= 0 else {
            throw ValidationError("\"\(text)\" is not a token id.")
        }
        return id
    }
}
