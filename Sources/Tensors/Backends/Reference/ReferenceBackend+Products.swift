extension ReferenceBackend {
    public func matmul(
        _ a: Tensor, _ b: Tensor, transposeA: Bool, transposeB: Bool, kind: ElementKind,
        into: Tensor?, accumulate: Bool
    ) -> Tensor {
        let (m, k, n) = ShapeChecks.matmul(
            a, b, transposeA: transposeA, transposeB: transposeB, kind: kind, into: into,
            accumulate: accumulate)
        let isRounded = b.layout == .quantized
        let left = isRounded ? roundedValues(of: quantized(a)) : values(of: a)
        let right = isRounded ? roundedValues(of: b) : values(of: b)
        let destination = into ?? empty([m, n], kind)
        var result =
            accumulate ? values(of: destination) : [Double](repeating: 0, count: m * n)
        for row in 0..<m {
            for column in 0..<n {
                var sum = 0.0
                for inner in 0..<k {
                    let x = left[transposeA ? inner * m + row : row * k + inner]
                    let y = right[transposeB ? column * k + inner : inner * n + column]
                    sum += x * y
                }
                result[row * n + column] += sum
            }
        }
        store(result, in: destination)
        return destination
    }

    /// The weight itself: plain loops read every arrangement equally slowly.
    public func packed(_ weight: Tensor) -> Tensor {
        ShapeChecks.floating(weight, in: "packed")
        ShapeChecks.require(
            weight.shape.rank == 2, "packed takes a weight matrix, not \(weight.shape).")
        return weight
    }
}
