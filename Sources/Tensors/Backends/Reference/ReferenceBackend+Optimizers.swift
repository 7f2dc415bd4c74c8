extension ReferenceBackend {
    public func sumOfSquares(_ x: Tensor) -> Double {
        ShapeChecks.floating(x, in: "sumOfSquares")
        return values(of: x).reduce(0) { $0 + $1 * $1 }
    }

    public func adamW(
        parameter: Tensor, gradient: Tensor, firstMoment: Tensor, secondMoment: Tensor,
        _ step: AdamWStep
    ) {
        ShapeChecks.optimizerStep(
            parameter, gradient, firstMoment, secondMoment, in: "adamW")
        let (beta1, beta2) = (step.beta1, step.beta2)
        let raw = values(of: gradient)
        var parameters = values(of: parameter)
        var means = values(of: firstMoment)
        var squares = values(of: secondMoment)
        for index in parameters.indices {
            let g = raw[index] * step.gradientScale
            means[index] = beta1 * means[index] + (1 - beta1) * g
            squares[index] = beta2 * squares[index] + (1 - beta2) * g * g
            parameters[index] -= step.learningRate * step.weightDecay * parameters[index]
            let mean = means[index] / step.correction1
            let deviation = (squares[index] / step.correction2).squareRoot()
            parameters[index] -= step.learningRate * mean / (deviation + step.epsilon)
        }
        store(means, in: firstMoment)
        store(squares, in: secondMoment)
        store(parameters, in: parameter)
    }

    public func sgd(parameter: Tensor, gradient: Tensor, momentum: Tensor?, _ step: SGDStep) {
        ShapeChecks.optimizerStep(parameter, gradient, momentum, in: "sgd")
        let raw = values(of: gradient)
        var parameters = values(of: parameter)
        var velocities = momentum.map { values(of: $0) }
        for index in parameters.indices {
            var g = raw[index] * Double(step.gradientScale)
            g += Double(step.weightDecay) * parameters[index]
            if let velocity = velocities?[index] {
                let next = step.isFirst ? g : Double(step.momentum) * velocity + g
                velocities?[index] = next
                g = step.nesterov ? g + Double(step.momentum) * next : next
            }
            parameters[index] -= Double(step.learningRate) * g
        }
        if let momentum, let velocities { store(velocities, in: momentum) }
        store(parameters, in: parameter)
    }
}
