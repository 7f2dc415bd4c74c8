import CKernels

extension CPUBackend {
    public func add(_ a: Tensor, _ b: Tensor) -> Tensor {
        ShapeChecks.floating(a, b, in: "add")
        ShapeChecks.sameShape(a, b, in: "add")
        let sum = empty(a.shape, a.kind)
        let (aKind, bKind) = (a.computedKind, b.computedKind)
        compute(bytes: [a, b, sum].byteCount) {
            nj_add(a.address, aKind, b.address, bKind, 1, sum.address, a.count)
        }
        return sum
    }

    public func accumulate(_ x: Tensor, scale: Float, into target: Tensor) {
        ShapeChecks.floating(x, target, in: "accumulate")
        ShapeChecks.sameCount(x, target, in: "accumulate")
        let (kind, targetKind) = (x.computedKind, target.computedKind)
        compute(bytes: [x, target, target].byteCount) {
            nj_add(
                target.address, targetKind, x.address, kind, scale, target.address, target.count)
        }
    }

    public func scale(_ x: Tensor, by factor: Float) {
        ShapeChecks.floating(x, in: "scale")
        let kind = x.computedKind
        compute(bytes: [x, x].byteCount) { nj_scale(x.address, kind, factor, x.count) }
    }

    public func glu(_ gateUp: Tensor, _ activation: Activation) -> Tensor {
        let (rows, width) = ShapeChecks.glu(gateUp)
        let kind = gateUp.computedKind
        let result = empty(gateUp.shape.replacingLast(width), gateUp.kind)
        compute(bytes: [gateUp, result].byteCount) {
            nj_glu(
                gateUp.address, result.address, kind, rows, width, activation.kernelActivation)
        }
        return result
    }

    public func gluBackward(
        _ upstream: Tensor, gateUp: Tensor, _ activation: Activation, into: Tensor?
    ) -> Tensor {
        let (rows, width) = ShapeChecks.gluBackward(upstream, gateUp, into: into)
        let kind = gateUp.computedKind
        let gradient = into ?? empty(gateUp.shape, gateUp.kind)
        compute(bytes: [upstream, gateUp, gradient].byteCount) {
            nj_glu_backward(
                upstream.address, gateUp.address, gradient.address, kind, rows, width,
                activation.kernelActivation)
        }
        return gradient
    }

    public func addBias(_ bias: Tensor, to x: Tensor) {
        let (rows, width) = ShapeChecks.bias(bias, beside: x, in: "addBias")
        let kind = x.computedKind
        compute(bytes: [x, x].byteCount) { nj_add_bias(x.address, kind, bias.floats, rows, width) }
    }

    public func addRows(of upstream: Tensor, to biasGradient: Tensor) {
        let (rows, width) = ShapeChecks.bias(biasGradient, beside: upstream, in: "addRows")
        let kind = upstream.computedKind
        compute(bytes: upstream.byteCount) {
            nj_bias_backward(upstream.address, kind, biasGradient.floats, rows, width)
        }
    }

    public func softCap(_ x: Tensor, at cap: Float) {
        ShapeChecks.softCap(x, at: cap)
        _ = x.computedKind
        compute(bytes: [x, x].byteCount) { nj_soft_cap(x.floats, nil, cap, x.count) }
    }
}

extension Activation {
    fileprivate var kernelActivation: nj_activation {
        switch self {
        case .silu: NJ_SILU
        case .geluTanh: NJ_GELU_TANH
        }
    }
}

extension Shape {
    fileprivate func replacingLast(_ extent: Int) -> Shape {
        Shape(dimensions.dropLast() + [extent])
    }
}
