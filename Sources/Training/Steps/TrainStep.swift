import Autograd
import Corpora
import Layers
import Optimizers
import Tensors
import Transformers

/// One update: forward and backward over the micro-batches, clip, move the weights.
///
/// The loss is normalised over the loss tokens of the whole step, so micro-batches of unequal
/// length give the gradients of the one large batch.
final class TrainStep {
    private let model: Decoder
    private let optimizer: any Optimizer
    private let gradients: Gradients
    private let microRows: Int
    /// The largest gradient norm let through; may change between steps.
    var clip: Double?
    private let recomputes: Bool
    private let noise: EmbeddingNoise?
    private let teacher: Teacher?
    private let preference: PreferenceLoss?
    private let policy: PolicyLoss?
    /// What the pairs of the last batch came to.
    private var pairs: PairNumbers?
    /// What the model's own answers in the last batch came to.
    private var policyNumbers: PolicyNumbers?
    /// What the last loss was made of, where there is a teacher.
    private var lossParts: LossParts?
    /// What each source of the last batch gave to the loss.
    private var sourceLosses: SourceLosses?
    private let seed: UInt64
    /// The learning rate of adapters' B matrices over that of the rest, by slot.
    private let rateFactors: [Int: Double]

    /// - Parameters:
    ///   - upRate: the learning rate of adapters' B matrices over that of the rest.
    ///   - seed: where dropout's draws begin.
    init(
        model: Decoder, optimizer: any Optimizer, gradients: Gradients, microRows: Int,
        clip: Double?, recomputes: Bool, noise: EmbeddingNoise? = nil, teacher: Teacher? = nil,
        preference: PreferenceLoss? = nil, policy: PolicyLoss? = nil, upRate: Double = 1,
        seed: UInt64 = 0
    ) {
        self.model = model
        self.optimizer = optimizer
        self.gradients = gradients
        self.microRows = microRows
        self.clip = clip
        self.recomputes = recomputes
        self.noise = noise
        self.teacher = teacher
        self.preference = preference
        self.policy = policy
        self.seed = seed
        rateFactors =
            upRate == 1
            ? [:]
            : Dictionary(
                uniqueKeysWithValues: (model.adapter?.upSlots ?? []).map { ($0, upRate) })
    }

    /// What a step came to; the weights moved only if `isFinite`.
    struct Outcome: Equatable {
        var loss: Double
        /// Before clipping.
        var gradientNorm: Double
        /// What the loss was made of, where there is a teacher.
        var parts: LossParts?
        /// What the pairs of answers came to, where there are any.
        var pairs: PairNumbers?
        /// What the model's own answers came to, where it wrote any.
        var policy: PolicyNumbers?
        /// Mean loss by source, of those with a label in the batch.
        var lossBySource: [String: Double] = [:]
        var isFinite: Bool { loss.isFinite && gradientNorm.isFinite }
    }

    /// Both halves of a step.
    ///
    /// - Parameter isStopped: asked before each micro-batch.
    /// - Returns: nil where it was stopped; the weights are those from before.
    func run(
        _ batch: Batch, learningRate: Double, isStopped: () -> Bool = { false }
    ) -> Outcome? {
        guard let gradients = measure(batch, isStopped: isStopped) else { return nil }
        if gradients.outcome.isFinite { update(gradients, learningRate: learningRate) }
        return gradients.outcome
    }

    /// Gradients that wait to be used, or left.
    struct Measured {
        let outcome: Outcome
        /// What clipping multiplies them with.
        fileprivate let scale: Double
        fileprivate let parameters: [OptimizedParameter]
    }

    /// Computes the gradients of a batch and their norm; the weights stay.
    ///
    /// - Parameters:
    ///   - sampledRows: how many rows, the last ones, the model wrote itself: they have no labels.
    ///   - rollouts: the model's answers, which the batch's pieces point at.
    /// - Returns: nil where it was stopped.
    func measure(
        _ batch: Batch, sampledRows: Int = 0, rollouts: [Rollout] = [],
        isStopped: () -> Bool = { false }
    ) -> Measured? {
        let loss = accumulate(
            batch, sampledRows: sampledRows, rollouts: rollouts, isStopped: isStopped)
        guard let loss else { return nil }
        let parameters = optimizedParameters
        let norm = GradientNorm(of: parameters, limit: clip)
        return Measured(
            outcome: Outcome(
                loss: loss, gradientNorm: norm.norm, parts: lossParts,
                pairs: pairs.flatMap { $0.count > 0 ? $0 : nil }, policy: policyNumbers,
                lossBySource: sourceLosses?.means ?? [:]),
            scale: norm.scale, parameters: parameters)
    }

    /// Moves the weights by gradients that were measured last, and are finite.
    func update(_ measured: Measured, learningRate: Double) {
        optimizer.step(
            measured.parameters, learningRate: learningRate, gradientScale: measured.scale)
        model.refresh()
    }

    /// Leaves the gradients of the whole batch in `gradients`.
    ///
    /// - Returns: the loss; nil where it was stopped.
    func accumulate(
        _ batch: Batch, sampledRows: Int = 0, rollouts: [Rollout] = [],
        isStopped: () -> Bool = { false }
    ) -> Double? {
        gradients.reset()
        lossParts = teacher.map { _ in LossParts(sampledRows: sampledRows) }
        // One source alone has the loss of the whole.
        sourceLosses = batch.sources.count > 1 ? SourceLosses(batch.sources) : nil
        let normalizer = max(batch.lossWeightSum, .leastNormalMagnitude)
        pairs = preference.map { _ in PairNumbers() }
        let normalizers = preference.map { PreferenceLoss.Normalizers(batch, $0.settings) }
        policyNumbers = policy.map { _ in PolicyNumbers() }
        let averages = policy.map { PolicyLoss.Normalizers(batch, rollouts, $0.settings) }
        var loss = 0.0
        var nextRow = 0
        let labelled = batch.rows - sampledRows
        // Passes with labels and passes without.
        let micros =
            sampledRows == 0
            ? batch.split(rowsEach: microRows)
            : [0..<labelled, labelled..<batch.rows].filter { !$0.isEmpty }.flatMap {
                batch.selecting(Array($0)).split(rowsEach: microRows)
            }
        for part in micros {
            let hasLabels = nextRow < labelled
            let firstRow = nextRow
            nextRow += part.rows
            guard part.lossWeightSum > 0 else { continue }
            if isStopped() { return nil }
            let micro = MicroBatch(part, for: model)
            let tape = Tape(
                gradients: gradients,
                draws: DropoutDraws(
                    seed: seed, batch: part.stateAfter.batches,
                    firstToken: firstRow * part.length))
            let hidden = model.hidden(
                micro.ids, in: micro.context, noise: noise(part, firstRow: firstRow),
                recompute: recomputes, on: tape)
            if let preference, let normalizers {
                loss += learn(preference, hidden, from: part, micro, normalizers, on: tape)
                continue
            }
            if let policy, let averages {
                let outcome = policy.learn(
                    hidden, from: part, micro, rollouts, averages, by: model, on: tape)
                policyNumbers?.add(outcome.numbers)
                sourceLosses?.add(outcome.tokenLosses, of: part)
                loss += outcome.value
                continue
            }
            let traced = self.loss(
                hidden, of: part, micro, normalizer, hasLabels: hasLabels, on: tape)
            tape.backward(from: traced)
            loss += Double(traced.value.read()[0])
        }
        return loss
    }

    private func loss(
        _ hidden: Traced, of part: Batch, _ micro: MicroBatch, _ normalizer: Double,
        hasLabels: Bool, on tape: Tape
    ) -> Traced {
        guard let teacher else {
            let result = model.loss(
                hidden, targets: micro.targets, weights: micro.weights, normalizer: normalizer,
                on: tape)
            sourceLosses?.add(result.tokenLosses, of: part)
            return result.loss
        }
        var settings = teacher.settings
        if !hasLabels { settings.alpha = 0 }
        let result = model.distillation(
            hidden, targets: micro.targets, weights: micro.weights,
            teacher: teacher.probabilities(for: part), settings: settings, normalizer: normalizer,
            on: tape)
        if hasLabels { sourceLosses?.add(result.tokenLosses, of: part) }
        lossParts?.add(result, weights: part.lossWeights, normalizer: normalizer)
        return result.loss
    }

    /// Gradients of a pass with pairs of answers.
    ///
    /// - Returns: the pass's share of the loss.
    private func learn(
        _ preference: PreferenceLoss, _ hidden: Traced, from part: Batch, _ micro: MicroBatch,
        _ normalizers: PreferenceLoss.Normalizers, on tape: Tape
    ) -> Double {
        let scores = preference.scores(of: part, micro, hidden: hidden.value, by: model)
        let weights = preference.weights(of: part, scores, normalizers)
        let traced = model.loss(
            hidden, targets: micro.targets,
            weights: Tensor(weights, shape: [weights.count], on: model.backend), normalizer: 1,
            on: tape)
        tape.backward(from: traced.loss)
        scores.pairs.forEach { pairs?.add($0) }
        sourceLosses?.add(scores, of: part)
        return preference.value(of: part, scores, normalizers)
    }

    private func noise(_ part: Batch, firstRow: Int) -> Tensor? {
        guard let noise else { return nil }
        let width = model.configuration.hiddenSize
        return Tensor(
            noise.values(for: part, firstRow: firstRow, width: width),
            shape: [part.rows * part.length, width], kind: model.precision, on: model.backend)
    }

    private var optimizedParameters: [OptimizedParameter] {
        model.trained.all.map { parameter in
            OptimizedParameter(
                parameter, gradient: gradients[parameter.slot],
                rateFactor: rateFactors[parameter.slot] ?? 1)
        }
    }
}
