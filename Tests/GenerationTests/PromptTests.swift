import Foundation
import Generation
import TestSupport
import Testing
import Tokenizers
import Transformers

/// What stands before a text that is to be continued.
@Suite struct PromptTests {
    private func ids(
        postProcessor: String, settings: String, modelBeginning: Int?
    ) throws -> [Int32] {
        let folder = try TemporaryFolder()
        try folder.write(
            #"""
            {"version": "1.0", "truncation": null, "padding": null, "normalizer": null,
             "pre_tokenizer": {"type": "BertPreTokenizer"},
             "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
             "added_tokens": [{"id": 2, "content": "<s>", "special": true, "normalized": false,
                               "single_word": false, "lstrip": false, "rstrip": false}],
             "post_processor": \#(postProcessor),
             "model": {"type": "WordPiece", "unk_token": "a", "max_input_chars_per_word": 100,
                       "continuing_subword_prefix": "##", "vocab": {"a": 0, "b": 1, "<s>": 2}}}
            """#, to: "tokenizer.json")
        try folder.write(settings, to: "tokenizer_config.json")
        var model = ModelConfiguration(
            vocabularySize: 3, hiddenSize: 8, intermediateSize: 8, layerCount: 1, headCount: 1,
            keyValueHeadCount: 1, headSize: 8, maximumPositions: 8)
        model.beginningToken = modelBeginning
        return try TokenizerLoader.load(folder.url.path).prompt("b", of: model)
    }

    private static let adds =
        #"{"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}], "pair": [], "special_tokens": {"<s>": {"id": "<s>", "ids": [2], "tokens": ["<s>"]}}}"#

    @Test func thePostProcessorDecides() throws {
        for beginning in [nil, 1, 2] {
            #expect(
                try ids(postProcessor: Self.adds, settings: "{}", modelBeginning: beginning)
                    == [2, 1])
        }
    }

    @Test func withoutOneTheModelDoesUnlessItIsSwitchedOff() throws {
        let named = #"{"bos_token": "<s>"}"#
        #expect(try ids(postProcessor: "null", settings: named, modelBeginning: 2) == [2, 1])
        #expect(try ids(postProcessor: "null", settings: named, modelBeginning: nil) == [1])
        #expect(try ids(postProcessor: "null", settings: named, modelBeginning: 0) == [1])
        let off = #"{"bos_token": "<s>", "add_bos_token": false}"#
        #expect(try ids(postProcessor: "null", settings: off, modelBeginning: 2) == [1])
    }
}
