import Foundation
import Tensors
import Testing

extension OperationGolden {
    /// Every file of `Tests/Goldens/operations`.
    public static let all: [OperationGolden] = [
        OperationGolden("swiglu") { given in
            [
                "y": given.backend.swiGLU(try given("gateUp")),
                "gradient.gateUp": given.backend.swiGLUBackward(
                    try given("upstream"), gateUp: try given("gateUp")),
            ]
        },
        OperationGolden("matmul", compute: matmul),
        OperationGolden("rms_norm", compute: rmsNorm),
        OperationGolden("rotary", compute: rotary),
        OperationGolden("attention", compute: attention),
        OperationGolden("attention_grouped", compute: attention),
        OperationGolden("attention_packed", compute: attention),
        OperationGolden("linear_cross_entropy", compute: linearCrossEntropy),
        OperationGolden("distillation", compute: distillation),
        OperationGolden("distillation_warm", compute: distillation),
        OperationGolden("embedding", compute: embedding),
        OperationGolden("adamw", in: [.f32], doublePrecision: 1e-9, compute: adamW),
        OperationGolden(
            "adamw_slow_second_moment", in: [.f32], doublePrecision: 1e-9, compute: adamW),
        OperationGolden("sgd", in: [.f32], compute: sgd),
        OperationGolden("sgd_momentum", in: [.f32], compute: sgd),
        OperationGolden("sgd_nesterov", in: [.f32], compute: sgd),
    ]

    private static func matmul(_ given: GoldenOperands) throws -> KeyValuePairs<String, Tensor> {
        let (x, weight, upstream) = (
            try given("x"), try given("weight"), try given("upstream")
        )
        let product = { (a: Tensor, b: Tensor, transposeA: Bool, transposeB: Bool, kind) in
            given.backend.matmul(
                a, b, transposeA: transposeA, transposeB: transposeB, kind: kind, into: nil,
                accumulate: false)
        }
        let statistics: ElementKind = given.precision == .f64 ? .f64 : .f32
        return [
            "y": product(x, weight, false, true, given.precision),
            "gradient.x": product(upstream, weight, false, false, given.precision),
            "gradient.weight": product(upstream, x, true, false, statistics),
        ]
    }

    private static func rmsNorm(_ given: GoldenOperands) throws -> KeyValuePairs<String, Tensor> {
        let (x, weight) = (try given("x"), try given("weight"))
        let (y, inverse) = given.backend.rmsNorm(
            x, weight: weight, epsilon: try given.number("epsilon"))
        let ofWeight = given.zeros(weight.shape)
        let ofX = given.backend.rmsNormBackward(
            try given("upstream"), x: x, weight: weight, inverseRMS: inverse,
            weightGradient: ofWeight)
        return ["y": y, "inverseRMS": inverse, "gradient.x": ofX, "gradient.weight": ofWeight]
    }

    private static func rotary(_ given: GoldenOperands) throws -> KeyValuePairs<String, Tensor> {
        let turn = { (name: String, inverse: Bool) in
            given.backend.rotary(
                try given(name), positions: try given("positions"),
                cosines: try given("cosines"), sines: try given("sines"),
                headSize: try given.integer("headSize"),
                rotatedHeads: try given.integer("rotatedHeads"), inverse: inverse, into: nil)
        }
        return ["y": try turn("x", false), "gradient.x": try turn("upstream", true)]
    }

    private static func attention(_ given: GoldenOperands) throws
        -> KeyValuePairs<String, Tensor>
    {
        let geometry = AttentionGeometry(
            batch: try given.integer("batch"), time: try given.integer("time"),
            heads: try given.integer("heads"),
            keyValueHeads: try given.integer("keyValueHeads"),
            headSize: try given.integer("headSize"), scale: try given.number("scale"))
        let results = BackendContract.AttentionResults(
            given.backend, qkv: try given("qkv"), upstream: try given("upstream"),
            starts: try given("starts"), geometry)
        return [
            "out": results.out, "logSumExp": results.logSumExp, "gradient.qkv": results.gradient,
        ]
    }

    private static func linearCrossEntropy(_ given: GoldenOperands) throws
        -> KeyValuePairs<String, Tensor>
    {
        let results = given.backend.linearCrossEntropy(
            hidden: try given("hidden"), head: try given("head"), targets: try given("targets"),
            weights: try given("weights"), normalizer: try given.golden.number("normalizer"),
            wantsGradients: true)
        return [
            "loss": results.loss, "tokenLosses": results.tokenLosses,
            "gradient.hidden": try #require(results.hiddenGradient),
            "gradient.head": try #require(results.headGradient),
        ]
    }

    private static func distillation(_ given: GoldenOperands) throws
        -> KeyValuePairs<String, Tensor>
    {
        let logits = try given("teacherLogits")
        let temperature = try given.golden.number("temperature")
        let top = given.backend.topProbabilities(
            logits, among: logits.shape[1], count: try given.integer("topK"),
            temperature: temperature)
        let results = given.backend.linearDistillation(
            hidden: try given("hidden"), head: try given("head"), targets: try given("targets"),
            weights: try given("weights"), teacher: top,
            settings: DistillationSettings(
                alpha: try given.golden.number("alpha"), temperature: temperature),
            normalizer: try given.golden.number("normalizer"), softCap: nil, wantsGradients: true)
        return [
            "probabilities": top.probabilities, "loss": results.loss,
            "tokenLosses": results.tokenLosses, "tokenDivergences": results.tokenDivergences,
            "gradient.hidden": try #require(results.hiddenGradient),
            "gradient.head": try #require(results.headGradient),
        ]
    }

    private static func embedding(_ given: GoldenOperands) throws
        -> KeyValuePairs<String, Tensor>
    {
        let (table, ids) = (try given("table"), try given("ids"))
        let gradient = given.zeros(table.shape)
        given.backend.scatterAdd(try given("upstream"), rows: ids, into: gradient)
        return ["y": given.backend.gather(table, rows: ids), "gradient.table": gradient]
    }

    private static func adamW(_ given: GoldenOperands) throws -> KeyValuePairs<String, Tensor> {
        let (parameter, gradients) = (try given("parameter"), try given("gradients"))
        let history = given.zeros(gradients.shape)
        let (first, second) = (given.zeros(parameter.shape), given.zeros(parameter.shape))
        for step in 0..<gradients.shape[0] {
            let number = given.golden.number
            let (beta1, beta2) = (try number("beta1"), try number("beta2"))
            given.backend.adamW(
                parameter: parameter, gradient: gradients.rows(step..<step + 1),
                firstMoment: first, secondMoment: second,
                AdamWStep(
                    learningRate: try number("learningRate"), beta1: beta1, beta2: beta2,
                    epsilon: try number("epsilon"),
                    weightDecay: try number("weightDecay"),
                    correction1: 1 - pow(beta1, Double(step + 1)),
                    correction2: 1 - pow(beta2, Double(step + 1)),
                    gradientScale: try number("gradientScale")))
            given.backend.copy(parameter, to: history.rows(step..<step + 1))
        }
        return ["parameters": history, "firstMoment": first, "secondMoment": second]
    }

    private static func sgd(_ given: GoldenOperands) throws -> KeyValuePairs<String, Tensor> {
        let (parameter, gradients) = (try given("parameter"), try given("gradients"))
        let history = given.zeros(gradients.shape)
        let usesMomentum = try given.number("momentum") != 0
        let momentum = given.zeros(parameter.shape)
        for step in 0..<gradients.shape[0] {
            given.backend.sgd(
                parameter: parameter, gradient: gradients.rows(step..<step + 1),
                momentum: usesMomentum ? momentum : nil,
                SGDStep(
                    learningRate: try given.number("learningRate"),
                    momentum: try given.number("momentum"),
                    nesterov: try given.number("nesterov") != 0,
                    weightDecay: try given.number("weightDecay"),
                    gradientScale: try given.number("gradientScale"), isFirst: step == 0))
            given.backend.copy(parameter, to: history.rows(step..<step + 1))
        }
        return usesMomentum
            ? ["parameters": history, "momentum": momentum] : ["parameters": history]
    }
}
