/// The settings of Muon; the defaults are those of `torch.optim.Muon`.
public struct MuonConfiguration: Sendable, Hashable {
    /// The peak rate of the hidden matrices.
    public var learningRate: Double
    /// How much of the mean gradient is kept each step.
    public var momentum: Double
    /// Whether the fresh gradient counts once more.
    public var nesterov: Bool
    /// How fast hidden matrices shrink, times the learning rate.
    public var weightDecay: Double
    /// Newton-Schulz iterations.
    public var iterations: Int
    /// What the rate of a matrix is multiplied with.
    public var rateAdjustment: MuonRateAdjustment
    /// For embeddings, heads, norms and biases.
    public var adamW: AdamWConfiguration

    /// Settings, as torch has them where nothing is said.
    public init(
        learningRate: Double = 1e-3, momentum: Double = 0.95, nesterov: Bool = true,
        weightDecay: Double = 0.1, iterations: Int = 5,
        rateAdjustment: MuonRateAdjustment = .original, adamW: AdamWConfiguration = .init()
    ) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
        self.weightDecay = weightDecay
        self.iterations = iterations
        self.rateAdjustment = rateAdjustment
        self.adamW = adamW
    }
}

/// How Muon's rate depends on a matrix's shape; an orthogonal update is as long in every direction,
/// whatever the shape.
public enum MuonRateAdjustment: String, Sendable, Hashable, CaseIterable {
    /// `sqrt(max(1, rows / columns))` (Jordan et al. 2024).
    case original
    /// `0.2 sqrt(max(rows, columns))`: moves elements as far as AdamW would, so that its rates and
    /// decays can be used (Liu et al. 2025).
    case matchRMSAdamW = "match_rms_adamw"
    /// `sqrt(rows / columns)` (Bernstein 2025).
    case spectralUnclamped = "spectral_unclamped"

    /// The factor for a matrix of rows (outputs) and columns (inputs).
    public func factor(rows: Int, columns: Int) -> Double {
        let (rows, columns) = (Double(rows), Double(columns))
        return switch self {
        case .original: max(1, rows / columns).squareRoot()
        case .matchRMSAdamW: 0.2 * max(rows, columns).squareRoot()
        case .spectralUnclamped: (rows / columns).squareRoot()
        }
    }
}
