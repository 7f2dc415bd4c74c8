public import Autograd
public import Tensors

/// The table of token vectors.
public struct Embedding {
    /// `[V, C]`.
    public let table: Parameter

    public init(table: Parameter) { self.table = table }

    /// - Parameter ids: `[N]`, i32, each below V.
    /// - Returns: `[N, C]`
    public func callAsFunction(_ ids: Tensor, on tape: Tape) -> Traced {
        tape.gather(table.traced(on: tape), rows: ids)
    }
}
