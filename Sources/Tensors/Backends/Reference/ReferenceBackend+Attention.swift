extension ReferenceBackend {
    public func attention(
        _ qkv: Tensor, turning rotation: Rotation?, starts: Tensor, _ geometry: AttentionGeometry
    ) -> (out: Tensor, logSumExp: Tensor) {
        let tokens = ShapeChecks.attention(qkv, starts: starts, geometry)
        if let rotation { ShapeChecks.rotation(rotation, of: qkv, geometry) }
        rotation?.turn(qkv)
        let fused = FusedHeads(values(of: qkv), geometry)
        let seen = visibleTokens(starts, geometry)
        var out: [Double] = []
        var logSumExp: [Double] = []
        for token in 0..<tokens {
            for head in 0..<geometry.heads {
                let row = fused.attend(token: token, head: head, over: seen[token])
                out += row.out
                logSumExp.append(row.logSumExp)
            }
        }
        return (
            tensor(out, [tokens, geometry.heads * geometry.headSize], qkv.kind),
            tensor(
                logSumExp, [tokens, geometry.heads],
                ShapeChecks.accumulationKind(beside: qkv.kind))
        )
    }

    /// Computes the softmax anew from `qkv`, so neither `out` nor `logSumExp` is read.
    ///
    /// With `p` the probabilities and `u` upstream: `dv = p · u`, `dp = u · v`,
    /// `ds = p · (dp - Σ p · dp)`, times the slope of a soft cap; `dq = scale · ds · k`,
    /// `dk = scale · ds · q`.
    public func attentionBackward(
        _ upstream: Tensor, qkv: Tensor, turned rotation: Rotation?, out: Tensor,
        logSumExp: Tensor, starts: Tensor, _ geometry: AttentionGeometry
    ) -> Tensor {
        let tokens = ShapeChecks.attentionBackward(
            upstream, qkv: qkv, out: out, logSumExp: logSumExp, starts: starts, geometry)
        let fused = FusedHeads(values(of: qkv), geometry)
        let seen = visibleTokens(starts, geometry)
        let above = values(of: upstream)
        let (size, scale) = (geometry.headSize, Double(geometry.scale))
        var gradient = [Double](repeating: 0, count: qkv.count)
        for token in 0..<tokens {
            for head in 0..<geometry.heads {
                let row = fused.attend(token: token, head: head, over: seen[token])
                let first = (token * geometry.heads + head) * size
                let flow = above[first..<first + size]
                let ofProbabilities = seen[token].map { flow.dot(fused.value($0, head)) }
                let mean = row.probabilities[...].dot(ofProbabilities[...])
                let query = fused.queryRange(token, head)
                for (place, other) in seen[token].enumerated() {
                    let probability = row.probabilities[place]
                    let ofScore =
                        probability * (ofProbabilities[place] - mean) * row.slopes[place] * scale
                    let key = fused.keyRange(other, head)
                    let value = fused.valueRange(other, head)
                    for column in 0..<size {
                        let (q, k, v) = (
                            query.lowerBound + column, key.lowerBound + column,
                            value.lowerBound + column
                        )
                        gradient[q] += ofScore * fused.numbers[k]
                        gradient[k] += ofScore * fused.numbers[q]
                        gradient[v] += probability * above[first + column]
                    }
                }
            }
        }
        let result = tensor(gradient, qkv.shape, qkv.kind)
        rotation?.turn(result, inverse: true)
        return result
    }

    /// For each token, the tokens that it sees, as indices into N.
    private func visibleTokens(_ starts: Tensor, _ geometry: AttentionGeometry) -> [Range<Int>] {
        integers(of: starts).enumerated().map { token, start in
            let (row, time) = token.quotientAndRemainder(dividingBy: geometry.time)
            ShapeChecks.require(
                start >= 0 && start <= time,
                "Token \(time) of a row cannot begin to see at \(start).")
            return row * geometry.time + start..<token + 1
        }
    }
}

/// Queries, keys and values side by side, `[N, (H + 2K) · D]`, cut into heads.
private struct FusedHeads {
    let numbers: [Double]
    let geometry: AttentionGeometry

    init(_ numbers: [Double], _ geometry: AttentionGeometry) {
        self.numbers = numbers
        self.geometry = geometry
    }

    func attend(token: Int, head: Int, over seen: Range<Int>) -> AttentionRow {
        AttentionRow(
            query: numbers[queryRange(token, head)], count: seen.count,
            geometry,
            key: { numbers[keyRange(seen.lowerBound + $0, head)] },
            value: { value(seen.lowerBound + $0, head) })
    }

    func value(_ token: Int, _ head: Int) -> ArraySlice<Double> { numbers[valueRange(token, head)] }

    func queryRange(_ token: Int, _ head: Int) -> Range<Int> { range(token, head) }

    func keyRange(_ token: Int, _ head: Int) -> Range<Int> {
        range(token, geometry.heads + head / groupSize)
    }

    func valueRange(_ token: Int, _ head: Int) -> Range<Int> {
        range(token, geometry.heads + geometry.keyValueHeads + head / groupSize)
    }

    /// How many query heads share a key head.
    private var groupSize: Int { geometry.heads / geometry.keyValueHeads }

    private func range(_ token: Int, _ place: Int) -> Range<Int> {
        let first = token * geometry.fusedWidth + place * geometry.headSize
        return first..<first + geometry.headSize
    }
}
