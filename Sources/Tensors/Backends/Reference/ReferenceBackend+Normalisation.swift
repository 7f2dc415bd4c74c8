extension ReferenceBackend {
    /// `y = x · r · w` with `r = 1 / sqrt(mean(x²) + ε)`; the mean over no columns is 0.
    public func rmsNorm(_ x: Tensor, weight: Tensor, _ settings: RMSNormSettings)
        -> (y: Tensor, inverseRMS: Tensor)
    {
        let pieces = ShapeChecks.rmsNorm(x, weight: weight, settings)
        let input = values(of: x)
        let scales = scales(of: weight, settings)
        var result = input
        var inverses: [Double] = []
        for piece in 0..<pieces.count {
            let first = pieces.start(of: piece)
            let numbers = input[first..<first + pieces.width]
            let meanSquare = numbers.reduce(0) { $0 + $1 * $1 } / Double(max(pieces.width, 1))
            let inverse = 1 / (meanSquare + Double(settings.epsilon)).squareRoot()
            inverses.append(inverse)
            for column in 0..<pieces.width {
                result[first + column] = input[first + column] * inverse * scales[column]
            }
        }
        return (
            tensor(result, x.shape, x.kind),
            tensor(inverses, [pieces.count], ShapeChecks.accumulationKind(beside: x.kind))
        )
    }

    /// With `g = upstream · w`: `dx = r · g - x · r³ · mean(g · x)`, `dw = Σ upstream · x · r`.
    public func rmsNormBackward(
        _ upstream: Tensor, x: Tensor, weight: Tensor, inverseRMS: Tensor, weightGradient: Tensor,
        _ settings: RMSNormSettings
    ) -> Tensor {
        let pieces = ShapeChecks.rmsNormBackward(
            upstream, x: x, weight: weight, inverseRMS: inverseRMS, weightGradient: weightGradient,
            settings)
        let above = values(of: upstream)
        let input = values(of: x)
        let scales = scales(of: weight, settings)
        let inverses = values(of: inverseRMS)
        var gradient = above
        var ofWeight = values(of: weightGradient)
        for piece in 0..<pieces.count {
            let first = pieces.start(of: piece)
            let r = inverses[piece]
            var meanProduct = 0.0
            for column in 0..<pieces.width {
                meanProduct += above[first + column] * scales[column] * input[first + column]
            }
            meanProduct /= Double(max(pieces.width, 1))
            for column in 0..<pieces.width {
                let (flow, number) = (above[first + column], input[first + column])
                gradient[first + column] =
                    r * flow * scales[column] - number * r * r * r * meanProduct
                ofWeight[column] += flow * number * r
            }
        }
        store(ofWeight, in: weightGradient)
        return tensor(gradient, x.shape, x.kind)
    }

    private func scales(of weight: Tensor, _ settings: RMSNormSettings) -> [Double] {
        values(of: weight).map { $0 + Double(settings.weightOffset) }
    }
}
