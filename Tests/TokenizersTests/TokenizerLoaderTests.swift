import Foundation
import Testing

@testable import Tokenizers

@Suite struct TokenizerLoaderTests {
    /// A folder that is gone after the test.
    static func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(
                path: "nightjar-tokenizers-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    static func save(_ tokenizer: any Tokenizer, in folder: URL) throws {
        for file in try tokenizer.huggingFaceFiles() {
            try Data(file.contents).write(to: folder.appending(path: file.name))
        }
    }

    static func learnt() throws -> BytePairTokenizer {
        var trainer = try BytePairTrainer(.init(vocabularySize: 280))
        trainer.count("the moon, the moor, the moat")
        return try trainer.learn()
    }

    @Test func theNameByteNeedsNoFile() throws {
        #expect(try TokenizerLoader.load("byte").fingerprint == ByteTokenizer().fingerprint)
    }

    @Test func foldersFilesAndRelativePathsLoadAlike() throws {
        try Self.inFolder { folder in
            let tokenizer = try Self.learnt()
            try Self.save(tokenizer, in: folder)
            let parent = folder.deletingLastPathComponent().path
            for loaded in [
                try TokenizerLoader.load(folder.path),
                try TokenizerLoader.load(folder.appending(path: "tokenizer.json").path),
                try TokenizerLoader.load(folder.lastPathComponent, relativeTo: parent),
                try TokenizerLoader.load("tokenizer.json", relativeTo: folder.path),
            ] {
                #expect(loaded.fingerprint == tokenizer.fingerprint)
                #expect(loaded.specialTokens == tokenizer.specialTokens)
                #expect(loaded.encode("the moon") == tokenizer.encode("the moon"))
            }
        }
    }

    @Test func copiesKeepTheFilesAsTheyWere() throws {
        try Self.inFolder { folder in
            try Self.save(try Self.learnt(), in: folder)
            let config = folder.appending(path: "tokenizer_config.json")
            let text = #"{"eos_token": {"content": "<|pad|>"}, "chat_template": "{{ x }}"}"#
            try Data(text.utf8).write(to: config)
            try Data("{{ y }}".utf8).write(to: folder.appending(path: "chat_template.jinja"))
            let loaded = try TokenizerLoader.load(folder.path)
            #expect(loaded.specialTokens.end == 1)
            let files = try loaded.huggingFaceFiles()
            #expect(
                files.map(\.name).sorted()
                    == ["chat_template.jinja", "tokenizer.json", "tokenizer_config.json"])
            for file in files {
                let original = try Data(contentsOf: folder.appending(path: file.name))
                #expect(Data(file.contents) == original)
            }
        }
    }

    @Test func tokensWithARoleAreMatchedInText() throws {
        try Self.inFolder { folder in
            var model = try Self.learnt().model
            model.addedTokens = []
            let text = "x<|endoftext|>"
            #expect(try BytePairTokenizer(model).encode(text).count > 2)
            try Data(TokenizerFile.write(model)).write(to: folder.appending(path: "tokenizer.json"))
            try Data(#"{"eos_token": "<|endoftext|>"}"#.utf8)
                .write(to: folder.appending(path: "tokenizer_config.json"))
            let loaded = try TokenizerLoader.load(folder.path)
            #expect(loaded.encode(text).last == 0 && loaded.encode(text).count == 2)
            #expect(loaded.specialTokens.names == [0: "<|endoftext|>"])
        }
    }

    @Test func whatIsMissingIsSaid() throws {
        try Self.inFolder { folder in
            #expect {
                _ = try TokenizerLoader.load("nothing", relativeTo: folder.path)
            } throws: {
                let error = $0 as? TokenizerError
                return error?.kind == .notFound && error?.isUserMistake == true
                    && "\($0)".contains("`byte`")
            }
            #expect {
                _ = try TokenizerLoader.load(folder.path)
            } throws: {
                ($0 as? TokenizerError)?.kind == .notFound && "\($0)".contains("tokenizer.json")
            }
        }
    }

    @Test(arguments: [
        (#"{"eos_token": "<nope>"}"#, "eos_token"), (#"{"pad_token": 5}"#, "pad_token"),
        (#"{"add_prefix_space": true}"#, "add_prefix_space"),
        (#"{"additional_special_tokens": ["<z>"]}"#, "additional_special_tokens[0]"),
        (#"{"extra_special_tokens": {"image": "<z>"}}"#, "extra_special_tokens.image"),
        (#"{"added_tokens_decoder": {"900": {"content": "<z>"}}}"#, "added_tokens_decoder.900"),
        (
            #"{"added_tokens_decoder": {"0": {"content": "<|endoftext|>", "lstrip": true}}}"#,
            "added_tokens_decoder.0.lstrip"
        ),
    ])
    func contradictingConfigurationsAreNamed(_ text: String, _ key: String) throws {
        try Self.inFolder { folder in
            try Self.save(try Self.learnt(), in: folder)
            try Data(text.utf8).write(to: folder.appending(path: "tokenizer_config.json"))
            #expect {
                _ = try TokenizerLoader.load(folder.path)
            } throws: {
                let error = $0 as? TokenizerError
                return error?.key == key && error?.file?.hasSuffix("tokenizer_config.json") == true
            }
        }
    }
}
