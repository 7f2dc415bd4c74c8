import Corpora
import Evaluation
import Scripting
import Tensors
import Training

extension SweepSetup {
    /// Looks at every point's run: how long it is, and whether its text suffices.
    static func points(
        _ mix: MixSweep, _ design: SweepDesign, _ probes: SweepProbes, base: RunConfiguration,
        start: String?, notes: Notes, load: ([String]) throws -> LoadedRecipe
    ) throws -> (points: [Point], tokensAnEpoch: Int) {
        var told: Set<String> = []
        func inspect(
            _ percent: Double, steps: Int?, limitsEpochs: Bool
        ) throws -> RunInspection {
            var configuration = try load(
                settings(mix, at: percent, steps: steps, in: base)
            ).configuration
            if let start { configuration.model = .folder(start) }
            if !limitsEpochs {
                for index in configuration.data.indices {
                    configuration.data[index].maximumEpochs = nil
                }
            }
            let display = RunDisplay()
            defer { display.finish() }
            let inspection = try ComputeThread.shared.run {
                try RunInspection(
                    configuration, on: CPUBackend.shared, cacheFolder: Places.corpora,
                    timesSteps: false
                ) { display.prepares($0, share: $1) }
            }
            inspection.remarks.filter { told.insert($0).inserted }.forEach(notes.add)
            return inspection
        }
        let seen = try mix.percents.map { percent in
            let inspection = try inspect(percent, steps: nil, limitsEpochs: false)
            return (percent, inspection, share(of: mix.source, in: inspection.sources))
        }
        guard let first = seen.first?.1 else { return ([], 0) }
        try probes.checkHeldOut(
            Dictionary(
                uniqueKeysWithValues: first.sources.lines.map { ($0.name, $0.validationDocuments) }),
            of: mix, in: base)
        let largest = seen.map { $0.2 }.max() ?? 0
        let points = try seen.map { percent, inspection, share in
            let steps = try design.steps(
                inspection.plan.totalSteps, share: share, largest: largest)
            var refusal: String?
            do {
                _ = try inspect(
                    percent, steps: steps == inspection.plan.totalSteps ? nil : steps,
                    limitsEpochs: true)
            } catch let error as TrainingError {
                // All but the limits was looked at above.
                refusal = error.message
            }
            return Point(percent: percent, steps: steps, share: share, refusal: refusal)
        }
        let tokens = first.sources.lines.first { $0.name == mix.source }?.inputsPerEpoch ?? 0
        return (points, tokens)
    }

    /// The part of the inputs that a source has.
    private static func share(of source: String, in plan: CorpusPlan) -> Double {
        guard let line = plan.lines.first(where: { $0.name == source }) else { return 0 }
        guard plan.unit != .tokens else { return line.share }
        return Double(line.budgetInputs) / Double(max(1, plan.budgetInputs))
    }
}
