public import Layers
public import Tensors

/// What a published kind of model does beyond the plain Llama shape.
///
/// A family's file under `Families` sets them from `config.json`; nothing else does, so that a
/// model always is one that other tools open.
public struct ModelTraits: Sendable, Hashable {
    /// Which maps of attention carry a bias.
    public enum AttentionBias: Sendable, Hashable {
        case none
        /// Queries, keys and values (Qwen2).
        case inputs
        /// The output too.
        case all
    }

    /// Where queries and keys are normalised before they turn.
    public enum HeadNorm: Sendable, Hashable {
        case none
        /// Each head by itself, all with one weight (Qwen3, Gemma 3).
        case each
        /// All heads together (OLMo 2).
        case together
    }

    /// Where a block's norms stand.
    public enum NormPlacement: Sendable, Hashable {
        /// Before attention and feed-forward.
        case before
        /// After them, within the residual (OLMo 2).
        case after
        /// On both sides (Gemma 2 and 3).
        case around
    }

    /// What differs from layer to layer.
    public struct Layer: Sendable, Hashable {
        /// How many positions a token sees, itself included; nil for all.
        public var window: Int?
        /// How its queries and keys turn.
        public var positions: RotaryKind

        /// By default a layer sees everything and turns by the model's base.
        public init(window: Int? = nil, positions: RotaryKind = .global) {
            self.window = window
            self.positions = positions
        }
    }

    /// Biases of attention.
    public var attentionBias = AttentionBias.none
    /// Whether gate, up and down have biases.
    public var hasFeedForwardBias = false
    /// Norms of queries and keys.
    public var headNorm = HeadNorm.none
    /// Norms of the residual stream.
    public var normPlacement = NormPlacement.before
    /// Added to the weights of norms: 1 in the Gemma models.
    public var normOffset: Double = 0
    /// What the gate goes through.
    public var activation = Activation.silu
    /// Scores are divided by the root of this; nil for the head size.
    public var queryScalar: Double?
    /// The cap of attention's scores.
    public var attentionSoftCap: Double?
    /// The cap of the logits.
    public var logitSoftCap: Double?
    /// Whether token vectors are multiplied by the root of the width.
    public var scalesEmbeddings = false
    /// How the frequencies of global layers are stretched.
    public var rotaryScaling = RotaryScaling.none
    /// The base of local layers.
    public var localTheta: Double?
    /// One a layer; empty where all see everything and turn alike.
    public var layers: [Layer] = []
    /// Whether queries, keys and values, and gate and up, are one tensor each in its files (Phi-3).
    public var hasFusedNames = false

    /// The plain Llama shape.
    public init() {}

    /// The traits of a layer.
    public func layer(_ index: Int) -> Layer {
        layers.isEmpty ? Layer() : layers[index]
    }

    /// Every window that some layer has.
    public var windows: Set<Int> { Set(layers.compactMap(\.window)) }
}
