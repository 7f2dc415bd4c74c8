public import Tensors

/// A tensor that remembers which operation of a tape made it.
///
/// Model code is written once over traced tensors; on a tape that does not record, the memory is
/// empty and the cost is that of the bare tensors.
public struct Traced {
    public let value: Tensor
    /// The place on the tape; nil for what no gradient reaches.
    let node: Int?

    /// A tensor that no gradient flows into.
    public static func constant(_ value: Tensor) -> Traced { Traced(value: value, node: nil) }
}
