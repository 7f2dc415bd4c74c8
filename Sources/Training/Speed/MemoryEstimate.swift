public import Layers
public import Optimizers
public import Tensors
public import Transformers
import Foundation
import Telemetry

/// How much memory a run takes at its peak, from its sizes alone.
public struct MemoryEstimate: Sendable, Hashable {
    /// One kind of use, in bytes.
    public struct Item: Sendable, Hashable {
        public let name: String
        public let bytes: Int
    }

    public private(set) var items: [Item]

    public var bytes: Int { items.reduce(0) { $0 + $1.bytes } }

    /// A warning where this machine has less.
    public var remark: String? {
        let installed = MemoryEstimate.installed
        guard bytes > installed else { return nil }
        return "The run needs about \(HumanFormat.bytes(bytes)) of memory and this machine has "
            + "\(HumanFormat.bytes(installed)): lower batch.micro or sequence_length, set "
            + "recompute = true, or take a smaller model."
    }

    /// Throws where the run can only end by being killed: an estimate may be somewhat off, not by
    /// half.
    func check() throws {
        guard bytes / 2 > MemoryEstimate.installed, let remark else { return }
        throw TrainingError(.badConfiguration, remark)
    }

    private static let installed = Int(clamping: ProcessInfo.processInfo.physicalMemory)

    /// What a run takes.
    ///
    /// - Parameters:
    ///   - model: the sizes of the run's model.
    ///   - teacher: those of whom it learns from, or of the reference beside it.
    public init(
        _ configuration: RunConfiguration, _ plan: RunPlan, model: ModelConfiguration,
        teacher: ModelConfiguration? = nil
    ) {
        var training = MemoryEstimate(
            training: model, adapted: plan.adapted,
            frozen: configuration.lora?.form(plan.precision), rows: plan.microRows,
            time: configuration.sequenceLength, precision: plan.precision,
            optimizer: configuration.optimizer, recomputes: configuration.recomputes)
        if let rollouts = configuration.rollouts {
            let sampling = MemoryEstimate(
                sampling: model, precision: plan.precision,
                requests: min(
                    RolloutSampler.slots, configuration.batch.size * rollouts.perPrompt),
                positions: configuration.sequenceLength)
            let own = sampling.bytes - MemoryEstimate.program
            training.items.append(Item(name: "writing answers", bytes: own))
        }
        guard let teacher else {
            self = training
            return
        }
        let copies = plan.precision == .bf16 ? 6 : 4
        let width = 3 * teacher.intermediateSize + 4 * teacher.hiddenSize
        // Bounded as the activations are.
        let passing = min(
            Double(plan.microRows) * Double(configuration.sequenceLength)
                * Double(width * plan.precision.byteCount), 1e18)
        let weights = min(Double(Census(teacher).parameters) * Double(copies), 1e18)
        let name = configuration.distillation == nil ? "reference" : "teacher"
        items = training.items + [Item(name: name, bytes: Int(weights + passing))]
    }

    /// What training a model takes: every weight of it, or adapters beside it.
    ///
    /// - Parameters:
    ///   - adapted: the maps with adapters; nil for every weight.
    ///   - frozen: how the base's maps are held where there are adapters.
    ///   - microRows: rows of a forward pass.
    ///   - time: tokens of a row.
    public init(
        training model: ModelConfiguration, adapted: [AdaptedModule]? = nil,
        frozen: FrozenForm? = nil, rows microRows: Int, time: Int, precision: ElementKind,
        optimizer: OptimizerConfiguration, recomputes: Bool
    ) {
        let census = Census(model)
        let adapters = adapted?.reduce(0) { $0 + $1.parameterCount }
        let trained = adapters ?? census.parameters
        let state = optimizer.stateBytes(
            parameters: trained, hidden: adapters ?? census.hiddenParameters)
        let activation = precision.byteCount
        let tokens = microRows * time
        let perLayer =
            (MemoryEstimate.keptPerToken(model) + MemoryEstimate.keptPerToken(adapted, model))
            * activation
        let layers =
            recomputes
            ? model.layerCount * model.hiddenSize * activation + perLayer
            : model.layerCount * perLayer
        // The widest moment of the way back: the feed-forward part's gradients beside its values.
        let passing =
            (3 * model.intermediateSize + 4 * model.hiddenSize) * activation
        // A frozen head has no gradient.
        let head = adapted == nil ? model.vocabularySize * model.hiddenSize * 4 : 0
        let logits = MemoryEstimate.logitRows(tokens) * model.vocabularySize * 4
        var items = [Item(name: "program", bytes: MemoryEstimate.program)]
        if let adapted {
            items += MemoryEstimate.base(
                model, adapted, frozen ?? FrozenForm(precision), precision)
        }
        items.append(
            Item(name: adapted == nil ? "weights" : "adapter weights", bytes: trained * 4))
        if precision == .bf16 {
            items.append(
                Item(
                    name: adapted == nil ? "bf16 weights" : "bf16 adapter weights",
                    bytes: trained * 2))
        }
        items += [
            Item(name: "gradients", bytes: trained * 4),
            Item(name: "optimizer state", bytes: state),
            Item(
                name: "activations",
                // Bounded, for what a recipe may ask is more than an integer counts.
                bytes: Int(min(Double(tokens) * Double(layers + passing), 1e18))),
            Item(name: "head and logits", bytes: head + logits),
            Item(name: "copy while saving", bytes: trained * 4 + state),
        ]
        self.items = items
    }

    /// The frozen weights, and what is unfolded of them at a time.
    private static func base(
        _ model: ModelConfiguration, _ adapted: [AdaptedModule], _ form: FrozenForm,
        _ precision: ElementKind
    ) -> [Item] {
        let modules = model.adaptableModules
        let maps = modules.reduce(0) { $0 + $1.inputs * $1.outputs }
        let tables = model.vocabularySize * model.hiddenSize * (model.tiesEmbeddings ? 1 : 2)
        let vectors = Census(model).parameters - maps - tables
        let scales = form == .int8 ? modules.reduce(0) { $0 + $1.outputs } * 4 : 0
        let queries = (model.headCount + 2 * model.keyValueHeadCount) * model.headSize
        let widest = model.hiddenSize * max(2 * model.intermediateSize, queries)
        // A form that products do not read is written out for each; lengths of rows are taken of a
        // sum in f32.
        let isRead = form != .int8 && FrozenForm(precision) == form
        let unfolded =
            (isRead ? 0 : widest * precision.byteCount)
            + (adapted.contains { $0.hasMagnitude } ? 2 * widest * 4 : 0)
        var items = [
            Item(
                name: "frozen weights (\(form.rawValue))",
                bytes: maps * form.byteCount + scales + tables * precision.byteCount + vectors * 4)
        ]
        if unfolded > 0 { items.append(Item(name: "unfolded weights", bytes: unfolded)) }
        return items
    }

    /// What sampling from a model takes: weights, and the keys and values of every position.
    ///
    /// - Parameters:
    ///   - requests: texts at a time.
    ///   - positions: of each.
    public init(
        sampling model: ModelConfiguration, precision: ElementKind, requests: Int, positions: Int
    ) {
        let keys = model.keyValueHeadCount * model.headSize
        items = [
            Item(name: "program", bytes: MemoryEstimate.program),
            Item(name: "weights", bytes: Census(model).parameters * precision.byteCount),
            Item(
                name: "keys and values",
                bytes: Int(
                    min(
                        Double(requests) * Double(positions)
                            * Double(2 * model.layerCount * keys * precision.byteCount), 1e18))),
        ]
    }

    /// Code, libraries, the Lua state, the tokenizer, prepared batches and scratch of the kernels: what
    /// runs of the shipped recipes held beyond the rest.
    private static let program = 95 << 20

    /// Numbers that one layer keeps a token for the way back: the stream before and after
    /// attention, both norms' results, queries with keys and values, attention's result, gate and
    /// up, and their product.
    private static func keptPerToken(_ model: ModelConfiguration) -> Int {
        let queries = model.headCount * model.headSize
        let keys = model.keyValueHeadCount * model.headSize
        return 4 * model.hiddenSize + (queries + 2 * keys) + queries
            + 3 * model.intermediateSize
    }

    /// The same for the adapters of a layer: the product with A and, where there are magnitudes, the
    /// outputs before them.
    private static func keptPerToken(_ adapted: [AdaptedModule]?, _ model: ModelConfiguration)
        -> Int
    {
        guard let adapted else { return 0 }
        let all = adapted.reduce(0) {
            $0 + $1.rank + ($1.hasMagnitude ? $1.module.outputs : 0)
        }
        return all / max(1, model.layerCount)
    }

    /// Rows of logits that exist at a time.
    private static func logitRows(_ tokens: Int) -> Int { min(tokens, 512) }
}
