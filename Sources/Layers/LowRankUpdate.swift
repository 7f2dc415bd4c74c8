public import Tensors

/// What an adapter does to a weight, as numbers: `W + scale · B · A`, its rows brought to their
/// lengths where there are any.
public struct LowRankUpdate: Sendable {
    /// A, `[r, in]`, f32.
    public let down: Tensor
    /// B, `[out, r]`, f32.
    public let up: Tensor
    /// `[out]`, f32.
    public let magnitude: Tensor?
    /// What the product of B and A is multiplied with.
    public let scale: Float

    /// The adapted weight.
    ///
    /// - Parameter weight: `[out, in]`, row by row.
    public func applied(to weight: [Float]) -> [Float] {
        let backend = up.backend
        let (inputs, outputs) = (down.shape[1], up.shape[0])
        let sum = Tensor(weight, shape: [outputs, inputs], on: backend)
        let scaled = backend.empty(up.shape, .f32)
        backend.copy(up, to: scaled)
        backend.scale(scaled, by: scale)
        _ = backend.matmul(
            scaled, down, transposeA: false, transposeB: false, kind: .f32, into: sum,
            accumulate: true)
        var rows = sum.read()
        guard let magnitude else { return rows }
        let inverse = backend.inverseRowNorms(of: sum).read()
        for (row, (inverse, magnitude)) in zip(inverse, magnitude.read()).enumerated() {
            for place in row * inputs..<(row + 1) * inputs { rows[place] *= inverse * magnitude }
        }
        return rows
    }
}
