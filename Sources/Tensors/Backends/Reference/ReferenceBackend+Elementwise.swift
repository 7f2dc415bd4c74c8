import Foundation

extension ReferenceBackend {
    public func add(_ a: Tensor, _ b: Tensor) -> Tensor {
        ShapeChecks.floating(a, b, in: "add")
        ShapeChecks.sameShape(a, b, in: "add")
        return tensor(zip(values(of: a), values(of: b)).map { $0 + $1 }, a.shape, a.kind)
    }

    public func accumulate(_ x: Tensor, scale: Float, into target: Tensor) {
        ShapeChecks.floating(x, target, in: "accumulate")
        ShapeChecks.sameCount(x, target, in: "accumulate")
        let sums = zip(values(of: target), values(of: x)).map { $0 + Double(scale) * $1 }
        store(sums, in: target)
    }

    public func scale(_ x: Tensor, by factor: Float) {
        ShapeChecks.floating(x, in: "scale")
        store(values(of: x).map { $0 * Double(factor) }, in: x)
    }

    public func glu(_ gateUp: Tensor, _ activation: Activation) -> Tensor {
        let (rows, width) = ShapeChecks.glu(gateUp)
        let input = values(of: gateUp)
        var result: [Double] = []
        for row in 0..<rows {
            for column in 0..<width {
                let gate = input[row * 2 * width + column]
                let up = input[row * 2 * width + width + column]
                result.append(activation.value(gate) * up)
            }
        }
        return tensor(result, gateUp.shape.replacingLast(with: width), gateUp.kind)
    }

    public func gluBackward(
        _ upstream: Tensor, gateUp: Tensor, _ activation: Activation, into: Tensor?
    ) -> Tensor {
        let (rows, width) = ShapeChecks.gluBackward(upstream, gateUp, into: into)
        let input = values(of: gateUp)
        let above = values(of: upstream)
        var gradient = [Double](repeating: 0, count: gateUp.count)
        for row in 0..<rows {
            for column in 0..<width {
                let gateIndex = row * 2 * width + column
                let upIndex = gateIndex + width
                let (gate, up) = (input[gateIndex], input[upIndex])
                let flow = above[row * width + column]
                gradient[gateIndex] = flow * up * activation.slope(gate)
                gradient[upIndex] = flow * activation.value(gate)
            }
        }
        guard let into else { return tensor(gradient, gateUp.shape, gateUp.kind) }
        store(gradient, in: into)
        return into
    }

    public func addBias(_ bias: Tensor, to x: Tensor) {
        let (_, width) = ShapeChecks.bias(bias, beside: x, in: "addBias")
        let biases = values(of: bias)
        store(values(of: x).enumerated().map { $1 + biases[$0 % width] }, in: x)
    }

    public func addRows(of upstream: Tensor, to biasGradient: Tensor) {
        let (_, width) = ShapeChecks.bias(biasGradient, beside: upstream, in: "addRows")
        var sums = values(of: biasGradient)
        for (index, value) in values(of: upstream).enumerated() { sums[index % width] += value }
        store(sums, in: biasGradient)
    }

    public func softCap(_ x: Tensor, at cap: Float) {
        ShapeChecks.softCap(x, at: cap)
        store(values(of: x).map { Double(cap) * tanh($0 / Double(cap)) }, in: x)
    }
}

extension Activation {
    fileprivate func value(_ x: Double) -> Double {
        switch self {
        case .silu: x / (1 + exp(-x))
        case .geluTanh: x * (1 + tanh(Activation.inner(x))) / 2
        }
    }

    /// The derivative: of SiLU `s · (1 + x · (1 - s))` with `s = sigmoid(x)`.
    fileprivate func slope(_ x: Double) -> Double {
        switch self {
        case .silu:
            let s = 1 / (1 + exp(-x))
            return s * (1 + x * (1 - s))
        case .geluTanh:
            let t = tanh(Activation.inner(x))
            let inner = (2 / Double.pi).squareRoot() * (1 + 3 * 0.044715 * x * x)
            return (1 + t) / 2 + x / 2 * (1 - t * t) * inner
        }
    }

    private static func inner(_ x: Double) -> Double {
        (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
    }
}

extension Shape {
    fileprivate func replacingLast(with extent: Int) -> Shape {
        Shape(dimensions.dropLast() + [extent])
    }
}
