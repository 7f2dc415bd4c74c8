import Corpora
import Generation
import Tensors
import Tokenizers
import Transformers

/// Has the model answer the prompts of a batch, each several times, sampled as it predicts.
///
/// Draws depend on seed, batch, prompt and answer alone, so that a resumed run repeats them.
struct RolloutSampler {
    /// Requests that run at the same time.
    static let slots = 32

    let settings: RolloutSettings
    let seed: UInt64
    let tokenizer: any Tokenizer
    /// Ids that end an answer; they are learned as its last token.
    let endTokens: Set<Int32>
    let rows: PromptRows

    /// Answers to the batch's prompts, those of weight 0 aside.
    ///
    /// - Parameter isStopped: asked before each token.
    /// - Returns: nil where it was stopped.
    /// - Throws: `GenerationError` where the model's logits are not finite.
    func rollouts(
        from batch: Batch, by model: Decoder, isStopped: () -> Bool
    ) throws -> [Rollout]? {
        let prompts = batch.pieces.filter { rows.has(source: $0.source) && $0.weight > 0 }
        guard !prompts.isEmpty else { return [] }
        let engine = GenerationEngine(
            model: model, tokenizer: tokenizer,
            slots: min(Self.slots, prompts.count * settings.perPrompt), capacity: batch.length)
        var rollouts: [Rollout] = []
        for (group, piece) in prompts.enumerated() {
            let first = piece.row * batch.length
            let prompt = Array(
                batch.inputs[first + piece.columns.lowerBound..<first + piece.columns.upperBound])
            let text = tokenizer.decode(prompt, skipsSpecialTokens: false)
            for answer in 0..<settings.perPrompt {
                // Requests are numbered in the order of their arrival, as the rollouts are.
                _ = try engine.add(
                    GenerationRequest(
                        prompt: prompt,
                        random: RandomStream(
                            seed: seed,
                            name: "rollout \(batch.stateAfter.batches) \(group) \(answer)"),
                        maximumNewTokens: settings.maximumNewTokens, stopTokens: endTokens))
                rollouts.append(
                    Rollout(
                        source: piece.source, document: piece.document, epoch: piece.epoch,
                        group: group, weight: Double(piece.weight), ids: prompt,
                        promptCount: prompt.count, prompt: text))
            }
        }
        while !engine.isIdle {
            if isStopped() { return nil }
            for event in try engine.step() {
                switch event {
                case .token(let request, let token, let text):
                    rollouts[request].ids.append(token.id)
                    rollouts[request].text += text
                case .finished(let request, let reason, let text):
                    rollouts[request].text += text
                    rollouts[request].isFinished = reason == .stop
                }
            }
        }
        return rollouts
    }

    /// What rewards are asked about.
    func answers(_ rollouts: [Rollout], sources: [String]) -> [RolloutAnswer] {
        rollouts.map { rollout in
            let row = rows[rollout.source, rollout.document]
            return RolloutAnswer(
                source: sources[rollout.source], row: row.json, place: row.place,
                prompt: rollout.prompt, completion: rollout.text, tokens: rollout.answerCount,
                isFinished: rollout.isFinished)
        }
    }
}
