import Testing

@testable import Tokenizers

@Suite struct BytePairTrainerTests {
    /// Golden by Hugging Face's `BpeTrainer`.
    @Test func learnsWhatTheReferenceLearns() throws {
        let runs = try Goldens.read("training")["runs"].elements()
        #expect(runs.count == 9)
        for (index, run) in runs.enumerated() {
            let specials = try run["special_tokens"].elements().map { try $0.text() }
            var trainer = try BytePairTrainer(
                .init(
                    vocabularySize: try run["vocabulary_size"].integer(),
                    minimumFrequency: try run["minimum_frequency"].integer(),
                    specialTokens: specials))
            for text in try run["texts"].elements() { trainer.count(try text.text()) }
            let model = try trainer.learn().model
            let learnt = try run["learnt"].elements().map { try $0.bytes() }
            #expect(
                Array(model.vocabulary.dropFirst(256 + specials.count)) == learnt, "run \(index)")
            let merges = try run["merges"].elements().map { try $0.bytes() }
            let own = model.merges.map {
                model.vocabulary[Int($0.left)] + [0x20] + model.vocabulary[Int($0.right)]
            }
            #expect(own == merges, "run \(index)")
        }
    }

    @Test func orderAndDivisionOfTextsDoNotMatter() throws {
        let texts = ["the cat sat on the mat", "a cat and a mat", "the the the end, isn't it"]
        let settings = BytePairTrainer.Settings(vocabularySize: 300)
        var forward = try BytePairTrainer(settings)
        for text in texts { forward.count(text) }
        var backward = try BytePairTrainer(settings)
        for text in texts.reversed() { backward.count(text) }
        var (left, right) = (try BytePairTrainer(settings), try BytePairTrainer(settings))
        left.count(texts[1])
        right.count(texts[0])
        right.count(texts[2])
        left.absorb(right)
        let fingerprint = try forward.learn().fingerprint
        #expect(try backward.learn().fingerprint == fingerprint)
        #expect(try left.learn().fingerprint == fingerprint)
        #expect(left.byteCount == forward.byteCount)
    }

    @Test func streamsCountLikeStrings() async throws {
        let settings = BytePairTrainer.Settings(vocabularySize: 280)
        let texts = ["abab abab", "ab ab", "ba"]
        var whole = try BytePairTrainer(settings)
        for text in texts { whole.count(text) }
        var streamed = try BytePairTrainer(settings)
        try await streamed.count(
            contentsOf: AsyncStream { continuation in
                for text in texts { continuation.yield(Array(text.utf8)) }
                continuation.finish()
            })
        #expect(try streamed.learn().model == whole.learn().model)
    }

    @Test func learntTokenizersLoseNothing() throws {
        var trainer = try BytePairTrainer(.init(vocabularySize: 320))
        trainer.count("low lower lowest new newer newest wide wider widest, low low new")
        let tokenizer = try trainer.learn()
        #expect(tokenizer.vocabularySize <= 320)
        #expect(tokenizer.specialTokens.end == 0)
        #expect(tokenizer.specialTokens.padding == 1)
        let text = "lowest\u{0}wider — ünï 🦉"
        #expect(tokenizer.decode(tokenizer.encode(text), skipsSpecialTokens: false) == text)
        #expect(tokenizer.encode("lowest").count < 3)
    }

    @Test func malformedBytesCountAsNoWord() throws {
        let settings = BytePairTrainer.Settings(vocabularySize: 400, minimumFrequency: 1)
        var trainer = try BytePairTrainer(settings)
        let bytes: [UInt8] = [0x61, 0x62, 0xFF, 0xFE, 0x61, 0x62, 0xC3]
        bytes.withUnsafeBufferPointer { trainer.count($0) }
        let model = try trainer.learn().model
        #expect(model.merges.count == 1)
        #expect(model.vocabulary.last == Array("ab".utf8))
        #expect(trainer.distinctWordCount == 1)
    }

    @Test func progressIsHeardAndMayStop() throws {
        struct Stop: Error {}
        var trainer = try BytePairTrainer(.init(vocabularySize: 300))
        trainer.count("aa bb aa bb aab aab")
        var last = (0, 0)
        _ = try trainer.learn { last = ($0, $1) }
        #expect(last.0 > 258 && last.1 == 300)
        #expect(throws: Stop.self) { _ = try trainer.learn { _, _ in throw Stop() } }
    }

    @Test func impossibleSettingsAreRefused() {
        func key(_ settings: BytePairTrainer.Settings) -> String? {
            do {
                _ = try BytePairTrainer(settings)
                return nil
            } catch {
                let error = error as? TokenizerError
                #expect(error?.isUserMistake == true)
                return error?.key
            }
        }
        #expect(key(.init(vocabularySize: 257)) == "vocabulary_size")
        #expect(key(.init(vocabularySize: 1 << 30)) == "vocabulary_size")
        #expect(key(.init(vocabularySize: 300, minimumFrequency: -1)) == "minimum_frequency")
        #expect(key(.init(vocabularySize: 300, specialTokens: ["a"], end: "a")) == "special_tokens")
        #expect(key(.init(vocabularySize: 300, specialTokens: ["<x>"])) == "end")
        #expect(key(.init(vocabularySize: 258)) == nil)
    }
}
