public import Tensors

/// Keys and values of the tokens seen so far, for a number of sequences (slots) at once.
///
/// Attention writes into it in place. What lies beyond a sequence's length is never read, so a
/// slot is reused, or cut back to n tokens, by simply going on from there.
public struct KeyValueCache: Sendable {
    /// Per layer `[slots, capacity, K · D]`, the capacity at least the cache's.
    public let keys: [Tensor]
    public let values: [Tensor]
    public let slotCount: Int
    /// Tokens a slot can hold.
    public let capacity: Int

    public init(
        layers: Int, slots: Int, capacity: Int, keyValueHeads: Int, headSize: Int,
        kind: ElementKind, on backend: any Backend
    ) {
        let caches = (0..<layers).map { _ in
            backend.emptyCache(
                slots: slots, capacity: capacity, keyValueHeads: keyValueHeads,
                headSize: headSize, kind: kind)
        }
        keys = caches.map(\.keys)
        values = caches.map(\.values)
        slotCount = slots
        self.capacity = capacity
    }
}
