import Autograd
import Conversations
import Corpora
import Foundation
import Layers
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
    let model: Decoder
    let optimizer: any Optimizer
    let step: TrainStep
    let evaluation: [EvaluationSet]
    /// Whom the run learns from.
    let teacher: Teacher?
    /// What the student writes itself, where it does.
    let onPolicy: OnPolicyRows?
    /// The model folder the run starts from, with what identifies its content.
    let parent: (path: String, identity: String)?

    /// - Parameters:
    ///   - initializes: whether new weights are drawn or read; resuming brings its own.
    ///   - observer: hears of long work.
    init(
        _ configuration: RunConfiguration, on backend: any Backend, cacheFolder: String,
        initializes: Bool, observer: any RunObserver
    ) throws {
        let start = try ModelStart(configuration, remark: { observer.remark($0) })
        tokenizer = start.tokenizer
        data = try RunData(configuration, tokenizer: tokenizer, cacheFolder: cacheFolder) {
            observer.prepares($0, share: $1)
        }
        plan = try RunPlan(
            configuration, model: start.configuration, trainingTokens: data.trainingTokens,
            tokensARow: data.tokensARow(configuration), backend: backend.description)
        let memory = try MemoryEstimate(
            configuration, plan, model: start.configuration, teacher: configuration.teacher)
        try memory.check()
        memory.remark.map(observer.remark)
        evaluation = try data.evaluationSets(configuration, tokenizer: tokenizer)
        model = Decoder(
            start.configuration, precision: plan.precision,
            positions: configuration.sequenceLength, on: backend)
        let student = start.configuration
        let precision = plan.precision
        let reader = tokenizer
        teacher = try configuration.distillation.map {
            try Teacher(
                $0, student: student, tokenizer: reader, length: configuration.sequenceLength,
                precision: precision, on: backend, remark: { observer.remark($0) })
        }
        let template = data.template
        onPolicy = configuration.distillation.flatMap { recipe in
            guard recipe.onPolicy > 0 else { return nil }
            let turn = ConversationEncoder(template: template, tokenizer: reader).endOfTurn
            let ends = student.endTokens.map { Int32(clamping: $0) }
            return OnPolicyRows(
                share: recipe.onPolicy, seed: configuration.seed, tokenizer: reader,
                endTokens: Set(ends + [turn, reader.specialTokens.end].compactMap { $0 }))
        }
        if initializes { try start.fill(model, seed: configuration.seed) }
        parent = start.parent
        optimizer = configuration.optimizer.makeOptimizer()
        guard let gradients = model.parameters.makeGradients() else {
            throw TrainingError(.badConfiguration, "The model has no parameters.")
        }
        step = TrainStep(
            model: model, optimizer: optimizer, gradients: gradients, microRows: plan.microRows,
            clip: configuration.gradientClip, recomputes: configuration.recomputes,
            noise: configuration.neftuneAlpha.map {
                EmbeddingNoise(alpha: $0, seed: configuration.seed)
            }, teacher: teacher)
        tokenizerFiles =
            configuration.chatTemplate.carried(
                by: try tokenizer.huggingFaceFiles(), template: data.template)
            + (try start.generationFiles(configuration))
    }

    func makeLoader(
        _ configuration: RunConfiguration, dials: DialBoard, from state: LoaderState?
    ) throws -> BatchLoader {
        try BatchLoader(
            mix: data.mix.with(weights: dials.sourceWeights), packing: data.packing,
            rows: configuration.batch.size, seed: configuration.seed,
            prefetch: configuration.prefetch,
            admission: Admission(maximumTokens: dials.maximumDocumentTokens), from: state)
    }
}
