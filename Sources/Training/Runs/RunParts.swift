import Autograd
import Checkpoints
import Conversations
import Corpora
import Foundation
import Layers
import Naming
import Optimizers
import Tensors
import Tokenizers
import Transformers

/// Everything a run is made of: the recipe turned into parts, and nothing else.
struct RunParts {
    let tokenizer: any Tokenizer
    /// What a checkpoint keeps of the tokenizer, the chat template among it, and of how the model it
    /// began from is sampled.
    let tokenizerFiles: [(name: String, contents: [UInt8])]
    let data: RunData
    let plan: RunPlan
    let limits: EpochLimits
    let model: Decoder
    let optimizer: any Optimizer
    let step: TrainStep
    let evaluation: [EvaluationSet]
    /// What the model is asked.
    let probes: [any Probe]
    /// Whom the run learns from.
    let teacher: Teacher?
    /// What changes of likelihoods are counted from, where they are.
    let reference: FrozenModel?
    /// How pairs of answers are learned from, where they are.
    let preference: PreferenceLoss?
    /// What the adapter stands beside, where one is trained.
    let base: AdapterBase?
    /// What the student writes itself, where it does.
    let onPolicy: OnPolicyRows?
    /// How the model answers prompts, where it does.
    let rollouts: RolloutSampler?
    /// The model folder the run starts from, with what identifies its content.
    let parent: (path: String, identity: String)?
    /// What the run goes on from with more than weights.
    let origin: RunOrigin?
    /// Input tokens a step on average, padding aside.
    let inputsAStep: Double

    /// - Parameters:
    ///   - initializes: whether new weights are drawn or read; resuming brings its own.
    ///   - branch: what a run that is resumed went on from, whatever the recipe's model is by now.
    ///   - observer: hears of long work.
    init(
        _ configuration: RunConfiguration, on backend: any Backend, cacheFolder: String,
        initializes: Bool, branch: BranchPoint? = nil, observer: any RunObserver
    ) throws {
        let start = try ModelStart(configuration, remark: { observer.remark($0) })
        tokenizer = start.tokenizer
        data = try RunData(configuration, tokenizer: tokenizer, cacheFolder: cacheFolder) {
            observer.prepares($0, share: $1)
        }
        origin = initializes ? try start.origin(configuration) : nil
        inputsAStep = data.inputsAStep(configuration)
        plan = try RunPlan(
            configuration, model: start.configuration, trainingTokens: data.trainingTokens,
            tokensARow: data.tokensARow, backend: backend.description,
            after: origin?.made ?? branch?.made)
        limits = try EpochLimits(configuration, data)
        try limits.check(
            weights: data.mix.shares, given: RunOrigin.given(origin, data.mix),
            steps: plan.stepsToMake)
        let memory = try MemoryEstimate(
            configuration, plan, model: start.configuration, teacher: configuration.frozenModel)
        try memory.check()
        memory.remark.map(observer.remark)
        evaluation = try data.evaluationSets(configuration, tokenizer: tokenizer)
        let setting = try ProbeSetting(
            configuration, data, tokenizer: tokenizer, model: start.configuration,
            microRows: plan.microRows, cacheFolder: cacheFolder,
            progress: { observer.prepares($0, share: $1) })
        probes = try configuration.probes.recipes.map { try $0.open(in: setting) }
        base = try start.base(configuration)
        model = try start.decoder(configuration, plan, initializes: initializes, on: backend)
        let student = start.configuration
        let precision = plan.precision
        let reader = tokenizer
        teacher = try configuration.distillation.map {
            try Teacher(
                $0, student: student, tokenizer: reader, length: configuration.sequenceLength,
                precision: precision, on: backend, remark: { observer.remark($0) })
        }
        let reference = try RunParts.reference(configuration, start).map {
            try FrozenModel(
                $0, as: "reference", tokenizer: reader, length: configuration.sequenceLength,
                precision: precision, form: configuration.lora?.form(precision), on: backend,
                remark: { observer.remark($0) })
        }
        self.reference = reference
        preference = configuration.preference.flatMap { settings in
            reference.map { PreferenceLoss(settings: settings, reference: $0) }
        }
        let turn = ConversationEncoder(template: data.template, tokenizer: reader).endOfTurn
        let ends = Set(
            student.endTokens.map { Int32(clamping: $0) }
                + [turn, reader.specialTokens.end].compactMap { $0 })
        onPolicy = configuration.distillation.flatMap { recipe in
            guard recipe.onPolicy > 0 else { return nil }
            return OnPolicyRows(
                share: recipe.onPolicy, seed: configuration.seed, tokenizer: reader,
                endTokens: ends)
        }
        if configuration.rollouts != nil, ends.isEmpty {
            observer.remark(
                "The model has no token that ends an answer: all of them are as long as "
                    + "rollouts.max_new_tokens lets them be.")
        }
        let rows = try PromptRows(data, of: configuration.data.map(\.source))
        rollouts = configuration.rollouts.map {
            RolloutSampler(
                settings: $0, seed: configuration.seed, tokenizer: reader, endTokens: ends,
                rows: rows)
        }
        parent = base.map { ($0.path, $0.hash.hex) } ?? start.parent
        optimizer = configuration.optimizer.makeOptimizer()
        guard let gradients = model.trained.makeGradients() else {
            throw TrainingError(.badConfiguration, "The model has no parameters.")
        }
        step = TrainStep(
            model: model, optimizer: optimizer, gradients: gradients, microRows: plan.microRows,
            clip: configuration.gradientClip, recomputes: configuration.recomputes,
            noise: configuration.neftuneAlpha.map {
                EmbeddingNoise(alpha: $0, seed: configuration.seed)
            }, teacher: teacher, preference: preference,
            policy: configuration.rollouts.map {
                PolicyLoss(settings: $0, reference: reference)
            }, upRate: configuration.lora?.upRate ?? 1,
            seed: configuration.seed)
        tokenizerFiles =
            configuration.chatTemplate.carried(
                by: try tokenizer.huggingFaceFiles(), template: data.template)
            + (try start.generationFiles(configuration, turnEnd: turn))
    }

    /// The model that changes are counted from, where they are.
    private static func reference(
        _ configuration: RunConfiguration, _ start: ModelStart
    ) throws -> String? {
        switch configuration.reference {
        case nil: return nil
        case .model(let reference):
            let path = try FrozenModel.folder(reference) { _ in }.path
            let own = URL(filePath: configuration.outputPath).standardizedFileURL.path + "/"
            guard !URL(filePath: path).standardizedFileURL.path.hasPrefix(own) else {
                throw TrainingError(
                    .badConfiguration,
                    "The reference \(reference) is this run's own, which moves; name the model that "
                        + "the run begins from, or leave it out.")
            }
            return reference
        case .beginning:
            if let folder = start.folder { return folder.path }
            let key = configuration.preference == nil ? "rollouts" : "preference"
            throw TrainingError(
                .badConfiguration,
                "method = \"\(configuration.method.rawValue)\" counts changes from a model that "
                    + "answers already, and model.init has learned nothing; begin from one with "
                    + "model = { from = ... }, or name one with \(key) = { reference = ... }.")
        }
    }

    /// Throws where a checkpoint is not of what the recipe trains now.
    func checkFits(_ saved: CheckpointFolder) throws {
        try teacher?.checkWas(in: saved)
        try reference?.checkWas(in: saved, as: "reference")
        guard AdapterFolder.isAdapter(saved) == (model.adapter != nil) else {
            throw TrainingError(
                .badState,
                model.adapter == nil
                    ? "\(saved.path) is an adapter, and the recipe now trains a whole model; put "
                        + "lora back, or start a new run under another name."
                    : "\(saved.path) is a whole model, and the recipe now trains an adapter; take "
                        + "lora out, or start a new run under another name.")
        }
        guard let adapter = model.adapter else {
            return try model.configuration.checkFits(
                ModelFolder(saved).configuration, of: saved.path)
        }
        let folder = try AdapterFolder(saved)
        if let base, let hash = folder.baseHash, hash != base.hash {
            throw TrainingError(
                .badState,
                "The adapter in \(saved.path) was trained beside another model than \(base.path) is "
                    + "now: its base had the hash \(hash), and this has \(base.hash). Put the base "
                    + "back, or start a new run under another name.")
        }
        let modules = try folder.configuration.modules(of: model.configuration)
        guard modules != adapter.modules else { return }
        let difference =
            modules.count == adapter.modules.count
            ? zip(modules, adapter.modules).first { $0 != $1 }.map { was, isNow in
                "\(was.name) was trained with \(was.sizes), and the recipe says \(isNow.sizes)"
            }
            : "it has \(modules.count) adapted maps, and the recipe comes to "
                + "\(adapter.modules.count)"
        throw TrainingError(
            .badState,
            "\(saved.path): \(difference ?? "its maps differ"). Put lora back, or start a new run "
                + "under another name.")
    }

    func makeLoader(
        _ configuration: RunConfiguration, dials: DialBoard, from state: LoaderState?
    ) throws -> BatchLoader {
        try BatchLoader(
            mix: data.mix.with(weights: dials.sourceWeights()), packing: data.packing,
            rows: configuration.batch.size, seed: configuration.seed,
            prefetch: configuration.prefetch,
            admission: dials.admission, from: state)
    }
}

extension AdaptedModule {
    /// Its numbers in words.
    fileprivate var sizes: String {
        "rank \(rank), scale \(scale), dropout \(dropout)\(hasMagnitude ? ", magnitudes" : "")"
    }
}
