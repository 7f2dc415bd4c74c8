import Foundation
import Testing

@testable import Tokenizers

/// Files made to hurt: each is an error that names the file and the place in it.
@Suite struct HostileTokenizerTests {
    private static let multiplying =
        #"{"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaaaa"}"#

    /// The error that a file of these bytes gives.
    static func failure(_ bytes: [UInt8], named name: String) throws -> TokenizerError? {
        var failure: TokenizerError?
        try TokenizerLoaderTests.inFolder { folder in
            let file = folder.appending(path: name)
            try Data(bytes).write(to: file)
            do {
                _ = try TokenizerLoader.load(file.path)
            } catch {
                failure = error as? TokenizerError
                #expect(failure?.file?.hasSuffix(name) == true, "\(error)")
            }
        }
        return failure
    }

    static func golden(_ file: String) throws -> [UInt8] {
        Array(try Data(contentsOf: TokenizerKindTests.folder.appending(path: file)))
    }

    @Test(arguments: ["spm-unigram.model", "spm-bpe.model", "gguf-llama.gguf", "gguf-bert.gguf"])
    func cutFilesAreNamed(_ name: String) throws {
        let whole = try Self.golden(name)
        for length in stride(from: 5, to: whole.count - 1, by: whole.count / 23) {
            let error = try Self.failure(Array(whole.prefix(length)), named: name)
            // A protocol buffer cut between two fields is one, with less in it.
            if name.hasSuffix(".model"), error == nil { continue }
            #expect(error?.key != nil || error?.kind == .unreadable, "\(length)")
        }
    }

    @Test func lengthsNearTheLargestNumberAreRefused() throws {
        let huge: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
        for prefix: [UInt8] in [[0x0A], [0x0A, 0x0C, 0x0A], [0x12], [0x1A, 0x0B, 0x12]] {
            let error = try Self.failure(prefix + huge + [0x01, 0x02], named: "x.model")
            #expect(error?.kind == .malformed && error?.key?.contains("byte") == true)
        }
        let header = Array("GGUF".utf8) + [3, 0, 0, 0] + [UInt8](repeating: 0, count: 8)
        for count: [UInt8] in [
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
            [UInt8](repeating: 0xFF, count: 8), [0, 0, 0, 0, 1, 0, 0, 0],
        ] {
            let keys = try Self.failure(header + count + [0, 0, 0], named: "x.gguf")
            #expect(keys != nil)
            let one: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0]
            let text = try Self.failure(header + one + count + [0x61, 0x62], named: "x.gguf")
            #expect(text != nil)
            let key = one + Array("a".utf8)
            let array = key + [9, 0, 0, 0] + [8, 0, 0, 0] + count
            #expect(try Self.failure(header + one + array, named: "x.gguf") != nil)
        }
    }

    @Test func wireTypesAndNumbersThatAreNoneAreRefused() throws {
        for bytes: [UInt8] in [
            [0x0B], [0x0F, 0x01], [0x00, 0x01], [UInt8](repeating: 0xFF, count: 12),
            [0x0A, 0x02, 0x15, 0x01], [0x0A, 0x02, 0x18, 0x09],
        ] {
            #expect(try Self.failure(bytes, named: "x.model")?.key != nil, "\(bytes)")
        }
        #expect(try Self.failure([], named: "x.model")?.message.contains("no piece") == true)
    }

    static func json(_ model: String, rest: String = "") -> [UInt8] {
        Array(#"{"version": "1.0", \#(rest)"model": \#(model)}"#.utf8)
    }

    @Test(arguments: [
        (#"{"type": "Unigram", "unk_id": 3, "vocab": [["a", -1]]}"#, "model.unk_id"),
        (#"{"type": "Unigram", "unk_id": null, "vocab": [["a", -1]]}"#, "model.unk_id"),
        (#"{"type": "Unigram", "unk_id": 0, "vocab": [["a", -1], ["a", -2]]}"#, "model.vocab"),
        (#"{"type": "Unigram", "unk_id": 0, "vocab": [["a", -1e999]]}"#, "model.vocab[0]"),
        (#"{"type": "Unigram", "unk_id": 0, "vocab": [["a"]]}"#, "model.vocab[0]"),
        (#"{"type": "Unigram", "unk_id": 0, "vocab": {"a": 0}}"#, "model.vocab"),
        (#"{"type": "WordPiece", "unk_token": "u", "vocab": {"a": 0}}"#, "model.unk_token"),
        (#"{"type": "WordPiece", "unk_token": "a", "vocab": {"a": 0, "b": 2}}"#, "model.vocab"),
        (#"{"type": "WordPiece", "unk_token": "a", "vocab": {"a": 0, "b": 0}}"#, "model.vocab"),
        (
            #"{"type": "WordPiece", "unk_token": "a", "vocab": {"a": 0}, "max_input_chars_per_word": -1}"#,
            "model.max_input_chars_per_word"
        ),
        (#"{"type": "WordLevel", "unk_token": "a", "vocab": {"a": 0}}"#, "model.type"),
        (
            #"{"type": "BPE", "unk_token": "a", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]}"#,
            "model.merges[0]"
        ),
    ])
    func modelsAtOddsWithThemselvesAreNamed(_ model: String, _ key: String) throws {
        let error = try Self.failure(Self.json(model), named: "tokenizer.json")
        #expect(error?.key == key && error?.isUserMistake == true, "\(error as Any)")
    }

    @Test(arguments: [
        (#""normalizer": {"type": "ByteLevel"}"#, "normalizer"),
        (#""normalizer": {"type": "Precompiled", "precompiled_charsmap": "!"}"#, "precompiled"),
        (#""normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}"#, "precompiled"),
        (
            #""normalizer": {"type": "Precompiled", "precompiled_charsmap": "/////wAAAAA="}"#,
            "precompiled"
        ),
        (#""pre_tokenizer": {"type": "UnicodeScripts"}"#, "pre_tokenizer"),
        (#""pre_tokenizer": {"type": "FixedLength", "length": 5}"#, "pre_tokenizer"),
        (#""decoder": {"type": "CTC"}"#, "decoder"),
        (#""decoder": {"type": "BPEDecoder", "suffix": "</w>"}"#, "decoder"),
        (
            #""decoder": {"type": "Sequence", "decoders": [{"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 0, "stop": 1}]}"#,
            "decoder"
        ),
        // Each step makes a text ten times as long.
        (
            #""normalizer": {"type": "Sequence", "normalizers": ["#
                + Array(repeating: multiplying, count: 12).joined(separator: ",") + "]}",
            "normalizer"
        ),
        (
            #""decoder": {"type": "Sequence", "decoders": ["#
                + Array(repeating: multiplying, count: 9).joined(separator: ",") + "]}",
            "decoder"
        ),
        (#""post_processor": {"type": "Magic"}"#, "post_processor"),
        (#""post_processor": {"type": "BertProcessing", "sep": ["x"], "cls": ["y", 0]}"#, "sep"),
        (#""added_tokens": [{"id": 5, "content": "x"}]"#, "added_tokens"),
        (
            #""added_tokens": [{"id": 1, "content": "x"}, {"id": 2, "content": "x"}]"#,
            "added_tokens"
        ),
    ])
    func stepsThatAreNotKnownAreNamed(_ step: String, _ key: String) throws {
        let model = #"{"type": "WordPiece", "unk_token": "a", "vocab": {"a": 0}}"#
        let error = try Self.failure(
            Self.json(model, rest: step + ", "), named: "tokenizer.json")
        #expect(error?.key?.contains(key) == true, "\(error as Any)")
    }

    /// A token of no text would make merges that lead from a token to itself.
    @Test func mergesInACircleDoNotHang() throws {
        var model = BytePairModel(
            vocabulary: ["", "a", "u"].map { Array($0.utf8) },
            merges: [.init(left: 0, right: 1, result: 1), .init(left: 1, right: 0, result: 1)],
            alphabet: .characters(byteFallback: false, fusesUnknown: true))
        model.unknown = 2
        let tokenizer = try BytePairTokenizer(model)
        #expect(tokenizer.encode("aab") == [1, 1, 2])
    }

    @Test func rankFilesNameTheLine() throws {
        for (text, place) in [
            ("YQ== 0\n?? 1\n", "line 2"), ("YQ== 0\nYg== x\n", "line 2"),
            ("YQ== 0\nYQ== 1\n", "line 2"), ("YQ== 0\nYg== 0\n", "line 2"),
            ("YQ== 0\nYg== 7\n", "line 2"), ("YQ== 0\nYg== 99999999999999999999\n", "line 2"),
            ("YQ== 0 0\n", "line 1"), (" 0\n", "line 1"),
        ] {
            let error = try Self.failure(Array(text.utf8), named: "r50k_base.tiktoken")
            #expect(error?.key == place, "\(text): \(error as Any)")
        }
        // Cut short where a line ends, or another's file under this name.
        for name in ["r50k_base", "cl100k_base", "o200k_base", "llama3", "r50k_base-first-2"] {
            let cut = try Self.failure(Array("YQ== 0\n".utf8), named: "\(name).tiktoken")
            #expect(cut?.message.contains("holds 1 ranks") == true, "\(cut as Any)")
        }
        let unknown = try Self.failure(Array("YQ== 0\n".utf8), named: "mine.tiktoken")
        #expect(unknown?.kind == .unsupported && unknown?.message.contains("r50k_base") == true)
    }

    @Test func vocabulariesThatGGUFOnlyNamesAreRefusedByName() throws {
        let whole = try Self.golden("gguf-smollm.gguf")
        func replacing(_ old: String, _ new: String) throws -> TokenizerError? {
            let bytes = Data(whole)
            let range = try #require(bytes.range(of: Data(old.utf8)))
            return try Self.failure(
                Array(bytes.replacing(range: range, with: new)), named: "x.gguf")
        }
        let pattern = try replacing("smollm", "unheard")
        #expect(pattern != nil)
        let algorithm = try replacing("gpt2", "rwkv")
        #expect(algorithm?.key == "tokenizer.ggml.model")
        #expect(algorithm?.message.contains("rwkv") == true)
    }

    @Test func placesThatAreNoFilesAreRefused() throws {
        for path in ["/dev/zero", "/dev/null", "/dev/random", "/"] {
            #expect(throws: TokenizerError.self) { _ = try TokenizerLoader.load(path) }
        }
        try TokenizerLoaderTests.inFolder { folder in
            let link = folder.appending(path: "tokenizer.json")
            try FileManager.default.createSymbolicLink(
                atPath: link.path, withDestinationPath: "/dev/zero")
            #expect(throws: TokenizerError.self) { _ = try TokenizerLoader.load(folder.path) }
            try FileManager.default.removeItem(at: link)
            try FileManager.default.createSymbolicLink(
                atPath: link.path, withDestinationPath: link.path)
            #expect(throws: TokenizerError.self) { _ = try TokenizerLoader.load(folder.path) }
        }
    }
}

extension Data {
    /// A copy in which other text stands in a range.
    fileprivate func replacing(range: Range<Int>, with text: String) -> Data {
        var copy = self
        copy.replaceSubrange(range, with: Data(text.utf8))
        return copy
    }
}
