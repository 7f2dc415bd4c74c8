/// Columns, row norms and dropout by their definitions.
extension ReferenceBackend {
    public func columns(_ range: Range<Int>, of x: Tensor) -> Tensor {
        let (rows, width) = ShapeChecks.columns(range, of: x)
        let numbers = values(of: x)
        let taken = (0..<rows).flatMap { row in range.map { numbers[row * width + $0] } }
        return tensor(taken, [rows, range.count], x.kind)
    }

    public func accumulate(_ x: Tensor, intoColumnsFrom column: Int, of target: Tensor) {
        let (rows, width, targetWidth) = ShapeChecks.accumulate(
            x, intoColumnsFrom: column, of: target)
        let numbers = values(of: x)
        var sums = values(of: target)
        for row in 0..<rows {
            for place in 0..<width {
                sums[row * targetWidth + column + place] += numbers[row * width + place]
            }
        }
        store(sums, in: target)
    }

    public func scaleColumns(of x: Tensor, from column: Int, by factors: Tensor) {
        let (rows, width, count) = ShapeChecks.scaleColumns(of: x, from: column, by: factors)
        let factors = values(of: factors)
        var products = values(of: x)
        for row in 0..<rows {
            for place in 0..<count { products[row * width + column + place] *= factors[place] }
        }
        store(products, in: x)
    }

    public func addColumnProducts(_ a: Tensor, _ b: Tensor, to sums: Tensor) {
        let (rows, width) = ShapeChecks.columnProducts(a, b, to: sums)
        let (left, right) = (values(of: a), values(of: b))
        var totals = values(of: sums)
        for row in 0..<rows {
            for column in 0..<width {
                totals[column] += left[row * width + column] * right[row * width + column]
            }
        }
        store(totals, in: sums)
    }

    public func inverseRowNorms(of x: Tensor) -> Tensor {
        let (rows, width) = ShapeChecks.rowNorms(of: x)
        let numbers = values(of: x)
        let inverses = (0..<rows).map { row -> Double in
            let row = numbers[row * width..<(row + 1) * width]
            let sum = row.reduce(0) { $0 + $1 * $1 }
            return sum == 0 ? 0 : 1 / sum.squareRoot()
        }
        return tensor(inverses, [rows], ShapeChecks.accumulationKind(beside: x.kind))
    }

    public func dropout(_ x: Tensor, rate: Float, key: UInt64, first: Int) -> Tensor {
        ShapeChecks.dropout(x, rate: rate, first: first)
        var stream = RandomStream(key: key, counter: UInt64(first))
        let least = Dropout.least(rate: rate)
        let kept = values(of: x).map { value in
            stream.next() >> 40 >= least ? value / (1 - Double(rate)) : 0
        }
        return tensor(kept, x.shape, x.kind)
    }

    public func dequantized(_ weight: Tensor, to kind: ElementKind) -> Tensor {
        _ = ShapeChecks.dequantized(weight, to: kind)
        return tensor(roundedValues(of: weight), weight.shape, kind)
    }
}

/// What every backend's dropout agrees on.
enum Dropout {
    /// The least upper 24 bits of a draw that keep an element.
    static func least(rate: Float) -> UInt64 {
        UInt64((Double(rate) * 0x1p24).rounded(.toNearestOrEven))
    }
}
