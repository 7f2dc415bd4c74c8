import CXXHash

/// Numbers distinct byte strings 0, 1, 2, ... in order of insertion, by open addressing.
///
/// Strings compare byte for byte. `Dictionary<String, _>` would not do: Swift strings are equal
/// when canonically equivalent, and a vocabulary may hold both forms of one character.
struct ByteStringTable: Sendable {
    private var bytes: [UInt8] = []
    /// String `i` is `bytes[ends[i] ..< ends[i + 1]]`.
    private var ends: [Int] = [0]
    private var hashes: [UInt64] = []
    /// Index + 1, or 0 where free; the length is a power of two, at least twice the count.
    private var slots: [Int32]

    init(minimumCapacity: Int = 8) {
        var size = 16
        while size < minimumCapacity * 2 { size *= 2 }
        slots = Array(repeating: 0, count: size)
    }

    /// The number of strings.
    var count: Int { hashes.count }

    /// String `index`.
    subscript(index: Int) -> ArraySlice<UInt8> { bytes[ends[index]..<ends[index + 1]] }

    /// The index of `key`, or nil.
    func find(_ key: UnsafeBufferPointer<UInt8>) -> Int? {
        let slot = probe(key, Self.hash(key))
        return slots[slot] == 0 ? nil : Int(slots[slot]) - 1
    }

    /// The index of `key`, or nil.
    func find(_ key: some Collection<UInt8>) -> Int? {
        key.withContiguousStorageIfAvailable { find($0) }
            ?? Array(key).withUnsafeBufferPointer { find($0) }
    }

    /// The index of `key`, added where it is new.
    mutating func insert(_ key: UnsafeBufferPointer<UInt8>) -> (index: Int, isNew: Bool) {
        let hash = Self.hash(key)
        var slot = probe(key, hash)
        if slots[slot] != 0 { return (Int(slots[slot]) - 1, false) }
        if (count + 1) * 2 > slots.count {
            grow()
            slot = probe(key, hash)
        }
        bytes.append(contentsOf: key)
        ends.append(bytes.count)
        hashes.append(hash)
        slots[slot] = Int32(count)
        return (count - 1, true)
    }

    /// The index of `key`, added where it is new.
    mutating func insert(_ key: [UInt8]) -> (index: Int, isNew: Bool) {
        key.withUnsafeBufferPointer { insert($0) }
    }

    private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt64 {
        XXH3_64bits(key.baseAddress, key.count)
    }

    private func probe(_ key: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != 0 {
            let index = Int(slots[slot]) - 1
            if hashes[index] == hash, self[index].elementsEqual(key) { break }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        let mask = slots.count - 1
        for (index, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(index + 1)
        }
    }
}
