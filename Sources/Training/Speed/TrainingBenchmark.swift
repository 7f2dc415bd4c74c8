public import Tensors
public import Transformers
import Autograd
import Corpora
import Layers
import Optimizers
import Telemetry

/// Times real training steps of a model of any shape, on made-up text.
///
/// Everything a step does is in it: the loader, forward and backward, clipping, AdamW.
public struct TrainingBenchmark {
    /// What was measured.
    public struct Result: Sendable {
        /// The median step.
        public let stepSeconds: Double
        public let tokensPerSecond: Double
        /// Arithmetic of the model's step, by `Census`, over the median step.
        public let gflops: Double
        public let ceiling: ProductCeiling
        /// The loss of the last step.
        public let loss: Double
        public let peakResidentMiB: Double
        public let microRows: Int
        /// Numbers that a step moves.
        public let trainedParameters: Int
        /// Of `profiledSteps` steps on the CPU, after those that were timed.
        /// And what the machine allowed about then: the faster of before and after, and no less than its
        /// products reached.
        public let profile: (operations: OperationProfile, limits: MachineLimits)?

        /// Share of the model's own products' speed.
        public var utilisation: Double { gflops / ceiling.model }
        /// Share of square products' speed.
        public var squareUtilisation: Double { gflops / ceiling.square }
    }

    /// Steps that a profile is of.
    public static let profiledSteps = 3

    private let step: TrainStep
    private let model: Decoder
    private let loader: BatchLoader
    private let rows: Int
    private let microRows: Int
    private let time: Int
    private let flopsAToken: Double

    /// - Parameters:
    ///   - lora: adapters that are trained in place of the model's weights.
    ///   - rows: sequences a step.
    ///   - time: tokens a sequence.
    ///   - microRows: sequences a pass; nil as training chooses.
    public init(
        _ sizes: ModelConfiguration, lora: LoRASettings? = nil, rows: Int, time: Int,
        microRows: Int? = nil, precision: ElementKind, recomputes: Bool = false,
        on backend: any Backend
    ) throws {
        try sizes.validate()
        var configuration = RunConfiguration(
            name: "bench", outputPath: "", model: .new(sizes), data: [], budget: .steps(1))
        configuration.sequenceLength = time
        configuration.lora = lora
        configuration.batch = BatchSizes(size: rows, micro: microRows)
        configuration.precision = precision == .bf16 ? .bf16 : .f32
        let plan = try RunPlan(
            configuration, model: sizes, trainingTokens: 0, tokensARow: Double(time),
            backend: backend.description)
        flopsAToken = plan.trainingFLOPs(time: time)
        let base = Decoder(
            sizes, precision: precision, positions: time, frozen: lora?.form(precision),
            on: backend)
        base.initialize(seed: 0)
        model =
            try lora.map {
                base.adapted(
                    by: try Adapter($0.adapter, of: sizes, precision: precision, on: backend),
                    seed: 0)
            } ?? base
        guard let gradients = model.trained.makeGradients() else {
            throw TrainingError(.badConfiguration, "The model has no parameters.")
        }
        step = TrainStep(
            model: model, optimizer: configuration.optimizer.makeOptimizer(),
            gradients: gradients, microRows: plan.microRows, clip: 1, recomputes: recomputes,
            upRate: lora?.upRate ?? 1)
        self.microRows = plan.microRows
        self.rows = rows
        self.time = time
        var random = RandomStream(seed: 1, name: "benchmark")
        let runs = (0..<64).map { document in
            let ids = (0..<time + 1).map { _ in
                Int32(random.next() % UInt64(sizes.vocabularySize))
            }
            return TokenRun(document: document, ids: ids)
        }
        loader = try BatchLoader(
            mix: Mix(MemoryTokens(name: "made up", runs: runs)),
            packing: Packing(length: time, end: nil), rows: rows, seed: 0)
    }

    /// Seconds of each of `steps` steps after `warmup`, and the loss of the last.
    func time(steps: Int, warmup: Int) throws -> (seconds: [Double], loss: Double) {
        var seconds: [Double] = []
        var loss = Double.nan
        for index in 0..<warmup + steps {
            let clock = Stopwatch()
            loss = step.run(try loader.next(), learningRate: 1e-4)?.loss ?? loss
            if index >= warmup { seconds.append(clock.elapsedSeconds) }
        }
        return (seconds, loss)
    }

    /// Runs `steps` steps after `warmup`. The ceiling is measured between the halves of them: a
    /// shared machine's speed drifts, and so it drifts for both.
    ///
    /// - Parameter profiles: whether further steps are timed operation by operation.
    public func run(steps: Int, warmup: Int = 2, profiles: Bool = false) throws -> Result {
        let first = try time(steps: (steps + 1) / 2, warmup: warmup)
        // Before the ceiling's own buffers come into it.
        let peak = ResourceUsage.now().peakResidentMiB
        let ceiling = ProductCeiling(
            of: model.configuration, rows: microRows * time, kind: model.precision,
            on: model.backend)
        let second = try time(steps: steps / 2, warmup: 0)
        let seconds = first.seconds + second.seconds
        let median = seconds.sorted()[seconds.count / 2]
        let tokens = Double(rows * time)
        let profile = try profiles ? self.profile(besides: ceiling) : nil
        let flops = flopsAToken * tokens
        return Result(
            stepSeconds: median, tokensPerSecond: tokens / median, gflops: flops / median / 1e9,
            ceiling: ceiling, loss: steps > 1 ? second.loss : first.loss,
            peakResidentMiB: peak, microRows: microRows,
            trainedParameters: model.trained.count, profile: profile)
    }

    private func profile(
        besides ceiling: ProductCeiling
    ) throws -> (operations: OperationProfile, limits: MachineLimits) {
        let cpu = CPUBackend.shared
        let before = cpu.limits(model.precision)
        let profile = try cpu.profiled { try time(steps: Self.profiledSteps, warmup: 0) }.profile
        let after = cpu.limits(model.precision)
        // Units for matrix tiles do more than registers.
        let products = max(ceiling.model, ceiling.square) * 1e9
        return (
            profile,
            MachineLimits(
                flops: max(before.flops, after.flops, products),
                bytes: max(before.bytes, after.bytes))
        )
    }
}
