public import Tensors
public import Transformers
import Corpora

/// What a configuration comes to once the data and the machine are known.
public struct RunPlan: Sendable {
    public let totalSteps: Int
    /// Input tokens a step, padding counted as it is computed.
    public let tokensAStep: Int
    public let microRows: Int
    /// `f32` or `bf16`.
    public let precision: ElementKind
    public let census: Census

    public var totalTokens: Int { totalSteps * tokensAStep }

    /// Rows a pass by default: as many as divide the batch and keep a pass near this many tokens.
    /// Products are at full speed from about a thousand rows on, and memory grows with them.
    static let tokensAPass = 2048

    /// - Parameters:
    ///   - trainingTokens: of all sources, end tokens included.
    ///   - tokensARow: input tokens a row holds on average; the sequence length when packed.
    public init(
        _ configuration: RunConfiguration, model: ModelConfiguration, trainingTokens: Int,
        tokensARow: Double, backend: BackendDescription
    ) throws {
        let batch = configuration.batch
        let time = configuration.sequenceLength
        if let micro = batch.micro, batch.size % micro != 0 {
            throw TrainingError(
                .badConfiguration,
                "batch.size (\(batch.size)) is not a multiple of batch.micro (\(micro)).")
        }
        guard time <= model.maximumPositions else {
            throw TrainingError(
                .badConfiguration,
                "sequence_length is \(time), but the model holds \(model.maximumPositions) "
                    + "positions (max_position_embeddings); shorten the one or raise the other.")
        }
        let wanted = Double(batch.size) * tokensARow
        switch configuration.budget {
        case .steps(let steps): totalSteps = steps
        case .tokens(let tokens): totalSteps = max(1, Int((Double(tokens) / wanted).rounded(.up)))
        case .epochs(let epochs):
            totalSteps = max(1, Int((Double(trainingTokens) * epochs / wanted).rounded(.up)))
        }
        tokensAStep = batch.size * time
        microRows = batch.micro ?? RunPlan.microRows(of: batch.size, time: time)
        switch configuration.precision {
        case .f32: precision = .f32
        case .bf16: precision = .bf16
        case .automatic: precision = backend.hasNativeBFloat16 ? .bf16 : .f32
        }
        census = Census(model)
    }

    private static func microRows(of size: Int, time: Int) -> Int {
        (1 ... size).last { size % $0 == 0 && ($0 == 1 || $0 * time <= tokensAPass) } ?? 1
    }
}
