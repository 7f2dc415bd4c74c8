import CKernels

extension CPUBackend {
    public func cachedAttention(
        _ qkv: Tensor, keys: Tensor, values: Tensor, slots: [Int32], positions: [Int32],
        _ geometry: AttentionGeometry
    ) -> Tensor {
        let tokens = ShapeChecks.cachedAttention(
            qkv, keys: keys, values: values, slots: slots, positions: positions, geometry
        ).tokens
        let out = empty([tokens, geometry.heads * geometry.headSize], qkv.kind)
        withCall(keys, values, slots, positions, geometry) { call in
            call.qkv = UnsafeRawPointer(qkv.address)
            call.out = out.address
            call.kind = qkv.computedKind
            nj_cached_attention(&call)
        }
        return out
    }

    public func cachedAttentionFollows(
        keys: Tensor, values: Tensor, slots: [Int32], positions: [Int32],
        _ geometry: AttentionGeometry
    ) {
        withCall(keys, values, slots, positions, geometry) { nj_cached_attention_follows(&$0) }
    }

    private func withCall(
        _ keys: Tensor, _ values: Tensor, _ slots: [Int32], _ positions: [Int32],
        _ geometry: AttentionGeometry, _ body: (inout nj_cached_attention_call) -> Void
    ) {
        var call = nj_cached_attention_call()
        call.keys = keys.address
        call.values = values.address
        (call.kind, call.cache_kind) = (keys.computedKind, keys.computedKind)
        call.by_head = keys.layout == .cache ? 1 : 0
        (call.tokens, call.capacity) = (slots.count, keys.shape[1])
        (call.heads, call.key_value_heads) = (geometry.heads, geometry.keyValueHeads)
        (call.head_size, call.scale) = (geometry.headSize, geometry.scale)
        (call.window, call.soft_cap) = (geometry.window ?? 0, geometry.softCap ?? 0)
        slots.withUnsafeBufferPointer { slots in
            positions.withUnsafeBufferPointer { positions in
                call.slots = slots.baseAddress
                call.positions = positions.baseAddress
                compute { body(&call) }
            }
        }
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
