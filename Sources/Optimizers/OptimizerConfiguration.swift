/// Which optimizer, with its settings: plain data that recipes fill.
public enum OptimizerConfiguration: Sendable, Hashable {
    case adamW(AdamWConfiguration)
    case sgd(SGDConfiguration)
    case muon(MuonConfiguration)

    /// The peak learning rate, which a schedule multiplies.
    public var learningRate: Double {
        get {
            switch self {
            case .adamW(let settings): settings.learningRate
            case .sgd(let settings): settings.learningRate
            case .muon(let settings): settings.learningRate
            }
        }
        set {
            switch self {
            case .adamW(var settings):
                settings.learningRate = newValue
                self = .adamW(settings)
            case .sgd(var settings):
                settings.learningRate = newValue
                self = .sgd(settings)
            case .muon(var settings):
                // Both rates are turned by one dial.
                settings.adamW.learningRate *= newValue / settings.learningRate
                settings.learningRate = newValue
                self = .muon(settings)
            }
        }
    }

    /// The share of a matrix that an update takes off, times the learning rate.
    public var weightDecay: Double {
        switch self {
        case .adamW(let settings): settings.weightDecay
        case .sgd(let settings): settings.weightDecay
        case .muon(let settings): settings.weightDecay
        }
    }

    /// A new optimizer with these settings and no state yet.
    public func makeOptimizer() -> any Optimizer {
        switch self {
        case .adamW(let settings): AdamW(settings)
        case .sgd(let settings): SGD(settings)
        case .muon(let settings): Muon(settings)
        }
    }

    /// Bytes of state for a model.
    ///
    /// - Parameters:
    ///   - parameters: all its numbers.
    ///   - hidden: those of them in matrices of blocks.
    public func stateBytes(parameters: Int, hidden: Int) -> Int {
        switch self {
        case .adamW: 8 * parameters
        case .sgd(let settings): settings.momentum == 0 ? 0 : 4 * parameters
        case .muon: 4 * hidden + 8 * (parameters - hidden)
        }
    }
}

/// The settings of AdamW; the defaults are those of language-model training.
public struct AdamWConfiguration: Sendable, Hashable {
    public var learningRate: Double
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double
    public var weightDecay: Double

    public init(
        learningRate: Double = 3e-4, beta1: Double = 0.9, beta2: Double = 0.95,
        epsilon: Double = 1e-8, weightDecay: Double = 0.1
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
    }
}

/// The settings of SGD.
public struct SGDConfiguration: Sendable, Hashable {
    public var learningRate: Double
    public var momentum: Double
    public var nesterov: Bool
    public var weightDecay: Double

    public init(
        learningRate: Double = 0.1, momentum: Double = 0, nesterov: Bool = false,
        weightDecay: Double = 0
    ) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
        self.weightDecay = weightDecay
    }
}
