import Autograd
import Layers
import Tensors
import Testing
import Tokenizers
import Transformers

@testable import Generation

/// Laws of texts of which one is to be written.
@Suite struct ChoiceTreeTests {
    private static let tokenizer = ByteTokenizer()

    private func model(seed: UInt64) -> Decoder {
        let sizes = ModelConfiguration(
            vocabularySize: Self.tokenizer.vocabularySize, hiddenSize: 16, intermediateSize: 24,
            layerCount: 1, headCount: 2, keyValueHeadCount: 2, headSize: 8, maximumPositions: 48,
            initializerRange: 0.4)
        let model = Decoder(sizes, precision: .f32, on: ReferenceBackend.shared)
        model.initialize(seed: seed)
        return model
    }

    private func tree(_ texts: [String]) throws -> ChoiceTree {
        try ChoiceTree(
            texts.map { Self.tokenizer.encode($0) }, end: Self.tokenizer.specialTokens.end)
    }

    private func write(
        _ tree: ChoiceTree, seed: UInt64, sampling: SamplingParameters = .greedy
    ) throws -> (ids: [Int32], text: String) {
        let engine = GenerationEngine(
            model: model(seed: seed), tokenizer: Self.tokenizer, slots: 2, capacity: 40)
        _ = try engine.add(
            GenerationRequest(
                prompt: Self.tokenizer.encode("label: "), sampling: sampling,
                random: RandomStream(seed: seed, name: "tree"), maximumNewTokens: 30,
                choices: tree))
        var ids: [Int32] = []
        var text = ""
        while !engine.isIdle {
            for event in try engine.step() {
                switch event {
                case .token(_, let token, let piece):
                    ids.append(token.id)
                    text += piece
                case .finished(_, let reason, let piece):
                    #expect(reason == .stop)
                    text += piece
                }
            }
        }
        return (ids, text)
    }

    @Test(arguments: 0..<12)
    func oneOfTheTextsIsWritten(seed: Int) throws {
        let texts = ["561720", "561710", "236116", "9", "96", "967"]
        let tree = try tree(texts)
        for sampling in [SamplingParameters.greedy, SamplingParameters(temperature: 1.5)] {
            let (ids, text) = try write(tree, seed: UInt64(seed), sampling: sampling)
            let choice = try #require(tree.choice(of: ids))
            #expect(text.hasPrefix(texts[choice]))
        }
    }

    /// The slow twin: at every token the likeliest of those that lead on, by a whole pass each.
    @Test(arguments: 0..<6)
    func theGreedyPathIsTheLikeliestOfEachStep(seed: Int) throws {
        let texts = ["aab", "abb", "ba", "bb"]
        var written = ""
        while !texts.contains(written) {
            let logits = logits(after: "label: " + written, seed: UInt64(seed))
            let letters = ["a", "b"].filter { letter in
                texts.contains { $0.hasPrefix(written + letter) }
            }
            func logit(_ letter: String) -> Float { logits[Int(Self.tokenizer.encode(letter)[0])] }
            written += try #require(letters.max { logit($0) < logit($1) })
        }
        #expect(try write(tree(texts), seed: UInt64(seed)).text == written)
    }

    private func logits(after text: String, seed: UInt64) -> [Float] {
        let model = model(seed: seed)
        let ids = Self.tokenizer.encode(text)
        let shape: Shape = [ids.count]
        let context = SequenceContext(
            batch: 1, time: ids.count,
            positions: Tensor(ids.indices.map(Int32.init), shape: shape, on: model.backend),
            table: model.rotary,
            memory: .rows(
                starts: Tensor([Int32](repeating: 0, count: ids.count), shape: shape, on: model.backend)))
        let hidden = model.hidden(
            Tensor(ids, shape: shape, on: model.backend), in: context, on: Tape(gradients: nil))
        return Array(
            model.logits(hidden.value).read().suffix(model.configuration.vocabularySize))
    }

    @Test func textsMustBeTellable() throws {
        #expect(throws: GenerationError.self) { try ChoiceTree([[1], [1]], end: 9) }
        #expect(throws: GenerationError.self) { try ChoiceTree([[]], end: 9) }
        #expect(throws: GenerationError.self) { try ChoiceTree([[1], [1, 2]], end: nil) }
        let tree = try ChoiceTree([[1], [1, 2]], end: 9)
        #expect(tree.choice(of: [1, 9]) == 0 && tree.choice(of: [1, 2]) == 1)
        #expect(tree.choice(of: [1]) == nil && tree.choice(of: [3]) == nil)
        #expect(tree.longest == 2)
    }
}
