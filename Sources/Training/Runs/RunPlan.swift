public import Tensors
public import Transformers
import Corpora

/// What a configuration comes to once the data and the machine are known.
public struct RunPlan: Sendable {
    public let totalSteps: Int
    /// Those of them that were made before, where the run goes on from another's checkpoint.
    public let madeSteps: Int
    /// Input tokens a step, padding counted as it is computed.
    public let tokensAStep: Int
    public let microRows: Int
    /// `f32` or `bf16`.
    public let precision: ElementKind
    public let census: Census
    /// The maps with adapters; nil where the model's own weights are trained.
    public let adapted: [AdaptedModule]?

    /// Numbers that training moves.
    public var trainedParameters: Int {
        adapted?.reduce(0) { $0 + $1.parameterCount } ?? census.parameters
    }

    /// Floating-point operations of training on one token of a row.
    public func trainingFLOPs(time: Int) -> Double {
        adapted == nil
            ? census.trainingFLOPs(time: time)
            : census.trainingFLOPs(time: time, adapterParameters: trainedParameters)
    }

    public var totalTokens: Int { totalSteps * tokensAStep }

    /// The steps that this run makes itself.
    public var stepsToMake: Int { totalSteps - madeSteps }

    /// Rows a pass by default: as many as divide the batch and keep a pass near this many tokens.
    /// Products are at full speed from about a thousand rows on, and memory grows with them.
    static let tokensAPass = 2048

    /// - Parameters:
    ///   - trainingTokens: of all sources, end tokens included.
    ///   - tokensARow: input tokens a row holds on average; the sequence length when packed.
    ///   - made: what lies behind a run that goes on from a checkpoint; its budget counts from the
    ///     model's first step all the same.
    public init(
        _ configuration: RunConfiguration, model: ModelConfiguration, trainingTokens: Int,
        tokensARow: Double, backend: BackendDescription, after made: MadeSteps? = nil
    ) throws {
        let batch = configuration.batch
        let time = configuration.sequenceLength
        if let micro = batch.micro, micro < 1 || batch.size % micro != 0 {
            throw TrainingError(
                .badConfiguration,
                "batch.size (\(batch.size)) is not a multiple of batch.micro (\(micro)).")
        }
        guard time <= model.servedPositions else {
            throw TrainingError(
                .badConfiguration,
                "sequence_length is \(time), but the model holds \(model.servedPositions) "
                    + "positions (max_position_embeddings); shorten the one or raise the other.")
        }
        let wanted = Double(batch.size) * tokensARow
        switch configuration.budget {
        case .steps(let steps): totalSteps = steps
        case .tokens(let tokens):
            totalSteps = try RunPlan.steps(tokens: Double(tokens), of: wanted, after: made)
        case .epochs(let epochs):
            totalSteps = try RunPlan.steps(
                tokens: Double(trainingTokens) * epochs, of: wanted, after: made)
        }
        madeSteps = made?.steps ?? 0
        if let made, totalSteps <= made.steps {
            throw TrainingError(
                .badConfiguration,
                "The run goes on after step \(made.steps) of \(made.path), and its budget comes to "
                    + "\(totalSteps) steps: with continue = true steps, tokens and epochs count from "
                    + "the model's first step, as the schedule does. Give more.")
        }
        tokensAStep = batch.size * time
        guard !totalSteps.multipliedReportingOverflow(by: tokensAStep).overflow else {
            throw TrainingError(
                .badConfiguration,
                "\(totalSteps) steps of \(tokensAStep) tokens are more than can be counted; "
                    + "shorten the run.")
        }
        microRows = batch.micro ?? RunPlan.microRows(of: batch.size, time: time)
        switch configuration.precision {
        case .f32: precision = .f32
        case .bf16: precision = .bf16
        case .automatic: precision = backend.hasNativeBFloat16 ? .bf16 : .f32
        }
        census = Census(model)
        adapted = try configuration.lora?.adapter.modules(of: model)
    }

    /// Whole steps for a budget of tokens, of which some were seen before.
    private static func steps(tokens: Double, of wanted: Double, after made: MadeSteps?) throws
        -> Int
    {
        // Where steps were as long as now, rounding once gives what the unbroken run has.
        guard let made, made.inputsAStep != wanted else { return try steps(tokens / wanted) }
        let rest = tokens - Double(made.tokens)
        return try made.steps + (rest > 0 ? steps(rest / wanted) : 0)
    }

    /// Whole steps for a budget that comes to `exact` of them.
    private static func steps(_ exact: Double) throws -> Int {
        guard exact < 1e15 else {
            throw TrainingError(
                .badConfiguration,
                "The run would take \(exact) steps; lower its tokens or epochs.")
        }
        return max(1, Int(exact.rounded(.up)))
    }

    private static func microRows(of size: Int, time: Int) -> Int {
        (1...size).last { size % $0 == 0 && ($0 == 1 || $0 * time <= tokensAPass) } ?? 1
    }
}

/// What was made before a run that goes on from a checkpoint.
public struct MadeSteps: Sendable, Hashable {
    /// Optimizer steps, those left out too.
    public var steps: Int
    /// Input tokens, padding aside.
    public var tokens: Int
    /// Input tokens a step then, on average; nil where nobody wrote it down.
    public var inputsAStep: Double?
    /// The checkpoint, for messages.
    public var path: String

    /// Steps made, and where they are kept.
    public init(steps: Int, tokens: Int, inputsAStep: Double?, path: String) {
        self.steps = steps
        self.tokens = tokens
        self.inputsAStep = inputsAStep
        self.path = path
    }
}
