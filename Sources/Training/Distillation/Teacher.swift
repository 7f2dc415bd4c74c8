import Autograd
import Checkpoints
import Corpora
import Layers
import Tensors
import Tokenizers
import Transformers

/// The model that a run learns from: its weights, which stay, and what it thinks of a batch.
struct Teacher {
    let settings: DistillationSettings
    var path: String { frozen.path }
    /// What identifies its content.
    var identity: String { frozen.identity }
    var model: Decoder { frozen.model }
    private let frozen: FrozenModel
    private let topK: Int
    /// Ids that the student has.
    private let limit: Int

    /// Reads the teacher's weights.
    ///
    /// - Throws: `TrainingError` where teacher and student do not read the same tokens.
    init(
        _ recipe: Distillation, student: ModelConfiguration, tokenizer: any Tokenizer,
        length: Int, precision: ElementKind, on backend: any Backend, remark: (String) -> Void
    ) throws {
        frozen = try FrozenModel(
            recipe.teacher, as: "teacher", tokenizer: tokenizer, length: length,
            precision: precision, on: backend, remark: remark)
        limit = min(student.vocabularySize, frozen.model.configuration.vocabularySize)
        topK = min(recipe.topK, limit)
        settings = DistillationSettings(alpha: recipe.alpha, temperature: recipe.temperature)
    }

    /// Throws where a checkpoint was made with another teacher than this one is now.
    func checkWas(in saved: CheckpointFolder) throws {
        try frozen.checkWas(in: saved, as: "teacher")
    }

    /// What the teacher thinks of each next token of some rows; rows of weight 0 are not asked.
    func probabilities(for part: Batch) -> TopProbabilities {
        let micro = MicroBatch(part, for: model)
        let hidden = model.hidden(micro.ids, in: micro.context, on: Tape(gradients: nil)).value
        let backend = model.backend
        let asked = part.lossWeights.indices.filter { part.lossWeights[$0] > 0 }.map(Int32.init)
        let top = model.topProbabilities(
            backend.gather(hidden, rows: Tensor(asked, shape: [asked.count], on: backend)),
            among: limit, count: topK, temperature: settings.temperature)
        guard asked.count < part.lossWeights.count else { return top }
        return spread(top, over: part.lossWeights.count, at: asked)
    }

    /// A table of all rows, in which those that were not asked hold what is never read.
    private func spread(
        _ top: TopProbabilities, over rows: Int, at asked: [Int32]
    ) -> TopProbabilities {
        let backend = model.backend
        var places = [Int32](repeating: 0, count: rows)
        for (index, place) in asked.enumerated() { places[Int(place)] = Int32(index) }
        let all = Tensor(places, shape: [rows], on: backend)
        let ids: [Int32] = top.ids.readIntegers()
        let width = topK
        let spreadIds = places.flatMap { ids[Int($0) * width..<(Int($0) + 1) * width] }
        return TopProbabilities(
            ids: Tensor(spreadIds, shape: [rows, width], on: backend),
            probabilities: backend.gather(top.probabilities, rows: all))
    }
}
