import ArgumentParser
import Generation
import Transformers

/// How a next token is chosen, for the commands that generate: what the command line says, then
/// what the model's makers say where they sample, then ours.
struct SamplingArguments: ParsableArguments {
    @Flag(help: "Always take the likeliest token.")
    var greedy = false

    // A value that begins with a minus sign is out of range, and told so.
    @Option(
        parsing: .unconditional,
        help: "0 is greedy, 1 samples as the model predicts; by default the model's, else 0.8.")
    var temperature: Double?

    @Option(
        parsing: .unconditional,
        help: "Sample among the K likeliest tokens; by default the model's, else 0: all.")
    var topK: Int?

    @Option(
        parsing: .unconditional,
        help: "Sample among the likeliest that reach P together; by default the model's, else 1.")
    var topP: Double?

    @Option(
        parsing: .unconditional,
        help: "Leave out tokens below this share of the likeliest; by default the model's, else 0.")
    var minP: Double?

    @Option(
        parsing: .unconditional,
        help: "Above 1 makes repeating tokens unlikelier. (default: the model's, else 1)")
    var repetitionPenalty: Double?

    @Option(help: "Equal seeds give equal texts.")
    var seed: UInt64 = 0

    /// - Throws: `GenerationError` where a value is out of its range.
    func parameters(_ model: GenerationDefaults) throws -> SamplingParameters {
        let parameters = SamplingParameters(
            temperature: greedy
                ? 0 : temperature ?? (model.samples ? model.temperature ?? 1 : 0.8),
            topK: topK ?? (model.samples ? model.topK ?? 50 : 0),
            topP: topP ?? (model.samples ? model.topP ?? 1 : 1),
            minP: minP ?? (model.samples ? model.minP ?? 0 : 0),
            repetitionPenalty: repetitionPenalty ?? model.repetitionPenalty ?? 1)
        try parameters.validate()
        return parameters
    }
}
