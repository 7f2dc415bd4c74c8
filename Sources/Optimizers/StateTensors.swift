import Tensors

/// The state tensors of an optimizer, by parameter and kind.
struct StateTensors {
    /// Kinds of state a parameter has, in the spelling of `torch.optim`, such as `exp_avg`.
    let kinds: [String]
    private(set) var byName: [String: [Tensor]] = [:]

    init(kinds: [String]) { self.kinds = kinds }

    /// The state of a parameter; zeros when it is first asked for.
    mutating func tensors(for parameter: OptimizedParameter) -> [Tensor] {
        if let tensors = byName[parameter.name] { return tensors }
        let tensors = kinds.map { _ in
            let tensor = parameter.value.backend.empty(
                parameter.value.shape, parameter.value.kind)
            tensor.backend.fill(tensor, with: 0)
            return tensor
        }
        byName[parameter.name] = tensors
        return tensors
    }

    var named: [(name: String, tensor: Tensor)] {
        byName.flatMap { name, tensors in
            zip(kinds, tensors).map { ("\(name).\($0)", $1) }
        }.sorted { $0.0 < $1.0 }
    }

    func layout(for parameters: [OptimizedParameter]) -> [(name: String, shape: Shape)] {
        parameters.flatMap { parameter in
            kinds.map { ("\(parameter.name).\($0)", parameter.value.shape) }
        }.sorted { $0.0 < $1.0 }
    }

    mutating func restore(
        for parameters: [OptimizedParameter],
        read: (_ name: String, _ into: Tensor) throws -> Void
    ) throws {
        for parameter in parameters {
            for (kind, tensor) in zip(kinds, tensors(for: parameter)) {
                try read("\(parameter.name).\(kind)", tensor)
            }
        }
    }
}
