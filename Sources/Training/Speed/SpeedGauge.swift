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
    private let tokensAPass: Int
    private let model: Decoder
    private var ceiling: Double?
    private var steps = 0

    init(
        _ configuration: RunConfiguration, _ plan: RunPlan, model: Decoder, store: SpeedStore?
    ) {
        self.store = store
        self.model = model
        let time = configuration.sequenceLength
        tokensAPass = plan.microRows * time
        key = SpeedKey(
            model.configuration, tokensAPass: tokensAPass, precision: plan.precision,
            backend: model.backend.description)
        flopsAStep = plan.trainingFLOPs(time: time) * Double(plan.tokensAStep)
        ceiling = store?[key]
    }

    /// Share of the ceiling that a step of that length reached; nil until the ceiling is known.
    mutating func utilisation(afterStepOf duration: Double) -> Double? {
        steps += 1
        guard let store else { return nil }
        let reached = flopsAStep / duration / 1e9
        // A step faster than the ceiling shows one that was taken while others used the machine.
        if steps == SpeedGauge.measuringStep, reached > ceiling ?? 0 {
            let measured = ProductCeiling(
                of: model.configuration, rows: tokensAPass, kind: model.precision, repetitions: 1,
                on: model.backend
            ).model
            ceiling = max(measured, ceiling ?? 0)
            store.record(gflops: measured, for: key)
        }
        return ceiling.map { reached / $0 }
    }
}
