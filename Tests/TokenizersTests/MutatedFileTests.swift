import Foundation
import TestSupport
import Testing

@testable import Tokenizers

/// A hundred thousand damaged files: each is read or refused, and none crashes or hangs.
///
/// The files are small, so that a mutation finds something that matters.
@Suite struct MutatedFileTests {
    static let each = Fuzzing.rounds(14_300)

    static let unigram = #"""
        {"version":"1.0","added_tokens":[{"id":0,"content":"<unk>","special":true}],"normalizer":
        {"type":"Sequence","normalizers":[{"type":"NFKC"},{"type":"Replace","pattern":{"Regex":" {2,}"},
        "content":"▁"}]},"pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"first"},
        "decoder":{"type":"Metaspace","replacement":"▁"},"model":{"type":"Unigram","unk_id":0,
        "vocab":[["<unk>",0],["▁",-2.5],["a",-1],["ab",-1.5],["▁ab",-3]]}}
        """#
    static let wordPiece = #"""
        {"version":"1.0","added_tokens":[{"id":5,"content":"<m>","lstrip":true,"single_word":true}],
        "normalizer":{"type":"BertNormalizer","lowercase":true},"pre_tokenizer":{"type":"BertPreTokenizer"},
        "post_processor":{"type":"BertProcessing","sep":["b",2],"cls":["a",1]},"decoder":{"type":"WordPiece",
        "prefix":"##","cleanup":true},"model":{"type":"WordPiece","unk_token":"u","vocab":{"u":0,"a":1,
        "b":2,"##b":3,"abc":4}}}
        """#
    static let bytePair = #"""
        {"version":"1.0","normalizer":{"type":"Replace","pattern":{"String":" "},"content":"▁"},
        "pre_tokenizer":{"type":"Split","pattern":{"Regex":"[ab]+|\\d{1,3}"},"behavior":"Isolated","invert":false},
        "decoder":{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip",
        "content":" ","start":1,"stop":0}]},"model":{"type":"BPE","unk_token":"u","fuse_unk":true,
        "vocab":{"u":0,"a":1,"b":2,"ab":3,"abab":4},"merges":["a b",["ab","ab"]]}}
        """#

    /// A protocol buffer's field: its key, a length, bytes.
    static func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        [number << 3 | 2, UInt8(bytes.count)] + bytes
    }

    /// A model of a few pieces with a character map of one rule, or without.
    static func sentencePiece(algorithm: UInt8) -> [UInt8] {
        let pieces: [(String, UInt8)] = [
            ("<unk>", 2), ("<s>", 3), ("</s>", 3), ("▁", 1), ("a", 1), ("b", 1), ("ab", 1),
            ("▁ab", 1), ("<m>", 4),
        ]
        let body = pieces.enumerated().flatMap { id, piece in
            let score = [0x15] + [0, 0, UInt8(id), 0xC0] as [UInt8]
            return field(1, field(1, Array(piece.0.utf8)) + score + [0x18, piece.1])
        }
        let map: [UInt8] = [8, 0, 0, 0, 0x41, 4, 0, 0, 0x61, 1, 0, 0, 0x62, 0x63, 0]
        return body + field(2, [0x18, algorithm]) + field(3, field(2, map) + [0x18, 1, 0x20, 1])
    }

    static let ranks: [UInt8] = Array(
        ["YQ==", "Yg==", "YWI=", "YWJhYg=="].enumerated()
            .map { "\($1) \($0)\n" }.joined().utf8)

    static func gguf() -> [UInt8] {
        func number(_ value: Int, _ width: Int) -> [UInt8] {
            (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        func text(_ text: String) -> [UInt8] { number(text.utf8.count, 8) + Array(text.utf8) }
        let tokens = ["u", "a", "b", "ab", "▁"]
        let keys: [[UInt8]] = [
            text("tokenizer.ggml.model") + number(8, 4) + text("llama"),
            text("tokenizer.ggml.tokens") + number(9, 4) + number(8, 4) + number(tokens.count, 8)
                + tokens.flatMap(text),
            text("tokenizer.ggml.scores") + number(9, 4) + number(6, 4) + number(tokens.count, 8)
                + tokens.flatMap { _ in number(0, 4) },
            text("tokenizer.ggml.unknown_token_id") + number(4, 4) + number(0, 4),
        ]
        return Array("GGUF".utf8) + number(3, 4) + number(0, 8) + number(keys.count, 8)
            + keys.joined()
    }

    static let readers = [
        "unigram", "word piece", "byte pair", "spm unigram", "spm bpe", "ranks", "gguf",
    ]

    static func original(_ reader: String) -> [UInt8] {
        switch reader {
        case "unigram": Array(unigram.utf8)
        case "word piece": Array(wordPiece.utf8)
        case "byte pair": Array(bytePair.utf8)
        case "spm unigram": sentencePiece(algorithm: 1)
        case "spm bpe": sentencePiece(algorithm: 2)
        case "ranks": ranks
        default: gguf()
        }
    }

    static func read(_ bytes: [UInt8], _ reader: String) throws -> any SubwordModel {
        switch reader {
        case "spm unigram", "spm bpe": return try SentencePieceFile(bytes).model()
        case "ranks":
            let encoding = RankEncoding(
                name: "small", steps: [.byteLevel(addsPrefixSpace: false, usesPattern: true)],
                specials: ["<|end|>": 4], end: "<|end|>")
            var model = try RankFile(bytes).model(encoding)
            // A vocabulary of all bytes would be too long to be damaged where it matters.
            model.unknown = 0
            return model
        case "gguf":
            do {
                return try GGUFVocabulary(bytes.withUnsafeBytes { try GGUFMetadata($0) }).model()
            } catch is GGUFReader.Shortage {
                throw TokenizerError(.unreadable, "cut short")
            }
        default: return try TokenizerFile.readAny(bytes, name: "x.json")
        }
    }

    @Test(arguments: readers) func theOriginalIsRead(_ reader: String) throws {
        let model = try Self.read(Self.original(reader), reader)
        let tokenizer = try model.makeTokenizer(files: [])
        #expect(!tokenizer.encode("ab ab").isEmpty)
    }

    @Test(arguments: readers) func damageIsReadOrRefused(_ reader: String) throws {
        let original = Self.original(reader)
        var random = SeededGenerator(state: 17)
        var (read, refused) = (0, 0)
        for _ in 0..<Self.each {
            let bytes = Fuzzing.mutated(original, &random)
            do {
                let model = try Self.read(bytes, reader)
                read += 1
                // A tokenizer has caches of megabytes: not every model gets one.
                guard read % 24 == 1 else { continue }
                let tokenizer = try model.makeTokenizer(files: [])
                let ids = tokenizer.encode("abab <m> ａ  b\u{301}1234\u{1F989}<|end|>")
                _ = tokenizer.decode(ids, skipsSpecialTokens: true)
                #expect(ids.allSatisfy { (0..<tokenizer.vocabularySize).contains(Int($0)) })
            } catch {
                #expect(error is TokenizerError, "\(error)")
                refused += 1
            }
        }
        #expect(refused > Self.each / 10 && read > Self.each / 100, "\(read) read")
    }
}
