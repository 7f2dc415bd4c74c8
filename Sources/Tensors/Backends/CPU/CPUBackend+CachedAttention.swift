import CKernels

extension CPUBackend {
    public func cachedAttention(
        _ qkv: Tensor, keys: Tensor, values: Tensor, slots: [Int32], positions: [Int32],
        _ geometry: AttentionGeometry
    ) -> Tensor {
        let (tokens, _, capacity) = ShapeChecks.cachedAttention(
            qkv, keys: keys, values: values, slots: slots, positions: positions, geometry)
        let out = empty([tokens, geometry.heads * geometry.headSize], qkv.kind)
        var call = nj_cached_attention_call()
        call.qkv = UnsafeRawPointer(qkv.address)
        call.out = out.address
        call.keys = keys.address
        call.values = values.address
        (call.kind, call.cache_kind) = (qkv.computedKind, keys.computedKind)
        call.by_head = keys.layout == .cache ? 1 : 0
        (call.tokens, call.capacity) = (tokens, capacity)
        (call.heads, call.key_value_heads) = (geometry.heads, geometry.keyValueHeads)
        (call.head_size, call.scale) = (geometry.headSize, geometry.scale)
        (call.window, call.soft_cap) = (geometry.window ?? 0, geometry.softCap ?? 0)
        slots.withUnsafeBufferPointer { slots in
            positions.withUnsafeBufferPointer { positions in
                call.slots = slots.baseAddress
                call.positions = positions.baseAddress
                compute { nj_cached_attention(&call) }
            }
        }
        return out
    }

    /// Keys turned in blocks of 64 positions, values in rows, both head by head: see
    /// `nj_cached_attention_call`.
    public func emptyCache(
        slots: Int, capacity: Int, keyValueHeads: Int, headSize: Int, kind: ElementKind
    ) -> (keys: Tensor, values: Tensor) {
        let capacity = (capacity + 63) / 64 * 64
        let shape: Shape = [slots, capacity, keyValueHeads * headSize]
        let rows = slots * capacity * keyValueHeads
        func tensor(columns: Int) -> Tensor {
            Tensor(
                shape: shape, kind: kind, layout: .cache, backend: self,
                storage: pool.storage(byteCount: rows * columns * kind.byteCount))
        }
        return (tensor(columns: headSize), tensor(columns: (headSize + 15) / 16 * 16))
    }
}
