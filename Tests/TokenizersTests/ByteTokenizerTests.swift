import Testing

@testable import Tokenizers

@Suite struct ByteTokenizerTests {
    let tokenizer = ByteTokenizer()

    @Test func idsAreBytes() {
        #expect(tokenizer.encode("Aé\n\u{0}") == [65, 0xC3, 0xA9, 10, 0])
        #expect(tokenizer.vocabularySize == 258)
        let all = (0...255).map(UInt8.init)
        #expect(tokenizer.encode(bytes: all) == (0..<256).map(Int32.init))
        for byte in all { #expect(tokenizer.bytes(of: Int32(byte)) == [byte]) }
    }

    @Test func rolesAreFilled() {
        #expect(tokenizer.specialTokens.end == 256)
        #expect(tokenizer.specialTokens.padding == 257)
        #expect(tokenizer.specialTokens.all.map(\.text) == ["<|endoftext|>", "<|pad|>"])
        #expect(tokenizer.bytes(of: 256) == Array("<|endoftext|>".utf8))
        #expect(tokenizer.bytes(of: 258).isEmpty && tokenizer.bytes(of: -1).isEmpty)
    }

    @Test func specialTokensInTextAreIdsUnlessOrdinary() {
        #expect(tokenizer.encode("a<|endoftext|>b") == [97, 256, 98])
        #expect(tokenizer.encode(ordinary: "<|pad|>") == Array("<|pad|>".utf8).map(Int32.init))
        #expect(tokenizer.decode([97, 256], skipsSpecialTokens: true) == "a")
        #expect(tokenizer.decode([97, 256], skipsSpecialTokens: false) == "a<|endoftext|>")
    }

    @Test func writtenFilesLoadAsTheSameTokenizer() throws {
        let files = try tokenizer.huggingFaceFiles()
        #expect(files.map(\.name) == ["tokenizer.json", "tokenizer_config.json"])
        var model = try TokenizerFile.read(files[0].contents)
        try TokenizerConfiguration.apply(files[1].contents, name: files[1].name, to: &model)
        let loaded = try BytePairTokenizer(model)
        #expect(loaded.fingerprint == tokenizer.fingerprint)
        #expect(loaded.specialTokens == tokenizer.specialTokens)
        let text = "x<|pad|> é\u{0} 'll"
        #expect(loaded.encode(text) == tokenizer.encode(text))
    }

    @Test func fingerprintIsAHashOfTheContent() throws {
        #expect(tokenizer.fingerprint.count == 32)
        #expect(ByteTokenizer().fingerprint == tokenizer.fingerprint)
        var trainer = try BytePairTrainer(.init(vocabularySize: 260))
        trainer.count("ab ab ab")
        #expect(try trainer.learn().fingerprint != tokenizer.fingerprint)
    }
}
