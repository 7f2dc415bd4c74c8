extension ReferenceBackend {
    public func cachedAttention(
        _ qkv: Tensor, keys: Tensor, values: Tensor, slots: [Int32], positions: [Int32],
        _ geometry: AttentionGeometry
    ) -> Tensor {
        let (tokens, _, capacity) = ShapeChecks.cachedAttention(
            qkv, keys: keys, values: values, slots: slots, positions: positions, geometry)
        let size = geometry.headSize
        let queryWidth = geometry.heads * size
        let cacheWidth = geometry.keyValueHeads * size
        let input = self.values(of: qkv)
        var cachedKeys = self.values(of: keys)
        var cachedValues = self.values(of: values)

        for token in 0..<tokens {
            let place = (Int(slots[token]) * capacity + Int(positions[token])) * cacheWidth
            let firstKey = token * geometry.fusedWidth + queryWidth
            for column in 0..<cacheWidth {
                cachedKeys[place + column] = input[firstKey + column]
                cachedValues[place + column] = input[firstKey + cacheWidth + column]
            }
        }
        store(cachedKeys, in: keys)
        store(cachedValues, in: values)

        var out: [Double] = []
        for token in 0..<tokens {
            for head in 0..<geometry.heads {
                let firstQuery = token * geometry.fusedWidth + head * size
                let keyHead = head / (geometry.heads / geometry.keyValueHeads)
                let range = { (position: Int) -> Range<Int> in
                    let row = Int(slots[token]) * capacity + position
                    let first = row * cacheWidth + keyHead * size
                    return first..<first + size
                }
                let position = Int(positions[token])
                let first = max(0, position + 1 - (geometry.window ?? position + 1))
                out +=
                    AttentionRow(
                        query: input[firstQuery..<firstQuery + size],
                        count: position + 1 - first, geometry,
                        key: { cachedKeys[range(first + $0)] },
                        value: { cachedValues[range(first + $0)] }
                    ).out
            }
        }
        return tensor(out, [tokens, queryWidth], qkv.kind)
    }

    /// Plain rows: loops read every arrangement equally slowly.
    public func emptyCache(
        slots: Int, capacity: Int, keyValueHeads: Int, headSize: Int, kind: ElementKind
    ) -> (keys: Tensor, values: Tensor) {
        let shape: Shape = [slots, capacity, keyValueHeads * headSize]
        return (empty(shape, kind), empty(shape, kind))
    }
}
