import Tensors

/// The closed list of what a tape can record, each with what its gradient needs.
///
/// `Rules.swift` is the table from these to their gradients.
enum Operation {
    case parameter(slot: Int)
    case variable
    case add
    case linear(x: Tensor, weight: Tensor)
    case adaptedLinear(SavedAdaptedLinear)
    case scaled(by: Float)
    case bias
    case glu(gateUp: Tensor, Activation)
    case rmsNorm(SavedRMSNorm)
    case gather(ids: Tensor)
    case attention(SavedAttention)
    case linearCrossEntropy(hidden: Tensor?, head: Tensor?)
    case recompute(Recomputation)
    /// What a node becomes once its gradient has been passed on: its tensors are free.
    case spent

    var isLeaf: Bool {
        switch self {
        case .parameter, .variable: true
        default: false
        }
    }
}
