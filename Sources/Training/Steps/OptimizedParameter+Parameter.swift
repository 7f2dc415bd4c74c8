import Layers
import Optimizers
import Tensors

extension OptimizedParameter {
    /// A parameter of a model with its gradient.
    init(_ parameter: Parameter, gradient: Tensor, rateFactor: Double = 1) {
        self.init(
            name: parameter.name, value: parameter.value, gradient: gradient,
            decays: !parameter.role.isVector,
            hiddenRows: parameter.role == .matrix ? parameter.parts.map(\.rows) : [],
            rateFactor: rateFactor)
    }
}
