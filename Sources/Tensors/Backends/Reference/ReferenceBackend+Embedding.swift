extension ReferenceBackend {
    public func gather(_ table: Tensor, rows ids: Tensor) -> Tensor {
        let (tokens, vocabulary, width) = ShapeChecks.gather(table, rows: ids)
        let entries = values(of: table)
        var result: [Double] = []
        for id in integers(of: ids) {
            check(id, vocabulary)
            result += entries[id * width..<(id + 1) * width]
        }
        return tensor(result, [tokens, width], table.kind)
    }

    public func scatterAdd(_ upstream: Tensor, rows ids: Tensor, into tableGradient: Tensor) {
        let (_, vocabulary, width) = ShapeChecks.scatterAdd(
            upstream, rows: ids, into: tableGradient)
        let above = values(of: upstream)
        var gradient = values(of: tableGradient)
        for (row, id) in integers(of: ids).enumerated() {
            check(id, vocabulary)
            for column in 0..<width {
                gradient[id * width + column] += above[row * width + column]
            }
        }
        store(gradient, in: tableGradient)
    }

    private func check(_ id: Int, _ vocabulary: Int) {
        ShapeChecks.require(
            id >= 0 && id < vocabulary, "Id \(id) lies outside a table of \(vocabulary) rows.")
    }
}
