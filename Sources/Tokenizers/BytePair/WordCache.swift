/// Remembers the ids of words too long for `ShortWordCache`: a direct-mapped table, one cache line
/// per word.
///
/// A slot is eight 64-bit words: three of key (up to 23 bytes, the length in the last), then a
/// count and up to nine ids. A new word evicts the one in its slot; what `encode` answers does not
/// depend on what is remembered.
struct WordCache {
    static let maximumLength = 23
    static let maximumIDs = 9
    private static let slotCount = 1 << 13

    private let slots: UnsafeMutablePointer<UInt64>

    init() {
        let count = Self.slotCount * 8
        slots = UnsafeMutableRawPointer.allocate(byteCount: count * 8, alignment: 64)
            .bindMemory(to: UInt64.self, capacity: count)
        slots.initialize(repeating: 0, count: count)
    }

    func deallocate() { UnsafeMutableRawPointer(slots).deallocate() }

    /// A word of 1 to 23 bytes, padded with zeros and closed by its length.
    struct Key {
        var first: UInt64
        var second: UInt64
        var third: UInt64

        /// `readable` is how many bytes may be read from `bytes`: at least `length`.
        @inline(__always)
        init(_ bytes: UnsafePointer<UInt8>, _ length: Int, readable: Int) {
            let raw = UnsafeRawPointer(bytes)
            let tag = UInt64(length) << 56
            if readable >= 24 {
                first = raw.loadUnaligned(as: UInt64.self)
                if length < 8 {
                    first &= (1 << UInt64(8 &* length)) &- 1
                    second = 0
                    third = tag
                } else if length < 16 {
                    second = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                    second &= (1 << UInt64(8 &* (length &- 8))) &- 1
                    third = tag
                } else {
                    second = raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                    third = raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
                    third = third & ((1 << UInt64(8 &* (length &- 16))) &- 1) | tag
                }
            } else {
                (first, second, third) = (0, 0, tag)
                for index in 0..<length {
                    let byte = UInt64(bytes[index]) << UInt64(8 * (index & 7))
                    switch index >> 3 {
                    case 0: first |= byte
                    case 1: second |= byte
                    default: third |= byte
                    }
                }
            }
        }
    }

    /// The slot that `key` belongs in.
    @inline(__always)
    func slot(_ key: Key) -> UnsafeMutablePointer<UInt64> {
        var hash = key.first &* 0x9E37_79B9_7F4A_7C15
        hash = (hash ^ (hash >> 29)) &+ key.second &* 0xC2B2_AE3D_27D4_EB4F
        hash ^= key.third &* 0x1656_67B1_9E37_79F9
        hash = hash &* 0x2545_F491_4F6C_DD1D
        return slots + Int(truncatingIfNeeded: hash >> 51) &* 8
    }

    /// Whether `slot` holds `key`.
    @inline(__always)
    func holds(_ slot: UnsafeMutablePointer<UInt64>, _ key: Key) -> Bool {
        slot[0] == key.first && slot[1] == key.second && slot[2] == key.third
    }

    /// Puts `count` ids under `key`.
    func store(
        _ slot: UnsafeMutablePointer<UInt64>, _ key: Key, _ ids: UnsafePointer<Int32>, _ count: Int
    ) {
        slot[0] = key.first
        slot[1] = key.second
        slot[2] = key.third
        let values = Self.values(slot)
        values[0] = Int32(count)
        for index in 0..<count { values[index + 1] = ids[index] }
    }

    /// The count of ids in `slot`, then the ids.
    @inline(__always)
    static func values(_ slot: UnsafeMutablePointer<UInt64>) -> UnsafeMutablePointer<Int32> {
        UnsafeMutableRawPointer(slot + 3).assumingMemoryBound(to: Int32.self)
    }
}
