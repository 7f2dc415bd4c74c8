import Corpora

/// Holds what a run would read of each source against how often it may.
struct EpochLimits: Sendable {
    private let names: [String]
    private let limits: [Double?]
    /// Nil where no source has a limit.
    private let inputs: InputShares?
    /// What shares are shares of.
    private let unit: Mix.Unit
    /// Inputs a step gives on average, padding aside.
    private let inputsAStep: Double

    /// - Throws: `CorporaError` where a corpus cannot be read.
    init(_ configuration: RunConfiguration, _ data: RunData) throws {
        names = configuration.data.map(\.source.name)
        limits = configuration.data.map(\.maximumEpochs)
        guard limits.contains(where: { $0 != nil }) else {
            (inputs, inputsAStep, unit) = (nil, 0, .tokens)
            return
        }
        unit = configuration.mix.unit
        inputs = try InputShares(
            data.corpora, unit: configuration.mix.unit, packing: data.packing)
        inputsAStep = data.inputsAStep(configuration)
    }

    /// - Parameters:
    ///   - weights: of the mix from here on.
    ///   - given: inputs of each source so far.
    ///   - steps: that are left.
    /// - Throws: `TrainingError` naming the first source that would be read too often.
    func check(weights: [Double], given: [Int], steps: Int) throws {
        guard let inputs else { return }
        let sum = weights.reduce(0, +)
        let shares = inputs.inputs(of: weights.map { $0 / sum })
        let budget = Double(steps) * inputsAStep
        for (index, limit) in limits.enumerated() {
            guard let limit else { continue }
            let reading = Double(max(inputs.inputsPerEpoch[index], 1))
            // A row that was begun is finished, so that the last reading may end a little late.
            let epochs = (Double(given[index]) + shares[index] * budget) / reading
            guard epochs > limit + max(1e-9, inputsAStep / reading * 0.01) else { continue }
            let most = budget > 0 ? max(0, (limit * reading - Double(given[index])) / budget) : 0
            throw TrainingError(
                .badConfiguration,
                "The share of \"\(names[index])\" cannot be met: it would be read "
                    + "\(Self.text(epochs)) times, and its max_epochs is \(Self.text(limit)). Give it "
                    + (unit == .tokens
                        ? "\(Self.text(100 * most)) percent of the tokens at most"
                        : "a smaller share") + ", raise max_epochs, or shorten the run.")
        }
    }

    private static func text(_ number: Double) -> String {
        let tenths = (number * 100).rounded() / 100
        return tenths == tenths.rounded() && abs(tenths) < 1e15 ? "\(Int(tenths))" : "\(tenths)"
    }
}
