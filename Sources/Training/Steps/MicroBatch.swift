import Autograd
import Corpora
import Layers
import Tensors
import Transformers

/// Some rows of a batch on a backend, ready for a pass.
struct MicroBatch {
    let ids: Tensor
    let targets: Tensor
    let weights: Tensor
    let context: SequenceContext

    init(_ batch: Batch, for model: Decoder) {
        let backend = model.backend
        let shape: Shape = [batch.rows * batch.length]
        ids = Tensor(batch.inputs, shape: shape, on: backend)
        targets = Tensor(batch.targets, shape: shape, on: backend)
        weights = Tensor(batch.lossWeights, shape: shape, on: backend)
        context = SequenceContext(
            batch: batch.rows, time: batch.length,
            positions: Tensor(batch.positions, shape: shape, on: backend), table: model.rotary,
            memory: .rows(
                starts: Tensor(MicroBatch.starts(of: batch), shape: shape, on: backend)))
    }

    /// Nats a place, unweighted; nothing is learned.
    ///
    /// - Parameter hidden: the model's, before its head.
    func tokenLosses(_ hidden: Tensor, by model: Decoder) -> [Float] {
        model.loss(
            .constant(hidden), targets: targets, weights: weights, normalizer: 1,
            on: Tape(gradients: nil)
        ).tokenLosses.read()
    }

    /// Positions restart with every document, so a token sees from its row's place minus its
    /// position on: documents packed in one row are kept apart.
    private static func starts(of batch: Batch) -> [Int32] {
        batch.positions.enumerated().map { index, position in
            Int32(index % batch.length) - position
        }
    }
}

extension Batch {
    /// What the step's loss is divided by: the sum of all loss weights.
    var lossWeightSum: Double { lossWeights.reduce(0) { $0 + Double($1) } }
}
