import CKernels

extension CPUBackend {
    public func gather(_ table: Tensor, rows ids: Tensor) -> Tensor {
        let (tokens, vocabulary, width) = ShapeChecks.gather(table, rows: ids)
        checkIds(ids, below: vocabulary, in: "gather")
        let kind = table.computedKind
        let result = empty([tokens, width], table.kind)
        compute(bytes: 2 * result.byteCount) {
            nj_gather(table.address, kind, ids.integers, result.address, tokens, width)
        }
        return result
    }

    public func scatterAdd(_ upstream: Tensor, rows ids: Tensor, into tableGradient: Tensor) {
        let (tokens, vocabulary, width) = ShapeChecks.scatterAdd(
            upstream, rows: ids, into: tableGradient)
        checkIds(ids, below: vocabulary, in: "scatterAdd")
        let kind = upstream.computedKind
        compute(bytes: upstream.byteCount) {
            nj_scatter_add(
                upstream.address, kind, ids.integers, tableGradient.floats, tokens, width)
        }
    }

    /// Traps where an index would read or write beyond a table.
    func checkIds(_ ids: Tensor, below count: Int, in operation: String) {
        for index in 0..<ids.count {
            let id = ids.integers[index]
            ShapeChecks.require(
                id >= 0 && id < count,
                "\(operation) was given index \(id) at \(index), for a table of \(count) rows.")
        }
    }
}
