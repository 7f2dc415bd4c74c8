import Layers

/// The sizes and switches of a decoder, under the names of Hugging Face's `config.json`.
public struct ModelConfiguration: Sendable, Hashable {
    /// The published model type: decides which switches exist and what tensors are called.
    public var modelType: ModelType
    public var vocabularySize: Int
    /// Width C of the residual stream.
    public var hiddenSize: Int
    /// Width F of the feed-forward part.
    public var intermediateSize: Int
    public var layerCount: Int
    /// Query heads H.
    public var headCount: Int
    /// Key and value heads K, a divisor of H.
    public var keyValueHeadCount: Int
    /// Head size D, even; need not be C / H.
    public var headSize: Int
    /// The longest sequence that positions are prepared for.
    public var maximumPositions: Int
    public var normEpsilon: Double
    /// The base of rotary frequencies.
    public var ropeTheta: Double
    /// Whether the head is the embedding table.
    public var tiesEmbeddings: Bool
    /// The deviation that new weights are drawn with.
    public var initializerRange: Double
    public var beginningToken: Int?
    public var endTokens: [Int]
    public var paddingToken: Int?
    /// What the type does beyond the plain shape.
    public internal(set) var traits = ModelTraits()

    /// The positions that a text may have here: all that the model has, or, where it stretches its
    /// positions for longer texts (LongRoPE), those of texts that need no stretching.
    public var servedPositions: Int {
        min(maximumPositions, traits.rotaryScaling.positionLimit ?? maximumPositions)
    }

    public init(
        modelType: ModelType = .llama, vocabularySize: Int, hiddenSize: Int,
        intermediateSize: Int, layerCount: Int, headCount: Int, keyValueHeadCount: Int? = nil,
        headSize: Int? = nil, maximumPositions: Int = 2048, normEpsilon: Double = 1e-6,
        ropeTheta: Double = 10_000, tiesEmbeddings: Bool = false, initializerRange: Double = 0.02,
        beginningToken: Int? = nil, endTokens: [Int] = [], paddingToken: Int? = nil
    ) {
        self.modelType = modelType
        self.vocabularySize = vocabularySize
        self.hiddenSize = hiddenSize
        self.intermediateSize = intermediateSize
        self.layerCount = layerCount
        self.headCount = headCount
        self.keyValueHeadCount = keyValueHeadCount ?? headCount
        self.headSize = headSize ?? (headCount > 0 ? hiddenSize / headCount : 0)
        self.maximumPositions = maximumPositions
        self.normEpsilon = normEpsilon
        self.ropeTheta = ropeTheta
        self.tiesEmbeddings = tiesEmbeddings
        self.initializerRange = initializerRange
        self.beginningToken = beginningToken
        self.endTokens = endTokens
        self.paddingToken = paddingToken
    }

    /// Throws where sizes do not fit together; the sentence names the keys.
    public func validate() throws {
        func check(_ holds: Bool, _ sentence: String) throws {
            if !holds { throw ModelError(.badShape, sentence) }
        }
        for (key, value) in [
            ("vocab_size", vocabularySize), ("hidden_size", hiddenSize),
            ("intermediate_size", intermediateSize), ("num_hidden_layers", layerCount),
            ("num_attention_heads", headCount), ("num_key_value_heads", keyValueHeadCount),
            ("head_dim", headSize), ("max_position_embeddings", maximumPositions),
        ] {
            try check(
                value > 0 && value < 1 << 31,
                "\(key) is \(value); it must be a positive number below 2^31.")
        }
        try check(
            layerCount <= 1 << 16,
            "num_hidden_layers is \(layerCount); more than 65536 are not built.")
        let tokens = endTokens + [beginningToken, paddingToken].compactMap { $0 }
        if let token = tokens.first(where: { !(0..<1 << 31).contains($0) }) {
            throw ModelError(
                .badShape, "\(token) is no token id: those go from 0 to 2^31 - 1.")
        }
        try check(
            headCount % keyValueHeadCount == 0,
            "num_attention_heads (\(headCount)) is not a multiple of num_key_value_heads "
                + "(\(keyValueHeadCount)); make it one.")
        try check(
            hiddenSize % headCount == 0,
            "hidden_size (\(hiddenSize)) is not a multiple of num_attention_heads (\(headCount)), "
                + "which other tools refuse even with a head_dim; make it one.")
        try check(
            headSize % 2 == 0,
            "head_dim is \(headSize); rotary positions turn pairs, so it must be even. It is "
                + "hidden_size / num_attention_heads unless the configuration sets it.")
        try check(
            normEpsilon > 0 && normEpsilon < 1, "rms_norm_eps is \(normEpsilon); use 1e-5 or so.")
        try check(
            ropeTheta > 1 && ropeTheta.isFinite, "rope_theta is \(ropeTheta); use 10000 or more.")
        if case .longRoPE(let short, let long, _, _) = traits.rotaryScaling {
            try check(
                short.count == headSize / 2 && long.count == headSize / 2,
                "LongRoPE has \(short.count) short and \(long.count) long factors; heads of "
                    + "\(headSize) need \(headSize / 2) of each.")
        }
        try checkMemory()
        try check(
            initializerRange >= 0 && initializerRange.isFinite,
            "initializer_range is \(initializerRange); use 0.02 or so.")
    }
}
