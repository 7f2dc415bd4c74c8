/// What computes: recorded with every run, because numbers repeat only where this does.
public struct BackendDescription: Sendable, Hashable, Codable {
    /// `cpu` or `reference`.
    public var name: String
    /// The instruction set in use, such as `x86-64-v3`.
    public var instructionSet: String
    public var threadCount: Int
    /// Whether products of bf16 run on units of their own rather than through f32.
    public var hasNativeBFloat16: Bool
    /// The library that computes products, with its version.
    public var products: String

    public init(
        name: String, instructionSet: String, threadCount: Int, hasNativeBFloat16: Bool,
        products: String
    ) {
        self.name = name
        self.instructionSet = instructionSet
        self.threadCount = threadCount
        self.hasNativeBFloat16 = hasNativeBFloat16
        self.products = products
    }
}

/// The sizes of an attention operation.
public struct AttentionGeometry: Sendable, Hashable {
    /// Rows of the batch; N is `batch * time`. Cached attention ignores both.
    public var batch: Int
    /// Tokens a row.
    public var time: Int
    /// Query heads; a multiple of `keyValueHeads`.
    public var heads: Int
    public var keyValueHeads: Int
    public var headSize: Int
    /// What scores are multiplied with, usually `1 / sqrt(headSize)`.
    public var scale: Float
    /// Where given, scores become `softCap · tanh(score / softCap)` (Gemma 2).
    public var softCap: Float?
    /// How many positions a token sees, itself included; nil for all. Cached attention alone reads
    /// it: over rows the starts say it.
    public var window: Int?

    public init(
        batch: Int, time: Int, heads: Int, keyValueHeads: Int, headSize: Int, scale: Float,
        softCap: Float? = nil, window: Int? = nil
    ) {
        self.batch = batch
        self.time = time
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headSize = headSize
        self.scale = scale
        self.softCap = softCap
        self.window = window
    }

    /// Floating-point operations of one of its products, such as queries by keys, over the half that
    /// a causal mask leaves.
    var causalProductFLOPs: Double {
        Double(batch * heads * headSize) * Double(time) * Double(time + 1)
    }

    /// The width of queries, keys and values side by side: `(H + 2K) · D`.
    public var fusedWidth: Int { (heads + 2 * keyValueHeads) * headSize }
}

/// How far each token's heads turn.
public struct Rotation {
    /// `[N]`, i32.
    public var positions: Tensor
    /// Of each position's angles: `[P, D/2]`, f32.
    public var cosines: Tensor
    /// As the cosines.
    public var sines: Tensor
    /// D, even.
    public var headSize: Int
    /// How many heads turn, from the first; values do not.
    public var rotatedHeads: Int

    /// A rotation by tables that others may share.
    public init(
        positions: Tensor, cosines: Tensor, sines: Tensor, headSize: Int, rotatedHeads: Int
    ) {
        self.positions = positions
        self.cosines = cosines
        self.sines = sines
        self.headSize = headSize
        self.rotatedHeads = rotatedHeads
    }

    /// Turns heads in place.
    ///
    /// - Parameter inverse: turns back, which is the gradient.
    public func turn(_ x: Tensor, inverse: Bool = false) {
        _ = x.backend.rotary(
            x, positions: positions, cosines: cosines, sines: sines, headSize: headSize,
            rotatedHeads: rotatedHeads, inverse: inverse, into: x)
    }
}

/// What a gate goes through in a gated linear unit.
public enum Activation: String, Sendable, Hashable {
    /// `x · sigmoid(x)`
    case silu
    /// GELU by tanh: `x · (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2`
    case geluTanh
}

/// What an RMSNorm does besides.
public struct RMSNormSettings: Sendable, Hashable {
    /// Keeps the norm from dividing by 0.
    public var epsilon: Float
    /// Added to the weight before it multiplies: 1 in the Gemma models.
    public var weightOffset: Float
    /// The heads to normalise each by itself, as wide as the weight; nil for whole rows.
    public var heads: Heads?

    /// Neighbouring pieces of a row.
    public struct Heads: Sendable, Hashable {
        /// The column that the first begins at.
        public var column: Int
        /// How many there are.
        public var count: Int

        /// Heads side by side from a column on.
        public init(column: Int, count: Int) {
            self.column = column
            self.count = count
        }
    }

    /// By default whole rows, times the weight as it is.
    public init(epsilon: Float, weightOffset: Float = 0, heads: Heads? = nil) {
        self.epsilon = epsilon
        self.weightOffset = weightOffset
        self.heads = heads
    }
}

/// Which gradients come with a loss.
public struct LossGradients: OptionSet, Sendable, Hashable {
    public let rawValue: Int

    /// Bits, as an option set has them.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// That of the hidden states.
    public static let hidden = LossGradients(rawValue: 1)
    /// That of the head, which a frozen head has no use for.
    public static let head = LossGradients(rawValue: 2)
    /// Both.
    public static let all: LossGradients = [.hidden, .head]
}

/// What `Backend.linearCrossEntropy` gives.
public struct LinearCrossEntropy: Sendable {
    /// `[1]`, f32 (f64 on an f64 reference).
    public var loss: Tensor
    /// Negative log-likelihood of each target, unweighted, `[N]`, f32; 0 where the weight is 0.
    public var tokenLosses: Tensor
    /// `[N, C]`, where asked for.
    public var hiddenGradient: Tensor?
    /// `[V, C]`, f32, where asked for.
    public var headGradient: Tensor?

    public init(
        loss: Tensor, tokenLosses: Tensor, hiddenGradient: Tensor?, headGradient: Tensor?
    ) {
        self.loss = loss
        self.tokenLosses = tokenLosses
        self.hiddenGradient = hiddenGradient
        self.headGradient = headGradient
    }
}

/// The numbers of one AdamW step.
///
/// `g = gradientScale · gradient`, `m = β₁m + (1-β₁)g`, `v = β₂v + (1-β₂)g²`,
/// `p -= lr · weightDecay · p`, then `p -= lr · (m / c₁) / (sqrt(v / c₂) + ε)`, with
/// `c = 1 - β^t`, in the order of `torch.optim.AdamW`. In double precision, because `1 - β` in
/// single loses digits where β is near 1.
public struct AdamWStep: Sendable, Hashable {
    public var learningRate: Double
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double
    public var weightDecay: Double
    /// `1 - β₁^t` and `1 - β₂^t`.
    public var correction1: Double
    public var correction2: Double
    /// Clipping: what gradients are multiplied with on the way in.
    public var gradientScale: Double

    public init(
        learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double,
        correction1: Double, correction2: Double, gradientScale: Double
    ) {
        self.learningRate = learningRate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.correction1 = correction1
        self.correction2 = correction2
        self.gradientScale = gradientScale
    }
}

/// The numbers of one SGD step, in the order of `torch.optim.SGD`.
///
/// `g = gradientScale · gradient + weightDecay · p`; with momentum `b = μb + g` (`b = g` at the
/// first step), `g = nesterov ? g + μb : b`; `p -= lr · g`.
public struct SGDStep: Sendable, Hashable {
    public var learningRate: Float
    public var momentum: Float
    public var nesterov: Bool
    public var weightDecay: Float
    public var gradientScale: Float
    public var isFirst: Bool

    public init(
        learningRate: Float, momentum: Float, nesterov: Bool, weightDecay: Float,
        gradientScale: Float, isFirst: Bool
    ) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
        self.weightDecay = weightDecay
        self.gradientScale = gradientScale
        self.isFirst = isFirst
    }
}
