public import Autograd
public import Layers
public import Tensors

/// A decoder-only transformer: embedding, blocks, norm, head.
///
/// Shapes: N tokens (batch · time), C width, V vocabulary.
public struct Decoder {
    public let configuration: ModelConfiguration
    /// The kind that activations and products have; masters are f32.
    public let precision: ElementKind
    public let backend: any Backend
    /// The model's own, in the order in which it uses them.
    public let parameters: ParameterSet
    /// What is learned beside the model, whose own parameters are frozen then.
    public internal(set) var adapter: Adapter?
    public let rotary: RotaryTables

    let embedding: Embedding
    var blocks: [DecoderBlock]
    let norm: RMSNorm
    /// `[V, C]`; the embedding table itself where the two are tied.
    let head: Parameter
    private var preparedHead: Tensor?
    /// Whether maps were arranged as they were loaded, and nothing else is left of them.
    private var isPreparedForGood = false

    /// A decoder whose parameters are not set yet: `initialize` or load them.
    ///
    /// - Parameters:
    ///   - precision: `f32` or `bf16` (`f64` on the reference backend, for gradient checks).
    ///   - positions: how many positions to prepare; the configuration's maximum by default.
    ///   - frozen: how weights are held that no training will move; nil for a model that is
    ///     trained.
    public init(
        _ configuration: ModelConfiguration, precision: ElementKind, positions: Int? = nil,
        frozen: FrozenForm? = nil, on backend: any Backend
    ) {
        let assembly = DecoderAssembly(
            configuration, precision: precision, frozen: frozen, on: backend)
        self.configuration = configuration
        self.precision = precision
        self.backend = backend
        embedding = assembly.embedding
        blocks = assembly.blocks
        norm = assembly.norm
        head = assembly.head
        parameters = ParameterSet(assembly.parameters)
        let traits = configuration.traits
        let wanted = positions ?? configuration.maximumPositions
        let kind: ElementKind = precision == .f64 ? .f64 : .f32
        func table(_ theta: Double, _ scaling: RotaryScaling) -> RotaryTable {
            RotaryTable(
                positions: min(wanted, scaling.positionLimit ?? wanted),
                headSize: configuration.headSize, theta: theta, scaling: scaling, kind: kind,
                on: backend)
        }
        rotary = RotaryTables(
            global: table(configuration.ropeTheta, traits.rotaryScaling),
            local: traits.localTheta.map { table($0, .none) })
    }

    /// Draws every parameter anew: norms are 1, matrices normal with the configuration's range.
    public func initialize(seed: UInt64) {
        for parameter in parameters.all {
            let initializer: Initializer =
                switch parameter.role {
                case .norm: .constant(Float(1 - configuration.traits.normOffset))
                case .bias, .magnitude: .constant(0)
                case .matrix, .embedding:
                    .normal(standardDeviation: configuration.initializerRange)
                }
            let width = parameter.shape.dimensions.dropFirst().reduce(1, *)
            parameter.load { part in
                initializer.values(count: part.rows * width, seed: seed, name: part.name)
            }
        }
    }

    /// What training moves: the adapter's parameters, or else the model's own.
    public var trained: ParameterSet { adapter?.parameters ?? parameters }

    /// Brings what is computed with up to date after trained parameters changed.
    public func refresh() {
        trained.refresh()
        guard adapter != nil else { return }
        for block in blocks { block.maps.forEach { $0.refreshNorms() } }
    }

    /// The residual stream after the last norm, `[N, C]`.
    ///
    /// - Parameters:
    ///   - ids: `[N]`, i32, each below V.
    ///   - noise: `[N, C]` in the model's precision, added to the embeddings before they are
    ///     scaled.
    ///   - recompute: keeps only each block's input and computes its insides again on the way
    ///     back.
    public func hidden(
        _ ids: Tensor, in context: SequenceContext, noise: Tensor? = nil, recompute: Bool = false,
        on tape: Tape
    ) -> Traced {
        precondition(
            adapter == nil || !tape.isRecording || head.isFrozen,
            "Adapters are trained beside a base that is held frozen.")
        let context = context.preparing(windows: configuration.traits.windows)
        var x = embedding(ids, on: tape)
        if let noise { x = tape.add(x, .constant(noise)) }
        if configuration.traits.scalesEmbeddings {
            x = tape.scaled(x, by: embeddingScale)
        }
        for (layer, block) in blocks.enumerated() {
            if recompute {
                x = tape.recompute(x) { tape, x in
                    block(x, layer: layer, in: context, on: tape)
                }
            } else {
                x = block(x, layer: layer, in: context, on: tape)
            }
        }
        return norm(x, on: tape)
    }

    /// Cross-entropy of the next tokens; see `Tape.linearCrossEntropy`.
    public func loss(
        _ hidden: Traced, targets: Tensor, weights: Tensor, normalizer: Double, on tape: Tape
    ) -> TracedLoss {
        tape.linearCrossEntropy(
            hidden: hidden, head: head.traced(on: tape), targets: targets, weights: weights,
            normalizer: normalizer, softCap: configuration.traits.logitSoftCap.map(Float.init))
    }

    /// √C, rounded to the kind of the activations, as the models that use it do.
    private var embeddingScale: Float {
        let root = Float(Double(configuration.hiddenSize).squareRoot())
        guard precision == .bf16 else { return root }
        return Float(
            bitPattern: (root.bitPattern + 0x7FFF + (root.bitPattern >> 16 & 1)) & 0xFFFF_0000)
    }

    /// Logits of some rows of `hidden [M, C]`: `[M, V]`, f32.
    public func logits(_ hidden: Tensor) -> Tensor {
        let logits = backend.matmul(
            hidden, preparedHead ?? head.working, transposeA: false, transposeB: true,
            kind: precision == .f64 ? .f64 : .f32, into: nil, accumulate: false)
        if let cap = configuration.traits.logitSoftCap { backend.softCap(logits, at: Float(cap)) }
        return logits
    }

    /// Arranges the weights for generation; later changes of the parameters are not seen.
    ///
    /// A decoder whose weights were arranged as they were loaded stays as it is.
    public mutating func prepareForInference(_ weights: InferenceWeights = .full) {
        if isPreparedForGood { return }
        for layer in blocks.indices { blocks[layer].prepareForInference(weights) }
        preparedHead = head.prepared(weights)
    }

    /// What is left to arrange once the blocks' maps are, and were released.
    mutating func finishPreparing(_ weights: InferenceWeights) {
        preparedHead = head.prepared(weights)
        if !configuration.tiesEmbeddings { head.release() }
        isPreparedForGood = true
    }

    /// An empty cache for a number of sequences.
    public func makeCache(slots: Int, capacity: Int) -> KeyValueCache {
        KeyValueCache(
            layers: configuration.layerCount, slots: slots, capacity: capacity,
            keyValueHeads: configuration.keyValueHeadCount, headSize: configuration.headSize,
            kind: precision, on: backend)
    }
}
