import Tensors

/// The reference backend with one operation broken: what the contract has to notice.
final class FaultyBackend: Backend {
    /// What is wrong.
    enum Fault: Sendable {
        /// Results of the operation are 3e-4 too large, or a bf16 rounding step or two.
        case inexact(Operation)
        /// Results of the operation are one f32 rounding step off where it is given a single row.
        case dependsOnBatch(Operation)
    }

    enum Operation: String, Sendable, CaseIterable {
        case cast, add, accumulate, scale, glu, gluBackward, bias, biasRows, softCap, matmul,
            packed, quantized, dequantized
        case columns, accumulateColumns, scaleColumns, columnProducts, inverseRowNorms, dropout
        case rmsNorm, rmsNormBackward, gather, scatterAdd, rotary, attention, attentionBackward
        case cachedAttention, linearCrossEntropy, headGradient, sumOfSquares, adamW, sgd
        case topProbabilities, linearDistillation
    }

    private let good = ReferenceBackend.shared
    private let fault: Fault

    init(_ fault: Fault) { self.fault = fault }

    var description: BackendDescription { good.description }

    /// Spoils a result, in place, where it is the faulty operation's.
    @discardableResult
    private func spoil(_ result: Tensor, of operation: Operation) -> Tensor {
        switch fault {
        case .inexact(operation): good.scale(result, by: result.kind == .bf16 ? 1.01 : 1.0003)
        case .dependsOnBatch(operation) where result.shape.rank > 0 && result.shape[0] == 1:
            good.scale(result, by: result.kind == .f32 ? Float(1).nextUp : 1.01)
        default: break
        }
        return result
    }

    func empty(_ shape: Shape, _ kind: ElementKind) -> Tensor { good.empty(shape, kind) }
    func fill(_ tensor: Tensor, with value: Float) { good.fill(tensor, with: value) }
    func write(
        to tensor: Tensor, _ body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) rethrows { try good.write(to: tensor, body) }
    func download(_ tensor: Tensor, into bytes: UnsafeMutableRawBufferPointer) {
        good.download(tensor, into: bytes)
    }
    func copy(_ source: Tensor, to destination: Tensor) { good.copy(source, to: destination) }

    func cast(_ x: Tensor, to kind: ElementKind) -> Tensor {
        let result = good.cast(x, to: kind)
        return kind == .bf16 ? spoil(result, of: .cast) : result
    }
    func cast(_ x: Tensor, into destination: Tensor) { good.cast(x, into: destination) }

    func add(_ a: Tensor, _ b: Tensor) -> Tensor { spoil(good.add(a, b), of: .add) }
    func accumulate(_ x: Tensor, scale: Float, into target: Tensor) {
        good.accumulate(x, scale: scale, into: target)
        spoil(target, of: .accumulate)
    }
    func scale(_ x: Tensor, by factor: Float) {
        good.scale(x, by: factor)
        spoil(x, of: .scale)
    }
    func glu(_ gateUp: Tensor, _ activation: Activation) -> Tensor {
        spoil(good.glu(gateUp, activation), of: .glu)
    }
    func gluBackward(
        _ upstream: Tensor, gateUp: Tensor, _ activation: Activation, into: Tensor?
    ) -> Tensor {
        spoil(
            good.gluBackward(upstream, gateUp: gateUp, activation, into: into), of: .gluBackward)
    }
    func addBias(_ bias: Tensor, to x: Tensor) {
        good.addBias(bias, to: x)
        spoil(x, of: .bias)
    }
    func addRows(of upstream: Tensor, to biasGradient: Tensor) {
        good.addRows(of: upstream, to: biasGradient)
        spoil(biasGradient, of: .biasRows)
    }
    func softCap(_ x: Tensor, at cap: Float) {
        good.softCap(x, at: cap)
        spoil(x, of: .softCap)
    }

    func matmul(
        _ a: Tensor, _ b: Tensor, transposeA: Bool, transposeB: Bool, kind: ElementKind,
        into: Tensor?, accumulate: Bool
    ) -> Tensor {
        spoil(
            good.matmul(
                a, b, transposeA: transposeA, transposeB: transposeB, kind: kind, into: into,
                accumulate: accumulate), of: .matmul)
    }
    func packed(_ weight: Tensor) -> Tensor {
        let copy = good.empty(weight.shape, weight.kind)
        good.copy(weight, to: copy)
        return spoil(copy, of: .packed)
    }

    func rmsNorm(_ x: Tensor, weight: Tensor, _ settings: RMSNormSettings)
        -> (y: Tensor, inverseRMS: Tensor)
    {
        let result = good.rmsNorm(x, weight: weight, settings)
        return (spoil(result.y, of: .rmsNorm), result.inverseRMS)
    }
    func rmsNormBackward(
        _ upstream: Tensor, x: Tensor, weight: Tensor, inverseRMS: Tensor, weightGradient: Tensor,
        _ settings: RMSNormSettings
    ) -> Tensor {
        spoil(
            good.rmsNormBackward(
                upstream, x: x, weight: weight, inverseRMS: inverseRMS,
                weightGradient: weightGradient, settings), of: .rmsNormBackward)
    }

    func gather(_ table: Tensor, rows ids: Tensor) -> Tensor {
        spoil(good.gather(table, rows: ids), of: .gather)
    }
    func scatterAdd(_ upstream: Tensor, rows ids: Tensor, into tableGradient: Tensor) {
        good.scatterAdd(upstream, rows: ids, into: tableGradient)
        spoil(tableGradient, of: .scatterAdd)
    }

    func rotary(
        _ x: Tensor, positions: Tensor, cosines: Tensor, sines: Tensor, headSize: Int,
        rotatedHeads: Int, inverse: Bool, into: Tensor?
    ) -> Tensor {
        spoil(
            good.rotary(
                x, positions: positions, cosines: cosines, sines: sines, headSize: headSize,
                rotatedHeads: rotatedHeads, inverse: inverse, into: into), of: .rotary)
    }

    func attention(
        _ qkv: Tensor, turning rotation: Rotation?, starts: Tensor, _ geometry: AttentionGeometry
    ) -> (out: Tensor, logSumExp: Tensor) {
        let result = good.attention(qkv, turning: rotation, starts: starts, geometry)
        return (spoil(result.out, of: .attention), result.logSumExp)
    }
    func attentionBackward(
        _ upstream: Tensor, qkv: Tensor, turned rotation: Rotation?, out: Tensor,
        logSumExp: Tensor, starts: Tensor, _ geometry: AttentionGeometry
    ) -> Tensor {
        spoil(
            good.attentionBackward(
                upstream, qkv: qkv, turned: rotation, out: out, logSumExp: logSumExp,
                starts: starts, geometry),
            of: .attentionBackward)
    }
    func cachedAttention(
        _ qkv: Tensor, keys: Tensor, values: Tensor, slots: [Int32], positions: [Int32],
        _ geometry: AttentionGeometry
    ) -> Tensor {
        spoil(
            good.cachedAttention(
                qkv, keys: keys, values: values, slots: slots, positions: positions, geometry),
            of: .cachedAttention)
    }
    func quantized(_ weight: Tensor) -> Tensor {
        good.quantized(spoil(good.cast(weight, to: weight.kind), of: .quantized))
    }
    func dequantized(_ weight: Tensor, to kind: ElementKind) -> Tensor {
        spoil(good.dequantized(weight, to: kind), of: .dequantized)
    }
    func columns(_ range: Range<Int>, of x: Tensor) -> Tensor {
        spoil(good.columns(range, of: x), of: .columns)
    }
    func accumulate(_ x: Tensor, intoColumnsFrom column: Int, of target: Tensor) {
        good.accumulate(x, intoColumnsFrom: column, of: target)
        spoil(target, of: .accumulateColumns)
    }
    func scaleColumns(of x: Tensor, from column: Int, by factors: Tensor) {
        good.scaleColumns(of: x, from: column, by: factors)
        spoil(x, of: .scaleColumns)
    }
    func addColumnProducts(_ a: Tensor, _ b: Tensor, to sums: Tensor) {
        good.addColumnProducts(a, b, to: sums)
        spoil(sums, of: .columnProducts)
    }
    func inverseRowNorms(of x: Tensor) -> Tensor {
        spoil(good.inverseRowNorms(of: x), of: .inverseRowNorms)
    }
    func dropout(_ x: Tensor, rate: Float, key: UInt64, first: Int) -> Tensor {
        spoil(good.dropout(x, rate: rate, key: key, first: first), of: .dropout)
    }
    func emptyCache(
        slots: Int, capacity: Int, keyValueHeads: Int, headSize: Int, kind: ElementKind
    ) -> (keys: Tensor, values: Tensor) {
        good.emptyCache(
            slots: slots, capacity: capacity, keyValueHeads: keyValueHeads, headSize: headSize,
            kind: kind)
    }

    func linearCrossEntropy(
        hidden: Tensor, head: Tensor, targets: Tensor, weights: Tensor, normalizer: Double,
        softCap: Float?, gradients: LossGradients
    ) -> LinearCrossEntropy {
        let result = good.linearCrossEntropy(
            hidden: hidden, head: head, targets: targets, weights: weights,
            normalizer: normalizer, softCap: softCap, gradients: gradients)
        spoil(result.tokenLosses, of: .linearCrossEntropy)
        if let gradient = result.headGradient { spoil(gradient, of: .headGradient) }
        return result
    }

    func topProbabilities(
        _ logits: Tensor, among limit: Int, count: Int, temperature: Double
    ) -> TopProbabilities {
        let top = good.topProbabilities(
            logits, among: limit, count: count, temperature: temperature)
        spoil(top.probabilities, of: .topProbabilities)
        return top
    }

    func linearDistillation(
        hidden: Tensor, head: Tensor, targets: Tensor, weights: Tensor, teacher: TopProbabilities,
        settings: DistillationSettings, normalizer: Double, softCap: Float?, wantsGradients: Bool
    ) -> LinearDistillation {
        let result = good.linearDistillation(
            hidden: hidden, head: head, targets: targets, weights: weights, teacher: teacher,
            settings: settings, normalizer: normalizer, softCap: softCap,
            wantsGradients: wantsGradients)
        spoil(result.tokenLosses, of: .linearDistillation)
        return result
    }

    func sumOfSquares(_ x: Tensor) -> Double {
        guard case .inexact(.sumOfSquares) = fault else { return good.sumOfSquares(x) }
        return Double(Float(good.sumOfSquares(x)))
    }
    func adamW(
        parameter: Tensor, gradient: Tensor, firstMoment: Tensor, secondMoment: Tensor,
        _ step: AdamWStep
    ) {
        good.adamW(
            parameter: parameter, gradient: gradient, firstMoment: firstMoment,
            secondMoment: secondMoment, step)
        spoil(secondMoment, of: .adamW)
    }
    func sgd(parameter: Tensor, gradient: Tensor, momentum: Tensor?, _ step: SGDStep) {
        good.sgd(parameter: parameter, gradient: gradient, momentum: momentum, step)
        spoil(parameter, of: .sgd)
    }
}
