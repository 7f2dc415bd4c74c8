public import Corpora
public import Tensors
public import Tokenizers
public import Transformers

/// A run looked at before it begins: plan, data, memory and time.
public struct RunInspection {
    public let model: ModelConfiguration
    public let tokenizer: any Tokenizer
    public let plan: RunPlan
    public let sources: CorpusPlan
    public let memory: MemoryEstimate
    /// Nil where nothing was to be timed.
    public let time: TimeEstimate?
    /// Sentences about rows dropped, sources without held-out text and the like.
    public let remarks: [String]

    /// Opens the data (tokenizing what is not in the cache) and the model's configuration.
    ///
    /// - Parameters:
    ///   - timesSteps: whether a few steps are timed, which takes seconds; all else is arithmetic.
    ///   - before: the plan of the run that this one follows, where that has not been made yet.
    ///   - progress: long work and the share done.
    public init(
        _ configuration: RunConfiguration, on backend: any Backend, cacheFolder: String,
        timesSteps: Bool = true, after before: RunPlan? = nil,
        progress: @escaping (String, Double) -> Void
    ) throws {
        var remarks: [String] = []
        let start = try ModelStart(configuration) { remarks.append($0) }
        let data = try RunData(
            configuration, tokenizer: start.tokenizer, cacheFolder: cacheFolder,
            progress: progress)
        model = start.configuration
        tokenizer = start.tokenizer
        let origin = try start.origin(configuration)
        let plan = try RunPlan(
            configuration, model: model, trainingTokens: data.trainingTokens,
            tokensARow: data.tokensARow, backend: backend.description,
            after: origin?.made ?? (configuration.continues ? before?.made : nil))
        self.plan = plan
        sources = try CorpusPlan(
            data.corpora, shares: data.mix.shares, unit: data.mix.unit, packing: data.packing,
            budgetInputs: Int(
                min(Double(plan.stepsToMake) * data.inputsAStep(configuration), 0x1p62)))
        try EpochLimits(configuration, data).check(
            weights: data.mix.shares, given: RunOrigin.given(origin, data.mix),
            steps: plan.stepsToMake)
        let teacher = try configuration.frozenModel
        memory = MemoryEstimate(configuration, plan, model: model, teacher: teacher)
        let setting = try ProbeSetting(
            configuration, data, tokenizer: tokenizer, model: model, microRows: plan.microRows,
            cacheFolder: cacheFolder, progress: progress)
        for probe in configuration.probes.recipes { _ = try probe.open(in: setting) }
        let sets = try data.evaluationSets(configuration, tokenizer: start.tokenizer)
        let evaluations =
            2 + (configuration.evaluation.everySteps.map { (plan.stepsToMake - 1) / $0 } ?? 0)
        let length = configuration.sequenceLength
        let evaluationTokens =
            evaluations * sets.reduce(0) { $0 + $1.batchCount * $1.rows * length }
        if configuration.rollouts != nil {
            time = nil
            remarks.append(
                "How long the run takes depends on how long the model's answers are; no time is "
                    + "estimated.")
        } else if timesSteps, memory.remark == nil {
            progress("timing a step", 0)
            time = try TimeEstimate(
                configuration, plan, model: model, teacher: teacher,
                evaluationTokens: evaluationTokens, on: backend)
        } else {
            time = nil
        }
        self.remarks = remarks + data.remarks + [memory.remark].compactMap { $0 }
    }
}

extension RunPlan {
    /// What a run that goes on after this one will have behind it.
    fileprivate var made: MadeSteps {
        MadeSteps(
            steps: totalSteps, tokens: totalTokens, inputsAStep: nil, path: "the phase before")
    }
}
