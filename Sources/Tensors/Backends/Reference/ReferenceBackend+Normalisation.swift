extension ReferenceBackend {
    /// `y = x · r · w` with `r = 1 / sqrt(mean(x²) + ε)`; the mean over no columns is 0.
    public func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Float)
        -> (y: Tensor, inverseRMS: Tensor)
    {
        let (rows, width) = ShapeChecks.rmsNorm(x, weight: weight)
        let input = values(of: x)
        let scales = values(of: weight)
        var result: [Double] = []
        var inverses: [Double] = []
        for row in 0..<rows {
            let numbers = input[row * width..<(row + 1) * width]
            let meanSquare = numbers.reduce(0) { $0 + $1 * $1 } / Double(max(width, 1))
            let inverse = 1 / (meanSquare + Double(epsilon)).squareRoot()
            inverses.append(inverse)
            result += zip(numbers, scales).map { $0 * inverse * $1 }
        }
        return (
            tensor(result, x.shape, x.kind),
            tensor(inverses, [rows], ShapeChecks.accumulationKind(beside: x.kind))
        )
    }

    /// With `g = upstream · w`: `dx = r · g - x · r³ · mean(g · x)`, `dw = Σ upstream · x · r`.
    public func rmsNormBackward(
        _ upstream: Tensor, x: Tensor, weight: Tensor, inverseRMS: Tensor, weightGradient: Tensor
    ) -> Tensor {
        let (rows, width) = ShapeChecks.rmsNormBackward(
            upstream, x: x, weight: weight, inverseRMS: inverseRMS, weightGradient: weightGradient)
        let above = values(of: upstream)
        let input = values(of: x)
        let scales = values(of: weight)
        let inverses = values(of: inverseRMS)
        var gradient = [Double](repeating: 0, count: x.count)
        var ofWeight = values(of: weightGradient)
        for row in 0..<rows {
            let first = row * width
            let r = inverses[row]
            var meanProduct = 0.0
            for column in 0..<width {
                meanProduct += above[first + column] * scales[column] * input[first + column]
            }
            meanProduct /= Double(max(width, 1))
            for column in 0..<width {
                let (flow, number) = (above[first + column], input[first + column])
                gradient[first + column] =
                    r * flow * scales[column] - number * r * r * r * meanProduct
                ofWeight[column] += flow * number * r
            }
        }
        store(ofWeight, in: weightGradient)
        return tensor(gradient, x.shape, x.kind)
    }
}
