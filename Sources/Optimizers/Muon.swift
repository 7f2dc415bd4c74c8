public import Tensors

/// Muon: momentum made orthogonal for the matrices of the blocks, AdamW for everything else.
///
/// As `torch.optim.Muon` orders it (Jordan and others, 2024).
///
/// Matrices that are stored as one (queries, keys and values; gate and up) are orthogonalised one
/// by one, so that the update is that of separate matrices, bit for bit. Unlike torch, which
/// orthogonalises in bf16, the iteration runs in f32: its results lie within bf16's rounding of
/// torch's, and nearer to what the iteration means.
///
/// The state is one moment a hidden matrix, and AdamW's two for the rest.
public final class Muon: Optimizer {
    public private(set) var stepCount = 0
    private var settings: MuonConfiguration
    private var momenta = StateTensors(kinds: ["momentum_buffer"])
    private let others: AdamW

    /// An optimizer without state.
    public init(_ settings: MuonConfiguration) {
        self.settings = settings
        others = AdamW(settings.adamW)
    }

    /// That of the hidden matrices; AdamW's part keeps its own.
    public var weightDecay: Double {
        get { settings.weightDecay }
        set { settings.weightDecay = newValue }
    }

    public func step(
        _ parameters: [OptimizedParameter], learningRate: Double, gradientScale: Double
    ) {
        stepCount += 1
        for parameter in parameters where parameter.isHidden {
            move(parameter, learningRate * parameter.rateFactor, gradientScale)
        }
        // The other rate follows the schedule, and a dial that is turned, in proportion.
        others.step(
            parameters.filter { !$0.isHidden },
            learningRate: learningRate
                * (settings.adamW.learningRate / settings.learningRate),
            gradientScale: gradientScale)
    }

    private func move(
        _ parameter: OptimizedParameter, _ learningRate: Double, _ gradientScale: Double
    ) {
        let backend = parameter.value.backend
        let buffer = momenta.tensors(for: parameter)[0]
        let fresh = Float((1 - settings.momentum) * gradientScale)
        backend.scale(buffer, by: Float(settings.momentum))
        backend.accumulate(parameter.gradient, scale: fresh, into: buffer)
        let update = backend.empty(buffer.shape, buffer.kind)
        backend.copy(buffer, to: update)
        if settings.nesterov {
            backend.scale(update, by: Float(settings.momentum))
            backend.accumulate(parameter.gradient, scale: fresh, into: update)
        }
        if parameter.decays, settings.weightDecay > 0 {
            backend.scale(parameter.value, by: Float(1 - learningRate * settings.weightDecay))
        }
        var row = 0
        for rows in parameter.hiddenRows {
            let part = row..<row + rows
            row += rows
            let matrix = update.rows(part)
            let rate =
                learningRate
                * settings.rateAdjustment.factor(rows: rows, columns: matrix.shape[1])
            backend.accumulate(
                NewtonSchulz.orthogonalized(matrix, steps: settings.iterations),
                scale: Float(-rate), into: parameter.value.rows(part))
        }
    }

    public var state: [(name: String, tensor: Tensor)] {
        (momenta.named + others.state).sorted { $0.name < $1.name }
    }

    public func stateLayout(for parameters: [OptimizedParameter])
        -> [(name: String, shape: Shape)]
    {
        (momenta.layout(for: parameters.filter(\.isHidden))
            + others.stateLayout(for: parameters.filter { !$0.isHidden }))
            .sorted { $0.name < $1.name }
    }

    public func restore(
        for parameters: [OptimizedParameter], stepCount: Int,
        read: (_ name: String, _ into: Tensor) throws -> Void
    ) throws {
        try momenta.restore(for: parameters.filter(\.isHidden), read: read)
        try others.restore(
            for: parameters.filter { !$0.isHidden }, stepCount: stepCount, read: read)
        self.stepCount = stepCount
    }
}
