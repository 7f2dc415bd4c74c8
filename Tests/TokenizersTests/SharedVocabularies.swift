import Foundation
import Testing

@testable import Tokenizers

/// Builds models from vocabularies in other formats, as their makers convert them.
enum SharedVocabularies {
    /// OpenAI's `encoder.json` and `vocab.bpe`.
    static func gpt2() throws -> BytePairTokenizer {
        let vocabulary = try Goldens.sharedJSON("tokenizer/gpt2/encoder.json").members()
            .map { (key: $0.key, id: try JSONField($0.value, file: "encoder.json").id()) }
            .sorted { $0.id < $1.id }.map(\.key)
        let merges = try Goldens.sharedBytes("tokenizer/gpt2/vocab.bpe").split(separator: 0x0A)
            .dropFirst().map { $0.split(separator: 0x20).map(Array.init) }
        return try byteLevel(
            vocabulary, merges.map { ($0[0], $0[1]) },
            steps: [.byteLevel(addsPrefixSpace: false, usesPattern: true)],
            end: vocabulary.count - 1)
    }

    /// BERT's `vocab.txt`: a token a line, read as its uncased models are.
    static func bert() throws -> WordPieceTokenizer {
        let lines = try Goldens.sharedBytes("tokenizer/swift_transformers/bert-vocab.txt")
            .split(separator: 0x0A).map(Array.init)
        let unknown = try #require(lines.firstIndex(of: Array("[UNK]".utf8)))
        var model = WordPieceModel(vocabulary: lines, unknown: Int32(unknown))
        model.normalizers = [
            .bert(
                BertNormalization(
                    cleansText: true, separatesChinese: true, stripsAccents: true,
                    lowercases: true))
        ]
        model.preTokenizer = [.bert]
        model.addedTokens = try ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map { name in
            let id = try #require(lines.firstIndex(of: Array(name.utf8)))
            return AddedToken(id: Int32(id), content: Array(name.utf8), isSpecial: true)
        }
        return try WordPieceTokenizer(model)
    }

    /// A tokenizer of the shared data, through the door that recipes use.
    static func load(_ path: String) throws -> any Tokenizer {
        try TokenizerLoader.load(Goldens.shared.appending(path: path).path)
    }

    private static func byteLevel(
        _ vocabulary: [[UInt8]], _ merges: [([UInt8], [UInt8])], steps: [PreTokenizerStep],
        end: Int?
    ) throws -> BytePairTokenizer {
        var table = ByteStringTable(minimumCapacity: vocabulary.count)
        for token in vocabulary { _ = table.insert(token) }
        func id(_ token: [UInt8]) -> Int32 { table.find(token).map(Int32.init) ?? -1 }
        var model = BytePairModel(
            vocabulary: vocabulary,
            merges: merges.map {
                .init(left: id($0.0), right: id($0.1), result: id($0.0 + $0.1))
            }, alphabet: .bytes)
        model.preTokenizer = steps
        if let end {
            model.addedTokens = [
                AddedToken(id: Int32(end), content: vocabulary[end], isSpecial: true)
            ]
        }
        return try BytePairTokenizer(model)
    }
}
