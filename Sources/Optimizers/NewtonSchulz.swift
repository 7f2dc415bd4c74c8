import Tensors

/// The quintic Newton-Schulz iteration with the coefficients of Muon (Jordan and others, 2024).
///
/// It brings the singular values of a matrix near 1, to about 0.7 to 1.2 in five steps, and leaves
/// its directions as they are.
enum NewtonSchulz {
    private static let (a, b, c): (Float, Float, Float) = (3.4445, -4.7750, 2.0315)
    /// Keeps a matrix of zeros from being divided by nothing.
    private static let smallestNorm = 1e-7

    /// - Parameter matrix: `[R, C]`, which is not changed.
    /// - Returns: a matrix of the same shape and kind.
    static func orthogonalized(_ matrix: Tensor, steps: Int) -> Tensor {
        let backend = matrix.backend
        // The smaller of the two squares is formed.
        let isTall = matrix.shape[0] > matrix.shape[1]
        let norm = backend.sumOfSquares(matrix).squareRoot()
        var x = scaled(matrix, by: Float(1 / max(norm, smallestNorm)))
        for _ in 0..<steps {
            let square = backend.matmul(
                x, x, transposeA: isTall, transposeB: !isTall, kind: x.kind, into: nil,
                accumulate: false)
            let polynomial = backend.matmul(
                square, square, transposeA: false, transposeB: false, kind: x.kind, into: nil,
                accumulate: false)
            backend.scale(polynomial, by: c)
            backend.accumulate(square, scale: b, into: polynomial)
            let next = scaled(x, by: a)
            x = backend.matmul(
                isTall ? x : polynomial, isTall ? polynomial : x, transposeA: false,
                transposeB: false, kind: x.kind, into: next, accumulate: true)
        }
        return x
    }

    private static func scaled(_ matrix: Tensor, by factor: Float) -> Tensor {
        let copy = matrix.backend.empty(matrix.shape, matrix.kind)
        matrix.backend.copy(matrix, to: copy)
        matrix.backend.scale(copy, by: factor)
        return copy
    }
}
