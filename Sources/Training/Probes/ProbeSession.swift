import Naming
public import Tensors
public import Tokenizers
import Transformers

/// The probes of a recipe and a model that is asked alone, outside any run.
///
/// The model may be another than the recipe's own: text is tokenized for it. With the weights of a
/// run the numbers are those that the run measures.
public struct ProbeSession {
    /// The model's.
    public let tokenizer: any Tokenizer
    private let model: Decoder
    private let probes: [any Probe]
    private let hooks: (any RunHooks)?

    /// Opens the model, and what the probes ask with.
    ///
    /// - Parameters:
    ///   - reference: the model, an adapter, or a run's checkpoint.
    ///   - base: where an adapter's base is now; nil where the adapter says.
    ///   - names: the probes that are asked; empty for all.
    ///   - observer: hears of long work, and of what is to be known.
    ///   - hooks: what scores answers, where a script does.
    /// - Throws: `TrainingError` where the recipe has no such probe.
    public init(
        _ configuration: RunConfiguration, model reference: String, base: String? = nil,
        only names: [String] = [], on backend: any Backend, cacheFolder: String,
        observer: any RunObserver, hooks: (any RunHooks)? = nil
    ) throws {
        let recipes = configuration.probes.recipes
        guard !recipes.isEmpty else {
            throw TrainingError(
                .badConfiguration,
                "The recipe has no probes; write some, as in probes = { nj.probe.loss \"all\" }.")
        }
        for name in names where !recipes.contains(where: { $0.name == name }) {
            throw TrainingError(
                .badConfiguration,
                "The recipe has no probe \"\(name)\"; "
                    + nearestNameHint(to: name, among: recipes.map(\.name)))
        }
        let remarks = Remarks()
        let folder = try ModelFolder(reference: reference, base: base) { remarks.add($0) }
        var configuration = configuration
        configuration.model = .folder(folder.path)
        configuration.lora = nil
        configuration.tokenizer = .path(folder.tokenizerPath)
        let start = try ModelStart(configuration, remark: { remarks.add($0) })
        tokenizer = start.tokenizer
        let data = try RunData(configuration, tokenizer: tokenizer, cacheFolder: cacheFolder) {
            observer.prepares($0, share: $1)
        }
        let plan = try RunPlan(
            configuration, model: start.configuration, trainingTokens: data.trainingTokens,
            tokensARow: data.tokensARow, backend: backend.description)
        let setting = try ProbeSetting(
            configuration, data, tokenizer: tokenizer, model: start.configuration,
            microRows: plan.microRows, cacheFolder: cacheFolder,
            progress: { observer.prepares($0, share: $1) })
        probes = try recipes.filter { names.isEmpty || names.contains($0.name) }
            .map { try $0.open(in: setting) }
        model = try folder.decoder(
            precision: plan.precision, positions: configuration.sequenceLength, on: backend)
        self.hooks = hooks
        remarks.all.forEach(observer.remark)
    }

    /// Asks every probe, in the order of the recipe.
    ///
    /// - Returns: nil where the user asked to stop.
    public func measure() throws -> [ProbeResult]? {
        var results: [ProbeResult] = []
        for probe in probes {
            guard let result = try probe.measure(model, for: Host(hooks: hooks)) else { return nil }
            results.append(result)
        }
        return results
    }

    private struct Host: ProbeHost {
        let hooks: (any RunHooks)?

        var isStopped: Bool { StopSignal.isRequested }

        func scores(of answers: [ProbeAnswer], by door: String) throws -> [Double] {
            guard let hooks else { throw TrainingError.unscored(door) }
            return try hooks.scores(of: answers, by: door)
        }
    }
}
