import Generation
import Tensors
import Tokenizers
import Training
import Transformers

/// Has a model continue many prompts, each by its likeliest tokens.
struct Asking {
    /// Requests that run at the same time.
    private static let slots = 32

    let prompts: [[Int32]]
    let maximumNewTokens: Int
    var stopStrings: [String] = []
    var stopTokens: Set<Int32> = []
    var choices: ChoiceTree?

    /// What a model wrote after a prompt.
    struct Continuation {
        var ids: [Int32] = []
        var text = ""
    }

    /// - Returns: one continuation a prompt, in order; nil where the host wants to stop.
    /// - Throws: `GenerationError` where the model's logits are not finite.
    func ask(
        _ model: Decoder, _ tokenizer: any Tokenizer, for host: any ProbeHost
    ) throws -> [Continuation]? {
        let longest = prompts.reduce(0) { max($0, $1.count) }
        let engine = GenerationEngine(
            model: model, tokenizer: tokenizer, slots: min(Asking.slots, prompts.count),
            capacity: longest + maximumNewTokens)
        var continuations = prompts.map { _ in Continuation() }
        for prompt in prompts {
            _ = try engine.add(
                GenerationRequest(
                    prompt: prompt, sampling: .greedy, random: RandomStream(key: 0),
                    maximumNewTokens: maximumNewTokens, stopStrings: stopStrings,
                    stopTokens: stopTokens, choices: choices))
        }
        // Requests are numbered in the order of their arrival.
        while !engine.isIdle {
            if host.isStopped { return nil }
            for event in try engine.step() {
                switch event {
                case .token(let id, let token, let text):
                    continuations[id].ids.append(token.id)
                    continuations[id].text += text
                case .finished(let id, _, let text): continuations[id].text += text
                }
            }
        }
        return continuations
    }
}
