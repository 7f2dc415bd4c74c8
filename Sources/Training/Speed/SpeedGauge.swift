import Layers
import Tensors
import Transformers

/// Watches a run's speed: how much of the machine's product speed it reaches.
///
/// The ceiling is taken from the machine's store, or measured once after step 20, when the run is
/// warm; that time is no step's.
struct SpeedGauge {
    private static let measuringStep = 20

    private let store: SpeedStore?
    private let key: SpeedKey
    private let flopsAStep: Double
    private let tokensAStep: Int
    private let rows: Int
    private let model: Decoder
    private var ceiling: Double?
    private var seconds: [Double] = []

    init(
        _ configuration: RunConfiguration, _ plan: RunPlan, model: Decoder, store: SpeedStore?
    ) {
        self.store = store
        self.model = model
        key = SpeedKey(
            model.configuration, rows: configuration.batch.size,
            time: configuration.sequenceLength, microRows: plan.microRows,
            recomputes: configuration.recomputes, precision: plan.precision,
            backend: model.backend.description)
        tokensAStep = plan.tokensAStep
        rows = plan.microRows * configuration.sequenceLength
        flopsAStep =
            plan.census.trainingFLOPs(time: configuration.sequenceLength) * Double(tokensAStep)
        ceiling = store?[key].ceilingGFLOPS
    }

    /// Share of the ceiling that a step of that length reached; nil until the ceiling is known.
    mutating func utilisation(afterStepOf duration: Double) -> Double? {
        seconds.append(duration)
        guard let store else { return nil }
        if ceiling == nil, seconds.count == SpeedGauge.measuringStep {
            let measured = ProductCeiling(
                of: model.configuration, rows: rows, kind: model.precision, repetitions: 1,
                on: model.backend
            ).model
            ceiling = measured
            store.update(key) { $0.ceilingGFLOPS = measured }
        }
        return ceiling.map { flopsAStep / duration / 1e9 / $0 }
    }

    /// Keeps the run's speed for the next estimate.
    func remember() {
        guard let store, seconds.count >= SpeedGauge.measuringStep else { return }
        let median = seconds.sorted()[seconds.count / 2]
        store.update(key) { $0.trainingTokensPerSecond = Double(tokensAStep) / median }
    }
}
