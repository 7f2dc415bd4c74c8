public import Autograd
import Tensors

/// A linear map: `y = x · weightᵀ (+ bias)`, with low-rank adapters beside some of its outputs.
public struct Linear {
    /// `[out, in]`.
    public let weight: Parameter
    /// `[out]`, f32.
    public let bias: Parameter?
    /// What is learned beside the weight, which is frozen then.
    public var adapters: [LowRankAdapter] = []
    /// The weight in the backend's fastest arrangement, where inference has prepared one.
    var prepared: Tensor?

    public init(weight: Parameter, bias: Parameter? = nil) {
        self.weight = weight
        self.bias = bias
    }

    /// Its parameters, the weight first.
    public var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

    /// - Parameter x: `[N, in]`
    /// - Returns: `[N, out]`
    public func callAsFunction(_ x: Traced, on tape: Tape) -> Traced {
        let prepared = tape.isRecording ? nil : prepared
        let y: Traced
        if weight.isFrozen || !adapters.isEmpty {
            y = tape.linear(
                x, frozen: FrozenWeight(weight.working), prepared: prepared,
                branches: adapters.map { $0.branch(on: tape) })
        } else if let prepared {
            y = tape.linear(x, .constant(prepared))
        } else {
            y = tape.linear(x, weight.traced(on: tape))
        }
        return bias.map { tape.bias(y, $0.traced(on: tape)) } ?? y
    }

    /// Arranges the weight for many products; later changes of the weight are not seen.
    public mutating func prepareForInference(_ weights: InferenceWeights = .full) {
        prepared = weight.prepared(weights)
    }

    /// Brings what adapters know of the weight's lengths up to date.
    public func refreshNorms() {
        guard adapters.contains(where: { $0.magnitude != nil }) else { return }
        let master = adapters[0].up.value.kind
        let whole = FrozenWeight(weight.isFrozen ? weight.working : weight.value)
            .unfolded(to: master)
        for adapter in adapters { adapter.refreshNorms(beside: whole) }
    }
}
