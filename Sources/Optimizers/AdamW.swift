public import Tensors

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019), as `torch.optim.AdamW` orders it.
///
/// The whole update of a parameter is one pass over memory; clipping is folded into it.
public final class AdamW: Optimizer {
    public private(set) var stepCount = 0
    private var settings: AdamWConfiguration
    private var moments = StateTensors(kinds: ["exp_avg", "exp_avg_sq"])

    public init(_ settings: AdamWConfiguration) { self.settings = settings }

    public var weightDecay: Double {
        get { settings.weightDecay }
        set { settings.weightDecay = newValue }
    }

    public func step(
        _ parameters: [OptimizedParameter], learningRate: Double, gradientScale: Double
    ) {
        stepCount += 1
        let correction1 = 1 - power(settings.beta1, stepCount)
        let correction2 = 1 - power(settings.beta2, stepCount)
        for parameter in parameters {
            let state = moments.tensors(for: parameter)
            parameter.value.backend.adamW(
                parameter: parameter.value, gradient: parameter.gradient,
                firstMoment: state[0], secondMoment: state[1],
                AdamWStep(
                    learningRate: learningRate * parameter.rateFactor, beta1: settings.beta1,
                    beta2: settings.beta2,
                    epsilon: settings.epsilon,
                    weightDecay: parameter.decays ? settings.weightDecay : 0,
                    correction1: correction1, correction2: correction2,
                    gradientScale: gradientScale))
        }
    }

    public var state: [(name: String, tensor: Tensor)] { moments.named }

    public func stateLayout(for parameters: [OptimizedParameter])
        -> [(name: String, shape: Shape)]
    { moments.layout(for: parameters) }

    public func restore(
        for parameters: [OptimizedParameter], stepCount: Int,
        read: (_ name: String, _ into: Tensor) throws -> Void
    ) throws {
        try moments.restore(for: parameters, read: read)
        self.stepCount = stepCount
    }

    /// By repeated multiplication: the same on every libm.
    private func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0
        var factor = base
        var remaining = exponent
        while remaining > 0 {
            if remaining & 1 == 1 { result *= factor }
            factor *= factor
            remaining >>= 1
        }
        return result
    }
}
