import Layers
import Tensors
import Testing
import Tokenizers
import Transformers

@testable import Generation

/// Laws of the engine: a text depends on its own request alone.
@Suite struct GenerationEngineTests {
    private static func makeModel() -> Decoder {
        let sizes = ModelConfiguration(
            vocabularySize: ByteTokenizer().vocabularySize, hiddenSize: 16, intermediateSize: 24,
            layerCount: 2, headCount: 4, keyValueHeadCount: 2, headSize: 4, maximumPositions: 48,
            initializerRange: 0.4)
        let model = Decoder(sizes, precision: .f32, on: ReferenceBackend.shared)
        model.initialize(seed: 11)
        return model
    }

    private func engine(slots: Int = 4, capacity: Int = 48) -> GenerationEngine {
        GenerationEngine(
            model: GenerationEngineTests.makeModel(), tokenizer: ByteTokenizer(), slots: slots,
            capacity: capacity)
    }

    private func request(
        _ prompt: String, seed: UInt64 = 0, new: Int = 12,
        sampling: SamplingParameters = .init(temperature: 0.9, topK: 20, topP: 0.95)
    ) -> GenerationRequest {
        GenerationRequest(
            prompt: ByteTokenizer().encode(prompt), sampling: sampling,
            random: RandomStream(seed: seed, name: prompt), maximumNewTokens: new,
            wantsLogProbabilities: true)
    }

    /// Runs to the end; the sampled tokens and the released text of every request.
    private func run(_ engine: GenerationEngine) throws -> (
        tokens: [Int: [SampledToken]], texts: [Int: String]
    ) {
        var tokens: [Int: [SampledToken]] = [:]
        var texts: [Int: String] = [:]
        while !engine.isIdle {
            for event in try engine.step() {
                switch event {
                case .token(let id, let token, let text):
                    tokens[id, default: []].append(token)
                    texts[id, default: ""] += text
                case .finished(let id, _, let text):
                    texts[id, default: ""] += text
                }
            }
        }
        return (tokens, texts)
    }

    @Test func aTextIsTheSameInAnyCompany() throws {
        let alone = engine(slots: 1)
        let id = try alone.add(request("swift"))
        let expected = try run(alone).tokens[id]
        let crowd = engine(slots: 3)
        var ids: [Int] = []
        for (index, prompt) in ["a", "bird that flies", "swift", "x", "swift"].enumerated() {
            ids.append(try crowd.add(request(prompt, new: 5 + index * 2)))
        }
        let tokens = try run(crowd).tokens
        #expect(Array((tokens[ids[2]] ?? []).prefix(9)) == Array((expected ?? []).prefix(9)))
        #expect(tokens[ids[4]]?.prefix(12) == expected?.prefix(12))
    }

    @Test func aPromptTakenInPiecesGivesTheSameText() throws {
        let long = String(repeating: "ab", count: 15)
        let whole = engine(capacity: 48)
        let id = try whole.add(request(long))
        let expected = try run(whole).tokens[id]
        // Others' prompts use up a step's room, so this one is cut.
        let crowd = engine(slots: 24)
        for index in 0..<20 { _ = try crowd.add(request(long, seed: UInt64(index + 1), new: 2)) }
        let late = try crowd.add(request(long))
        #expect(try run(crowd).tokens[late] == expected)
    }

    @Test func greedyTakesTheLikeliestToken() throws {
        let engine = engine()
        let id = try engine.add(request("abc", sampling: .greedy))
        for token in try run(engine).tokens[id] ?? [] {
            #expect((token.logProbability ?? -9) > -6)
        }
    }

    @Test func stopStringsAreNeverReleased() throws {
        let free = engine()
        let id = try free.add(request("stop here", new: 30))
        let text = try #require(try run(free).texts[id])
        guard text.count > 6 else { return }
        let stop = String(text.dropFirst(3).prefix(2))
        var stopping = request("stop here", new: 30)
        stopping.stopStrings = [stop]
        let engine = engine()
        let stopped = try engine.add(stopping)
        let released = try #require(try run(engine).texts[stopped])
        #expect(!released.contains(stop))
        #expect(text.hasPrefix(released))
    }

    @Test func cancellingFreesTheSlotAndSaysSo() throws {
        let engine = engine(slots: 1)
        let first = try engine.add(request("one", new: 30))
        let second = try engine.add(request("two", new: 2))
        _ = try engine.step()
        engine.cancel(first)
        var reasons: [Int: FinishReason] = [:]
        while !engine.isIdle {
            for case .finished(let id, let reason, _) in try engine.step() { reasons[id] = reason }
        }
        #expect(reasons == [first: .cancelled, second: .length])
    }

    @Test func aPromptThatGoesOnFromAnEarlierTextGivesTheSameText() throws {
        for slots in [1, 3] {
            let used = engine(slots: slots)
            for prompt in ["swift and nightjar", "swift", "owl"] {
                _ = try used.add(request(prompt, seed: 4, new: 6))
                _ = try run(used)
            }
            for prompt in ["swift and owl", "swift and nightjar", "s", "owls"] {
                let reused = used.reusedTokenCount
                let id = try used.add(request(prompt))
                let fresh = engine(slots: 1)
                let other = try fresh.add(request(prompt))
                #expect(try run(used).tokens[id] == run(fresh).tokens[other], "\(prompt)")
                #expect(fresh.reusedTokenCount == 0)
                // The last token of a prompt is computed always.
                #expect(used.reusedTokenCount - reused < prompt.utf8.count)
                #expect(prompt == "s" || slots == 1 || used.reusedTokenCount > reused, "\(prompt)")
            }
        }
    }

    @Test func takingTokensBackAndGoingOnRepeatsGreedyText() throws {
        let plain = engine()
        let a = try plain.add(request("again", new: 10, sampling: .greedy))
        let expected = (try run(plain).tokens[a] ?? []).map(\.id)
        let engine = engine()
        let b = try engine.add(request("again", new: 10, sampling: .greedy))
        var ids: [Int32] = []
        for _ in 0..<6 {
            for case .token(_, let token, _) in try engine.step() { ids.append(token.id) }
        }
        engine.truncate(b, by: 3)
        ids.removeLast(3)
        while !engine.isIdle {
            for case .token(_, let token, _) in try engine.step() { ids.append(token.id) }
        }
        #expect(ids == expected)
    }

    @Test func impossibleRequestsAreRefused() throws {
        let engine = engine(capacity: 8)
        #expect(throws: GenerationError.self) { try engine.add(self.request("")) }
        #expect(throws: GenerationError.self) {
            try engine.add(self.request("far too long a prompt"))
        }
        #expect(throws: GenerationError.self) { try engine.add(self.request("a", new: 0)) }
        #expect(throws: GenerationError.self) {
            try engine.add(self.request("a", sampling: .init(temperature: -1)))
        }
        #expect(throws: GenerationError.self) {
            try engine.add(self.request("a", sampling: .init(topP: 0)))
        }
        var foreign = request("a")
        foreign.prompt = [100_000]
        #expect(throws: GenerationError.self) { try engine.add(foreign) }
        #expect(engine.isIdle)
    }
}
