import Foundation
import Testing

@testable import Tokenizers

@Suite struct TokenizerFileTests {
    /// A small file of each kind as text, so that single values can be replaced.
    static func source(_ name: String = "byte-level") throws -> String {
        let model = try TokenizerFile.read(try Goldens.read(name)["tokenizer"].bytes())
        return String(decoding: TokenizerFile.write(model), as: UTF8.self)
    }

    static func failure(_ text: String) -> TokenizerError? {
        do {
            _ = try BytePairTokenizer(TokenizerFile.read(Array(text.utf8), name: "x.json"))
            return nil
        } catch { return error as? TokenizerError }
    }

    static func failure(
        _ name: String = "byte-level", replacing old: String, with new: String
    ) throws -> TokenizerError? {
        let source = try source(name)
        try #require(source.contains(old), "\(old) is not in the file")
        guard let range = source.range(of: old) else { return nil }
        return failure(source.replacingCharacters(in: range, with: new))
    }

    @Test(arguments: [
        (#""type": "BPE""#, #""type": "WordLevel""#, "model.type"),
        (#""dropout": null"#, #""dropout": 0.1"#, "model.dropout"),
        (
            #""end_of_word_suffix": null"#, #""end_of_word_suffix": "</w>""#,
            "model.end_of_word_suffix"
        ),
        (#""truncation": null"#, #""truncation": {"max_length": 4}"#, "truncation"),
        (#""padding": null"#, #""padding": {}"#, "padding"),
        (#""normalizer": null"#, #""normalizer": {"type": "ByteLevel"}"#, "normalizer"),
        (#""normalizer": null"#, #""normalizer": {"type": "NFX"}"#, "normalizer"),
        (#""version": "1.0""#, #""version": "2.0""#, "version"),
        (#""version": "1.0""#, #""version": "1.0", "novelty": true"#, "novelty"),
        (#""use_regex": true"#, #""use_regex": true, "novelty": 1"#, "pre_tokenizer.novelty"),
        (#""type": "ByteLevel""#, #""type": "UnicodeScripts""#, "pre_tokenizer"),
        (#""post_processor": null"#, #""post_processor": {"type": "Bert"}"#, "post_processor"),
    ])
    func unsupportedSettingsAreNamed(_ old: String, _ new: String, _ key: String) throws {
        let error = try #require(try Self.failure(replacing: old, with: new))
        #expect(error.kind == .unsupported && error.isUserMistake)
        #expect(error.key == key && error.file == "x.json")
    }

    @Test(arguments: [
        (#""version": "1.0""#, #""version": 1"#, "version"),
        (#""use_regex": true"#, #""use_regex": "yes""#, "pre_tokenizer.use_regex"),
        (#""ignore_merges": false"#, #""ignore_merges": 0"#, "model.ignore_merges"),
        (#""special": true"#, #""special": null, "id": -1"#, "added_tokens[0].id"),
        (#""content": "<|pad|>""#, #""content": 7"#, "added_tokens[1].content"),
        (#""!": 2"#, #""!": "2""#, "model.vocab"),
        (#""!": 2"#, #""!": 2.5"#, "model.vocab"),
        (#""merges": ["#, #""merges": [["a"],"#, "model.merges[0]"),
        (#""merges": ["#, #""merges": [5,"#, "model.merges[0]"),
        (#""merges": ["#, #""merges": {}, "x": ["#, "model.merges"),
        (#""vocab": {"#, #""vocab": [], "x": {"#, "model.vocab"),
    ])
    func wrongTypesAreNamed(_ old: String, _ new: String, _ key: String) throws {
        let error = try #require(try Self.failure(replacing: old, with: new))
        #expect(error.isUserMistake && error.file == "x.json")
        // The two that rename a key meet the unknown key first.
        #expect(error.key == key || error.key == "model.x")
    }

    @Test(arguments: [
        (#""!": 2"#, #""!": 3"#, "model.vocab"), (#""!": 2"#, #""!": 90000"#, "model.vocab"),
        (#""!": 2"#, #""!": 2, "!": 2"#, "model.vocab"), (#""!": 2"#, #""!!!!": 2"#, "model.vocab"),
        (#""merges": ["#, #""merges": ["zq zz","#, "model.merges[0]"),
        (#""merges": ["#, #""merges": ["a b c","#, "model.merges[0]"),
        (#""merges": ["#, #""merges": [["!", "<"],"#, "model.merges[0]"),
        (#""id": 1"#, #""id": 0"#, "added_tokens"), (#""id": 1"#, #""id": 7000"#, "added_tokens"),
        (#""id": 1"#, #""id": 5"#, "added_tokens"),
        (#""content": "<|pad|>""#, #""content": """#, "added_tokens"),
        (#""unk_token": null"#, #""unk_token": "nope""#, "model.unk_token"),
    ])
    func contradictionsAreNamed(_ old: String, _ new: String, _ key: String) throws {
        let error = try #require(try Self.failure(replacing: old, with: new))
        #expect(error.kind == .inconsistent && error.isUserMistake)
        #expect(error.key == key && error.file == "x.json", "\(error)")
    }

    @Test func aMissingByteTokenIsRefused() throws {
        let error = try #require(
            try Self.failure("byte-fallback", replacing: #""<0x0A>": "#, with: #""<0x0Z>": "#))
        #expect(error.kind == .inconsistent && error.message.contains("<0x0A>"))
    }

    @Test func aBadPatternNamesItsStep() throws {
        let error = try #require(
            try Self.failure("split-pattern", replacing: #""Regex": ""#, with: #""Regex": "("#))
        #expect(error.key == "pre_tokenizer.pretokenizers[0]")
    }

    /// Cut anywhere, a file is either not JSON or ends too soon; it never crashes and never loads.
    @Test func truncatedFilesAreNamed() throws {
        let source = Array(try Self.source().utf8)
        for length in stride(from: 0, to: source.count - 1, by: 97) {
            #expect {
                _ = try TokenizerFile.read(Array(source.prefix(length)), name: "x.json")
            } throws: { error in
                guard let error = error as? TokenizerError else { return false }
                return error.kind == .unreadable && !error.isUserMistake && error.file == "x.json"
            }
        }
    }

    @Test func damagedFilesNeverCrash() throws {
        let source = Array(try Self.source("split-pattern").utf8)
        var random = SeededGenerator(state: 6)
        var refused = 0
        for _ in 0..<1500 {
            var copy = source
            for _ in 0..<3 {
                copy[Int.random(in: copy.indices, using: &random)] = UInt8.random(
                    in: 0...255, using: &random)
            }
            do {
                let tokenizer = try BytePairTokenizer(TokenizerFile.read(copy))
                _ = tokenizer.encode("some text, it's 12 long")
            } catch {
                #expect(error is TokenizerError)
                refused += 1
            }
        }
        #expect(refused > 500)
    }

    @Test func mergesReadAsPairsAndAsText() throws {
        let source = try Self.source()
        let model = try TokenizerFile.read(Array(source.utf8))
        let parts = source.components(separatedBy: #""merges": "#)
        let lines = model.merges.map {
            let pair = [model.vocabulary[Int($0.left)], model.vocabulary[Int($0.right)]]
            return "\"" + pair.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
                + "\""
        }
        let text = parts[0] + #""merges": ["# + lines.joined(separator: ",") + "]}}"
        #expect(try TokenizerFile.read(Array(text.utf8)) == model)
    }
}
