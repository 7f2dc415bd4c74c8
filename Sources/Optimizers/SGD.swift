public import Tensors

/// Stochastic gradient descent with optional momentum, as `torch.optim.SGD` orders it.
public final class SGD: Optimizer {
    public private(set) var stepCount = 0
    private var settings: SGDConfiguration
    private var momenta: StateTensors

    public init(_ settings: SGDConfiguration) {
        self.settings = settings
        momenta = StateTensors(kinds: settings.momentum == 0 ? [] : ["momentum_buffer"])
    }

    public var weightDecay: Double {
        get { settings.weightDecay }
        set { settings.weightDecay = newValue }
    }

    public func step(
        _ parameters: [OptimizedParameter], learningRate: Double, gradientScale: Double
    ) {
        stepCount += 1
        for parameter in parameters {
            parameter.value.backend.sgd(
                parameter: parameter.value, gradient: parameter.gradient,
                momentum: momenta.tensors(for: parameter).first,
                SGDStep(
                    learningRate: Float(learningRate * parameter.rateFactor),
                    momentum: Float(settings.momentum),
                    nesterov: settings.nesterov,
                    weightDecay: parameter.decays ? Float(settings.weightDecay) : 0,
                    gradientScale: Float(gradientScale), isFirst: stepCount == 1))
        }
    }

    public var state: [(name: String, tensor: Tensor)] { momenta.named }

    public func stateLayout(for parameters: [OptimizedParameter])
        -> [(name: String, shape: Shape)]
    { momenta.layout(for: parameters) }

    public func restore(
        for parameters: [OptimizedParameter], stepCount: Int,
        read: (_ name: String, _ into: Tensor) throws -> Void
    ) throws {
        try momenta.restore(for: parameters, read: read)
        self.stepCount = stepCount
    }
}
