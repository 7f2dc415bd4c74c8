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

    public func swiGLU(_ gateUp: Tensor) -> Tensor {
        let (rows, width) = ShapeChecks.swiGLU(gateUp)
        let input = values(of: gateUp)
        var result: [Double] = []
        for row in 0..<rows {
            for column in 0..<width {
                let gate = input[row * 2 * width + column]
                let up = input[row * 2 * width + width + column]
                result.append(gate * sigmoid(gate) * up)
            }
        }
        return tensor(result, gateUp.shape.replacingLast(with: width), gateUp.kind)
    }

    /// With `s = sigmoid(gate)`, `silu'(gate) = s · (1 + gate · (1 - s))`.
    public func swiGLUBackward(_ upstream: Tensor, gateUp: Tensor) -> Tensor {
        let (rows, width) = ShapeChecks.swiGLUBackward(upstream, gateUp)
        let input = values(of: gateUp)
        let above = values(of: upstream)
        var gradient = [Double](repeating: 0, count: gateUp.count)
        for row in 0..<rows {
            for column in 0..<width {
                let gateIndex = row * 2 * width + column
                let upIndex = gateIndex + width
                let (gate, up) = (input[gateIndex], input[upIndex])
                let flow = above[row * width + column]
                let s = sigmoid(gate)
                gradient[gateIndex] = flow * up * s * (1 + gate * (1 - s))
                gradient[upIndex] = flow * gate * s
            }
        }
        return tensor(gradient, gateUp.shape, gateUp.kind)
    }

    private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
}

extension Shape {
    fileprivate func replacingLast(with extent: Int) -> Shape {
        Shape(dimensions.dropLast() + [extent])
    }
}
