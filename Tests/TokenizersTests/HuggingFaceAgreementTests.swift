import Testing

@testable import Tokenizers

/// Goldens by Hugging Face `tokenizers` 0.23.
@Suite struct HuggingFaceAgreementTests {
    static let names = [
        "byte-level", "added-tokens", "split-pattern", "digits", "prefix-space", "byte-fallback",
    ]

    @Test(arguments: names)
    func encodesAndDecodesAsTheReference(_ name: String) throws {
        let golden = try Goldens.read(name)
        let model = try TokenizerFile.read(try golden["tokenizer"].bytes(), name: name)
        let tokenizer = try BytePairTokenizer(model)
        let cases = try golden["cases"].elements()
        #expect(cases.count > 40)
        for text in cases { try text.check(tokenizer) }
        // Again with every word in the cache.
        for text in cases { try text.check(tokenizer) }
    }

    @Test(arguments: names)
    func writtenFilesReadBackEqual(_ name: String) throws {
        let golden = try Goldens.read(name)
        let model = try TokenizerFile.read(try golden["tokenizer"].bytes(), name: name)
        let again = try TokenizerFile.read(TokenizerFile.write(model))
        #expect(again == model)
        #expect(again.fingerprint == model.fingerprint)
    }

    @Test func metaspaceFollowsEveryScheme() throws {
        let golden = try Goldens.read("metaspace")
        let base = try TokenizerFile.read(try golden["tokenizer"].bytes())
        let runs = try golden["runs"].elements()
        #expect(runs.count == 6)
        for run in runs {
            var model = base
            model.preTokenizer = try TokenizerFile.readPreTokenizer(run["pre_tokenizer"])
            model.decoding = try TokenizerFile.readDecoder(run["decoder"], isByteLevel: false)
            let tokenizer = try BytePairTokenizer(model)
            for text in try run["cases"].elements() { try text.check(tokenizer) }
            #expect(
                try TokenizerFile.read(TokenizerFile.write(model)).preTokenizer
                    == model.preTokenizer)
        }
    }

    @Test func splitsBehaveAsTheReference() throws {
        let cases = try Goldens.read("split-behaviors")["cases"].elements()
        #expect(cases.count == 240)
        for example in cases {
            let steps = try TokenizerFile.readPreTokenizer(example["step"])
            let splitter = try PreTokenizer(steps)
            var words: [String] = []
            var text = try example["text"].text()
            text.withUTF8 { bytes in
                guard !bytes.isEmpty else { return }
                splitter.forEachWord(bytes, isTextStart: true, mayPrefix: true) {
                    words.append(String(decoding: $0, as: UTF8.self))
                }
            }
            let expected = try example["words"].elements().map { try $0.text() }
            #expect(words == expected, "\(steps) on \(text.debugDescription)")
        }
    }

    @Test func templateNamesTheRolesAndAddsNothing() throws {
        let golden = try Goldens.read("split-pattern")
        let model = try TokenizerFile.read(try golden["tokenizer"].bytes())
        #expect(model.template == .init(before: [0], after: []))
        #expect(model.roles.beginning == 0)
        let tokenizer = try BytePairTokenizer(model)
        #expect(tokenizer.specialTokens.beginning == 0)
        #expect(tokenizer.encode("").isEmpty)
    }
}
