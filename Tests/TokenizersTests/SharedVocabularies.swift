import Foundation

@testable import Tokenizers

/// Builds models from vocabularies in other formats, as their makers convert them.
enum SharedVocabularies {
    static let cl100kPattern =
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"#
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

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

    /// A `.tiktoken` file: a token and its rank a line. Replaying the ranks finds the merges.
    static func tiktoken(_ path: String, steps: [PreTokenizerStep]) throws -> BytePairTokenizer {
        var tokens: [[UInt8]] = []
        var ranks: [[UInt8]: Int] = [:]
        for line in try Goldens.sharedBytes(path).split(separator: 0x0A) {
            let parts = line.split(separator: 0x20)
            let token = Array(Data(base64Encoded: Data(parts[0])) ?? Data())
            ranks[token] = tokens.count
            tokens.append(token)
        }
        let merges = tokens.enumerated().compactMap { rank, token -> ([UInt8], [UInt8])? in
            guard token.count > 1 else { return nil }
            var parts = token.map { [$0] }
            while parts.count > 2 {
                var best: (rank: Int, index: Int)?
                for index in 0..<(parts.count - 1) {
                    if let found = ranks[parts[index] + parts[index + 1]], found < rank,
                        found < best?.rank ?? Int.max
                    {
                        best = (found, index)
                    }
                }
                guard let best else { return nil }
                parts[best.index] += parts.remove(at: best.index + 1)
            }
            return (ByteAlphabet.spell(parts[0]), ByteAlphabet.spell(parts[1]))
        }
        return try byteLevel(tokens.map { ByteAlphabet.spell($0) }, merges, steps: steps, end: nil)
    }

    /// A SentencePiece vocabulary inside a GGUF file: merges are all ways to make a token of two,
    /// best score first.
    static func sentencePiece(gguf path: String) throws -> BytePairTokenizer {
        var reader = GGUFReader(bytes: try Goldens.sharedBytes(path))
        let values = reader.read()
        guard case .strings(let tokens) = values["tokenizer.ggml.tokens"],
            case .floats(let scores) = values["tokenizer.ggml.scores"],
            case .integers(let kinds) = values["tokenizer.ggml.token_type"]
        else { throw CocoaError(.fileReadCorruptFile) }
        var table = ByteStringTable(minimumCapacity: tokens.count)
        for token in tokens { _ = table.insert(token) }
        // Kind 1 is an ordinary piece; control, unknown, byte and user-defined ones never merge.
        let isOrdinary = kinds.map { $0 == 1 }
        var merges: [(score: Float, merge: BytePairModel.Merge)] = []
        for (id, token) in tokens.enumerated() where isOrdinary[id] {
            for cut in 1..<max(token.count, 1) {
                guard let left = table.find(token[..<cut]), isOrdinary[left],
                    let right = table.find(token[cut...]), isOrdinary[right]
                else { continue }
                merges.append(
                    (scores[id], .init(left: Int32(left), right: Int32(right), result: Int32(id))))
            }
        }
        let ordered = merges.enumerated().sorted {
            $0.element.score != $1.element.score
                ? $0.element.score > $1.element.score : $0.offset < $1.offset
        }
        var model = BytePairModel(
            vocabulary: tokens, merges: ordered.map(\.element.merge),
            alphabet: .characters(byteFallback: true, fusesUnknown: true))
        model.unknown = 0
        model.normalizers = [
            .prepend(Array("▁".utf8)), .replace(.init(pattern: [0x20], content: Array("▁".utf8))),
        ]
        model.addedTokens = [1, 2].map {
            AddedToken(id: $0, content: tokens[Int($0)], isSpecial: true)
        }
        model.decoding = .characters(
            replacements: [.init(pattern: Array("▁".utf8), content: [0x20])], byteFallback: true,
            leadingSpacesStripped: 1)
        return try BytePairTokenizer(model)
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

/// Reads the keys of a GGUF file (version 3), for the arrays of a vocabulary.
struct GGUFReader {
    enum Value {
        case strings([[UInt8]])
        case floats([Float])
        case integers([Int])
        case other
    }

    var bytes: [UInt8]
    var index = 8

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func read() -> [String: Value] {
        _ = integer(8)
        var values: [String: Value] = [:]
        for _ in 0..<integer(8) {
            let key = String(decoding: string(), as: UTF8.self)
            values[key] = value(integer(4))
        }
        return values
    }

    private mutating func value(_ kind: Int) -> Value {
        guard kind == 9 else {
            skip(kind)
            return .other
        }
        let element = integer(4)
        let count = integer(8)
        switch element {
        case 8: return .strings((0..<count).map { _ in string() })
        case 6: return .floats((0..<count).map { _ in Float(bitPattern: UInt32(integer(4))) })
        case 4, 5: return .integers((0..<count).map { _ in integer(4) })
        default:
            for _ in 0..<count { skip(element) }
            return .other
        }
    }

    private mutating func skip(_ kind: Int) {
        switch kind {
        case 0, 1, 7: index += 1
        case 2, 3: index += 2
        case 4, 5, 6: index += 4
        case 8: _ = string()
        default: index += 8
        }
    }

    private mutating func string() -> [UInt8] {
        let count = integer(8)
        defer { index += count }
        return Array(bytes[index..<(index + count)])
    }

    private mutating func integer(_ width: Int) -> Int {
        defer { index += width }
        return (0..<width).reduce(0) { $0 | Int(bytes[index + $1]) << (8 * $1) }
    }
}
