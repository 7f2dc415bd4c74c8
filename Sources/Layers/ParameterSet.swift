public import Autograd
public import Tensors

/// All parameters of a model, numbered in the order in which the model uses them.
public struct ParameterSet {
    public let all: [Parameter]

    public init(_ parameters: [Parameter]) {
        all = parameters
        for (slot, parameter) in parameters.enumerated() { parameter.slot = slot }
    }

    /// The number of trainable numbers.
    public var count: Int { all.reduce(0) { $0 + $1.shape.count } }

    /// Buffers for every gradient.
    public func makeGradients() -> Gradients? {
        guard let first = all.first else { return nil }
        return Gradients(
            shapes: all.map(\.shape), kind: first.value.kind, on: first.value.backend)
    }

    /// Brings every working copy up to date.
    public func refresh() { for parameter in all { parameter.refresh() } }

    /// The name and shape of every public tensor, in the parameters' order.
    public var publicShapes: [(name: String, shape: Shape)] { all.flatMap(\.publicShapes) }

    /// Every public tensor, sorted by name as checkpoints list them.
    public var publicTensors: [(name: String, tensor: Tensor)] {
        all.flatMap(\.publicTensors).sorted { $0.name < $1.name }
    }
}
