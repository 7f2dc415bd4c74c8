import CKernels

extension CPUBackend {
    public func sumOfSquares(_ x: Tensor) -> Double {
        ShapeChecks.floating(x, in: "sumOfSquares")
        let kind = x.computedKind
        return compute(bytes: x.byteCount) { nj_sum_of_squares(x.address, kind, x.count) }
    }

    public func adamW(
        parameter: Tensor, gradient: Tensor, firstMoment: Tensor, secondMoment: Tensor,
        _ step: AdamWStep
    ) {
        ShapeChecks.optimizerStep(parameter, gradient, firstMoment, secondMoment, in: "adamW")
        requireFloat32(parameter, in: "adamW")
        var numbers = nj_adamw_step(
            learning_rate: Float(step.learningRate), beta1: Float(step.beta1),
            rest1: Float(1 - step.beta1), beta2: Float(step.beta2), rest2: Float(1 - step.beta2),
            epsilon: Float(step.epsilon), weight_decay: Float(step.weightDecay),
            correction1: Float(step.correction1), correction2: Float(step.correction2),
            gradient_scale: Float(step.gradientScale))
        let moved = [parameter, firstMoment, secondMoment]
        compute(bytes: gradient.byteCount + 2 * moved.byteCount) {
            nj_adamw(
                parameter.floats, gradient.floats, firstMoment.floats, secondMoment.floats,
                parameter.count, &numbers)
        }
    }

    public func sgd(parameter: Tensor, gradient: Tensor, momentum: Tensor?, _ step: SGDStep) {
        ShapeChecks.optimizerStep(parameter, gradient, momentum, in: "sgd")
        requireFloat32(parameter, in: "sgd")
        var numbers = nj_sgd_step(
            learning_rate: step.learningRate, momentum: step.momentum,
            weight_decay: step.weightDecay, gradient_scale: step.gradientScale,
            nesterov: step.nesterov ? 1 : 0, is_first: step.isFirst ? 1 : 0)
        let moved = [parameter] + (momentum.map { [$0] } ?? [])
        compute(bytes: gradient.byteCount + 2 * moved.byteCount) {
            nj_sgd(
                parameter.floats, gradient.floats, momentum?.floats, parameter.count, &numbers)
        }
    }

    private func requireFloat32(_ parameter: Tensor, in operation: String) {
        ShapeChecks.require(
            parameter.kind == .f32, "\(operation) updates f32 on the CPU, not \(parameter.kind).")
    }
}
