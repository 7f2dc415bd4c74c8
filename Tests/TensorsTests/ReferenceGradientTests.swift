import Tensors
import TestSupport
import Testing

/// Every rule for a gradient against central differences, in `f64` on the reference backend.
@Suite struct ReferenceGradientTests {
    private static let backend = ReferenceBackend.shared

    /// An `f64` tensor of normally distributed numbers.
    private static func normal(
        _ random: inout SplitMix64, _ shape: Shape, scale: Double = 1, shift: Double = 0
    ) -> Tensor {
        random.sample(shape, .f64, scale: scale, shift: shift).tensor(on: backend)
    }

    private static func zeros(_ shape: Shape) -> Tensor {
        Tensor([Double](repeating: 0, count: shape.count), shape: shape, on: backend)
    }

    /// `d sum(upstream · f(x)) / dx` by central differences, one element at a time.
    private static func differences(
        of f: (Tensor) -> Tensor, at x: Tensor, upstream: [Double]
    ) -> [Double] {
        let step = 1e-5
        let values = x.readDoubles()
        func weightedSum(_ moved: [Double]) -> Double {
            let result = f(Tensor(moved, shape: x.shape, on: backend)).readDoubles()
            return zip(result, upstream).reduce(0) { $0 + $1.0 * $1.1 }
        }
        return values.indices.map { index in
            var (above, below) = (values, values)
            above[index] += step
            below[index] -= step
            return (weightedSum(above) - weightedSum(below)) / (2 * step)
        }
    }

    private static func expectGradient(
        _ gradient: Tensor, of f: (Tensor) -> Tensor, at x: Tensor, upstream: Tensor,
        _ label: String = "", sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(gradient.kind == .f64 && gradient.shape == x.shape)
        let expected = differences(of: f, at: x, upstream: upstream.readDoubles())
        expectClose(
            gradient.readDoubles(), expected, 1e-6, label, sourceLocation: sourceLocation)
    }

    @Test(arguments: [Activation.silu, .geluTanh])
    func gluBackwardIsTheGradientOfGLU(_ activation: Activation) {
        var random = SplitMix64(seed: 1)
        let gateUp = Self.normal(&random, [3, 10], scale: 2)
        let upstream = Self.normal(&random, [3, 5])
        Self.expectGradient(
            Self.backend.gluBackward(upstream, gateUp: gateUp, activation),
            of: { Self.backend.glu($0, activation) }, at: gateUp, upstream: upstream)
    }

    @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
    func productsAreTheGradientsOfProducts(_ transposeA: Bool, _ transposeB: Bool) {
        var random = SplitMix64(seed: 2)
        let (m, k, n) = (3, 4, 5)
        let a = Self.normal(&random, transposeA ? [k, m] : [m, k])
        let b = Self.normal(&random, transposeB ? [n, k] : [k, n])
        let upstream = Self.normal(&random, [m, n])
        let product = { (a: Tensor, b: Tensor, transposeA: Bool, transposeB: Bool) in
            Self.backend.matmul(
                a, b, transposeA: transposeA, transposeB: transposeB, kind: .f64, into: nil,
                accumulate: false)
        }
        let ofA =
            transposeA
            ? product(b, upstream, transposeB, true) : product(upstream, b, false, !transposeB)
        let ofB =
            transposeB
            ? product(upstream, a, true, transposeA) : product(a, upstream, !transposeA, false)
        Self.expectGradient(
            ofA, of: { product($0, b, transposeA, transposeB) }, at: a, upstream: upstream, "a")
        Self.expectGradient(
            ofB, of: { product(a, $0, transposeA, transposeB) }, at: b, upstream: upstream, "b")
    }

    @Test(arguments: [nil, RMSNormSettings.Heads(column: 2, count: 2)])
    func rmsNormBackwardIsTheGradientOfRMSNorm(_ heads: RMSNormSettings.Heads?) {
        var random = SplitMix64(seed: 3)
        let size = heads == nil ? 9 : 3
        let x = Self.normal(&random, [4, 9], scale: 2)
        let weight = Self.normal(&random, [size], scale: 0.3, shift: 1)
        let upstream = Self.normal(&random, [4, 9])
        let settings = RMSNormSettings(epsilon: 0.01, weightOffset: 0.5, heads: heads)
        let ofWeight = Self.zeros([size])
        let (_, inverse) = Self.backend.rmsNorm(x, weight: weight, settings)
        let ofX = Self.backend.rmsNormBackward(
            upstream, x: x, weight: weight, inverseRMS: inverse, weightGradient: ofWeight,
            settings)
        Self.expectGradient(
            ofX, of: { Self.backend.rmsNorm($0, weight: weight, settings).y }, at: x,
            upstream: upstream, "x")
        Self.expectGradient(
            ofWeight, of: { Self.backend.rmsNorm(x, weight: $0, settings).y }, at: weight,
            upstream: upstream, "weight")
    }

    @Test func scatterAddIsTheGradientOfGather() {
        var random = SplitMix64(seed: 4)
        let table = Self.normal(&random, [5, 3])
        let ids = random.integers(8, in: 0..<5).tensor(on: Self.backend)
        let upstream = Self.normal(&random, [8, 3])
        let gradient = Self.zeros([5, 3])
        Self.backend.scatterAdd(upstream, rows: ids, into: gradient)
        Self.expectGradient(
            gradient, of: { Self.backend.gather($0, rows: ids) }, at: table, upstream: upstream)
    }

    @Test func turningBackIsTheGradientOfRotary() {
        var random = SplitMix64(seed: 5)
        let x = Self.normal(&random, [4, 3 * 6])
        let upstream = Self.normal(&random, [4, 3 * 6])
        let positions = random.integers(4, in: 0..<9).tensor(on: Self.backend)
        // Any table will do, turns or not: the operation is linear in x.
        let (cosines, sines) = (Self.normal(&random, [9, 3]), Self.normal(&random, [9, 3]))
        let turn = { (x: Tensor, inverse: Bool) in
            Self.backend.rotary(
                x, positions: positions, cosines: cosines, sines: sines, headSize: 6,
                rotatedHeads: 2, inverse: inverse, into: nil)
        }
        Self.expectGradient(
            turn(upstream, true), of: { turn($0, false) }, at: x, upstream: upstream)
    }

    @Test(arguments: [(2, 2, 2, nil), (4, 2, 6, 1.5), (4, 1, 4, nil)])
    func attentionBackwardIsTheGradientOfAttention(
        _ heads: Int, _ keyValueHeads: Int, _ headSize: Int, _ softCap: Float?
    ) {
        var random = SplitMix64(seed: 6)
        let geometry = AttentionGeometry(
            batch: 2, time: 5, heads: heads, keyValueHeads: keyValueHeads, headSize: headSize,
            scale: 0.4, softCap: softCap)
        let qkv = Self.normal(&random, [10, geometry.fusedWidth])
        let upstream = Self.normal(&random, [10, heads * headSize])
        let starts = random.documentStarts(batch: 2, time: 5).tensor(on: Self.backend)
        let (out, logSumExp) = Self.backend.attention(qkv, starts: starts, geometry)
        #expect(logSumExp.kind == .f64)
        let gradient = Self.backend.attentionBackward(
            upstream, qkv: qkv, out: out, logSumExp: logSumExp, starts: starts, geometry)
        Self.expectGradient(
            gradient, of: { Self.backend.attention($0, starts: starts, geometry).out }, at: qkv,
            upstream: upstream)
    }

    @Test(arguments: [nil, 2])
    func linearCrossEntropyGivesItsOwnGradients(_ softCap: Float?) throws {
        var random = SplitMix64(seed: 7)
        let (tokens, width, vocabulary) = (6, 4, 7)
        let hidden = Self.normal(&random, [tokens, width])
        let head = Self.normal(&random, [vocabulary, width])
        let targets = Tensor(
            [3, 0, -100, 6, 3, 2].map { Int32($0) }, shape: [tokens], on: Self.backend)
        let weights = Tensor(
            [1, 0.5, 0, 2, 1, 0.25].map { Double($0) }, shape: [tokens], on: Self.backend)
        let loss = { (hidden: Tensor, head: Tensor) in
            Self.backend.linearCrossEntropy(
                hidden: hidden, head: head, targets: targets, weights: weights, normalizer: 4.75,
                softCap: softCap, wantsGradients: true)
        }
        let one = Tensor([1 as Double], shape: [1], on: Self.backend)
        let results = loss(hidden, head)
        #expect(results.loss.kind == .f64 && results.tokenLosses.kind == .f64)
        Self.expectGradient(
            try #require(results.hiddenGradient), of: { loss($0, head).loss }, at: hidden,
            upstream: one, "hidden")
        Self.expectGradient(
            try #require(results.headGradient), of: { loss(hidden, $0).loss }, at: head,
            upstream: one, "head")
    }

    @Test(arguments: [(nil, 3, 0, 1), (2, 3, 0.3, 2), (nil, 7, 0.5, 0.5)])
    func linearDistillationGivesItsOwnGradients(
        _ softCap: Float?, _ count: Int, _ alpha: Double, _ temperature: Double
    ) throws {
        var random = SplitMix64(seed: 8)
        let (tokens, width, vocabulary) = (5, 4, 7)
        let hidden = Self.normal(&random, [tokens, width])
        let head = Self.normal(&random, [vocabulary, width])
        let teacher = Self.backend.topProbabilities(
            Self.normal(&random, [tokens, vocabulary], scale: 2), among: vocabulary, count: count,
            temperature: temperature)
        let targets = Tensor(
            [3, 0, 1, 6, 3].map { Int32($0) }, shape: [tokens], on: Self.backend)
        let weights = Tensor(
            [1, 0.5, 0, 2, 1].map { Double($0) }, shape: [tokens], on: Self.backend)
        let loss = { (hidden: Tensor, head: Tensor) in
            Self.backend.linearDistillation(
                hidden: hidden, head: head, targets: targets, weights: weights, teacher: teacher,
                settings: DistillationSettings(alpha: alpha, temperature: temperature),
                normalizer: 4.5, softCap: softCap, wantsGradients: true)
        }
        let one = Tensor([1 as Double], shape: [1], on: Self.backend)
        let results = loss(hidden, head)
        #expect(results.loss.kind == .f64 && results.tokenDivergences.kind == .f64)
        Self.expectGradient(
            try #require(results.hiddenGradient), of: { loss($0, head).loss }, at: hidden,
            upstream: one, "hidden")
        Self.expectGradient(
            try #require(results.headGradient), of: { loss(hidden, $0).loss }, at: head,
            upstream: one, "head")
    }
}
