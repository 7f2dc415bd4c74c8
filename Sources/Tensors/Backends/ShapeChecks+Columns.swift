/// Checks of operations on columns and rows of matrices.
extension ShapeChecks {
    /// Rows and width of `x`.
    static func columns(_ range: Range<Int>, of x: Tensor) -> (rows: Int, width: Int) {
        floating(x, in: "columns")
        require(
            x.shape.rank == 2 && range.lowerBound >= 0 && range.upperBound <= x.shape[1],
            "columns cannot take the columns \(range) of \(x.shape).")
        return (x.shape[0], x.shape[1])
    }

    /// Rows, and the widths of `x` and of `target`.
    static func accumulate(_ x: Tensor, intoColumnsFrom column: Int, of target: Tensor)
        -> (rows: Int, width: Int, targetWidth: Int)
    {
        floating(x, target, in: "accumulate")
        sameKind(x, target, in: "accumulate")
        require(
            x.shape.rank == 2 && target.shape.rank == 2 && x.shape[0] == target.shape[0]
                && column >= 0 && column + x.shape[1] <= target.shape[1],
            "accumulate cannot add \(x.shape) to the columns from \(column) on of "
                + "\(target.shape).")
        return (x.shape[0], x.shape[1], target.shape[1])
    }

    /// Rows and width of `x`, and the number of factors.
    static func scaleColumns(of x: Tensor, from column: Int, by factors: Tensor)
        -> (rows: Int, width: Int, count: Int)
    {
        floating(x, in: "scaleColumns")
        kind(factors, accumulationKind(beside: x.kind), "factors", in: "scaleColumns")
        require(
            x.shape.rank == 2 && factors.shape.rank == 1 && column >= 0
                && column + factors.count <= x.shape[1],
            "scaleColumns cannot multiply the columns from \(column) on of \(x.shape) by "
                + "\(factors.shape).")
        return (x.shape[0], x.shape[1], factors.count)
    }

    /// Rows and width of both.
    static func columnProducts(_ a: Tensor, _ b: Tensor, to sums: Tensor)
        -> (rows: Int, width: Int)
    {
        floating(a, b, in: "addColumnProducts")
        sameKind(a, b, in: "addColumnProducts")
        sameShape(a, b, in: "addColumnProducts")
        require(
            a.shape.rank == 2, "addColumnProducts multiplies matrices, not \(a.shape).")
        shape(sums, [a.shape[1]], "sums", in: "addColumnProducts")
        kind(sums, accumulationKind(beside: a.kind), "sums", in: "addColumnProducts")
        return (a.shape[0], a.shape[1])
    }

    /// Rows and width.
    static func rowNorms(of x: Tensor) -> (rows: Int, width: Int) {
        floating(x, in: "inverseRowNorms")
        require(x.shape.rank == 2, "inverseRowNorms takes a matrix, not \(x.shape).")
        return (x.shape[0], x.shape[1])
    }

    static func dropout(_ x: Tensor, rate: Float, first: Int) {
        floating(x, in: "dropout")
        require(
            rate >= 0 && rate < 1 && first >= 0,
            "dropout takes a rate from 0 to below 1, not \(rate), from an element on.")
    }

    /// Rows and columns of a quantized weight.
    static func dequantized(_ weight: Tensor, to kind: ElementKind) -> (rows: Int, columns: Int) {
        require(
            weight.layout == .quantized && kind.isFloatingPoint,
            "dequantized takes a weight of 8 bits, not \(describe(weight)), to a real kind.")
        return (weight.shape[0], weight.shape[1])
    }
}
