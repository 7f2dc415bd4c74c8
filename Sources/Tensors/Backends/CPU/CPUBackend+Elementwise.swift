import CKernels

extension CPUBackend {
    public func add(_ a: Tensor, _ b: Tensor) -> Tensor {
        ShapeChecks.floating(a, b, in: "add")
        ShapeChecks.sameShape(a, b, in: "add")
        let sum = empty(a.shape, a.kind)
        let (aKind, bKind) = (a.computedKind, b.computedKind)
        compute { nj_add(a.address, aKind, b.address, bKind, 1, sum.address, a.count) }
        return sum
    }

    public func accumulate(_ x: Tensor, scale: Float, into target: Tensor) {
        ShapeChecks.floating(x, target, in: "accumulate")
        ShapeChecks.sameCount(x, target, in: "accumulate")
        let (kind, targetKind) = (x.computedKind, target.computedKind)
        compute {
            nj_add(
                target.address, targetKind, x.address, kind, scale, target.address, target.count)
        }
    }

    public func scale(_ x: Tensor, by factor: Float) {
        ShapeChecks.floating(x, in: "scale")
        let kind = x.computedKind
        compute { nj_scale(x.address, kind, factor, x.count) }
    }

    public func swiGLU(_ gateUp: Tensor) -> Tensor {
        let (rows, width) = ShapeChecks.swiGLU(gateUp)
        let kind = gateUp.computedKind
        let result = empty(gateUp.shape.replacingLast(width), gateUp.kind)
        compute { nj_swiglu(gateUp.address, result.address, kind, rows, width) }
        return result
    }

    public func swiGLUBackward(_ upstream: Tensor, gateUp: Tensor) -> Tensor {
        let (rows, width) = ShapeChecks.swiGLUBackward(upstream, gateUp)
        let kind = gateUp.computedKind
        let gradient = empty(gateUp.shape, gateUp.kind)
        compute {
            nj_swiglu_backward(
                upstream.address, gateUp.address, gradient.address, kind, rows, width)
        }
        return gradient
    }
}

extension Shape {
    fileprivate func replacingLast(_ extent: Int) -> Shape {
        Shape(dimensions.dropLast() + [extent])
    }
}
