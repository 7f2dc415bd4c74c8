/// Finds the numbers of records by a hash of theirs, in eight bytes a record and a little air.
///
/// Open addressing in 64 parts that grow one by one by a quarter, so that growing never needs twice
/// the memory. A slot holds 32 bits of the hash and the record's number: what is found is a
/// candidate, to be compared with the record itself.
struct CompactIndex {
    fileprivate var parts: [Part]

    fileprivate struct Part {
        /// The hash's low half above the number plus one; 0 is free.
        var slots: [UInt64]
        var count = 0
    }

    /// Entries of one hash that are looked at, so that no hash that many share makes each look long.
    static let mostCandidates = 32

    init() {
        parts = Array(repeating: Part(slots: Array(repeating: 0, count: 64)), count: 64)
    }

    /// Bytes held.
    var byteCount: Int { parts.reduce(0) { $0 + $1.slots.count * 8 } }

    /// Hands on the numbers under a hash, oldest first, until `body` says that it has seen enough.
    func forEachCandidate(of hash: UInt64, _ body: (Int) throws -> Bool) rethrows {
        try parts[Int(hash >> 58)].slots.withUnsafeBufferPointer { slots in
            var index = Self.home(hash, slots.count)
            var seen = 0
            while slots[index] != 0 {
                if slots[index] >> 32 == hash & 0xffff_ffff {
                    if try !body(Int(slots[index] & 0xffff_ffff) - 1) { return }
                    seen += 1
                    if seen == Self.mostCandidates { return }
                }
                index += 1
                if index == slots.count { index = 0 }
            }
        }
    }

    /// Adds a record under a hash, unless as many as are ever looked at are there already.
    mutating func insert(_ number: Int, under hash: UInt64) {
        let part = Int(hash >> 58)
        if parts[part].count * 20 >= parts[part].slots.count * 17 { grow(part) }
        let entry = (hash & 0xffff_ffff) << 32 | UInt64(number + 1)
        if parts[part].put(entry) { parts[part].count += 1 }
    }

    private mutating func grow(_ part: Int) {
        let old = parts[part].slots
        parts[part].slots = Array(repeating: 0, count: old.count + old.count / 4 + 16)
        // From a free slot on, so that equal hashes stay in the order of their numbers.
        let start = old.firstIndex(of: 0) ?? 0
        for entry in old[start...] + old[..<start] where entry != 0 { _ = parts[part].put(entry) }
    }

    /// Where a hash's entries begin: its low half is what an entry keeps, so that a table can grow
    /// from its own entries.
    fileprivate static func home(_ hash: UInt64, _ count: Int) -> Int {
        Int(((hash & 0xffff_ffff) &* UInt64(count)) >> 32)
    }
}

extension CompactIndex.Part {
    mutating func put(_ entry: UInt64) -> Bool {
        slots.withUnsafeMutableBufferPointer { slots in
            var index = CompactIndex.home(entry >> 32, slots.count)
            var same = 0
            while slots[index] != 0 {
                if slots[index] >> 32 == entry >> 32 {
                    same += 1
                    if same == CompactIndex.mostCandidates { return false }
                }
                index += 1
                if index == slots.count { index = 0 }
            }
            slots[index] = entry
            return true
        }
    }
}
