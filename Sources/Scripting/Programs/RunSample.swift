import Generation
import Tensors
import Tokenizers
import Training
import Transformers

/// A text that a program wants from a run's model.
struct RunSample {
    let prompt: String
    let maximumNew: Int
    let temperature: Double
    let topK: Int
    let topP: Double
    let seed: UInt64

    /// The continuation, without the prompt.
    ///
    /// - Throws: `GenerationError`.
    func text(from trainer: Trainer) throws -> String {
        let model = trainer.model
        let tokenizer = trainer.tokenizer
        let settings = model.configuration
        let ids = tokenizer.prompt(prompt, of: settings)
        let engine = GenerationEngine(
            model: model, tokenizer: tokenizer, slots: 1,
            capacity: max(1, min(ids.count + maximumNew, settings.servedPositions)))
        _ = try engine.add(
            GenerationRequest(
                prompt: ids,
                sampling: SamplingParameters(temperature: temperature, topK: topK, topP: topP),
                random: RandomStream(seed: seed, name: "sample 0"), maximumNewTokens: maximumNew,
                stopTokens: Set(settings.endTokens.map(Int32.init))))
        var text = ""
        while !engine.isIdle, !StopSignal.isRequested {
            for event in try engine.step() {
                switch event {
                case .token(_, _, let piece), .finished(_, _, let piece): text += piece
                }
            }
        }
        return text
    }
}
