import Autograd
import Checkpoints
import Corpora
import Foundation
import Layers
import Tensors
import Tokenizers
import Transformers

/// The model that a run learns from: its weights, which stay, and what it thinks of a batch.
struct Teacher {
    let settings: DistillationSettings
    let path: String
    /// What identifies its content.
    let identity: String
    let model: Decoder
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
        let folder = try Teacher.folder(recipe, remark: remark)
        try Teacher.check(folder, recipe, tokenizer: tokenizer, length: length)
        path = folder.path
        identity = folder.folder.manifest.map { "\($0.identity)" } ?? "unknown"
        model = try folder.decoder(
            precision: precision, positions: length, frozen: FrozenForm(precision), on: backend)
        limit = min(student.vocabularySize, folder.configuration.vocabularySize)
        topK = min(recipe.topK, limit)
        settings = DistillationSettings(alpha: recipe.alpha, temperature: recipe.temperature)
    }

    /// The teacher's folder.
    static func folder(_ recipe: Distillation, remark: (String) -> Void) throws -> ModelFolder {
        let remarks = Remarks()
        let folder = try ModelFolder(reference: recipe.teacher) { remarks.add($0) }
        remarks.all.forEach(remark)
        return folder
    }

    private static func check(
        _ folder: ModelFolder, _ recipe: Distillation, tokenizer: any Tokenizer, length: Int
    ) throws {
        let own = try TokenizerLoader.load(folder.path)
        guard own.fingerprint == tokenizer.fingerprint else {
            throw TrainingError(
                .badConfiguration,
                "The teacher \(recipe.teacher) has a tokenizer of \(own.vocabularySize) ids, and "
                    + "the student one of \(tokenizer.vocabularySize) that is not the same: what "
                    + "the one says of a token would be taken for another. Train the student with "
                    + "tokenizer = \"\(recipe.teacher)\", or take a teacher of its vocabulary.")
        }
        let positions = folder.configuration.servedPositions
        guard length <= positions else {
            throw TrainingError(
                .badConfiguration,
                "sequence_length is \(length), but the teacher \(recipe.teacher) holds "
                    + "\(positions) positions (max_position_embeddings); shorten it.")
        }
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

extension RunConfiguration {
    /// The sizes of the teacher, where there is one.
    var teacher: ModelConfiguration? {
        get throws {
            try distillation.map { try Teacher.folder($0) { _ in }.configuration }
        }
    }
}
