public import Tensors

extension Tape {
    /// Rows of `table [V, C]` by `ids [N]`: `[N, C]`.
    public func gather(_ table: Traced, rows ids: Tensor) -> Traced {
        record(
            .gather(ids: ids), inputs: [table],
            output: table.value.backend.gather(table.value, rows: ids))
    }
}
