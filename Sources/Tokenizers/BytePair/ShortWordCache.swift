/// Remembers the ids of words of up to 15 bytes and 4 ids: half a cache line a word.
///
/// Most words of a text are such. Their 16 bytes are the key as they are, two words share a cache
/// line, and the ids leave in one 16-byte store. A slot is four
/// 64-bit words: 15 bytes, zeros after the word, a byte of length (low half) and count of ids (high
/// half), then four ids. Of the two words of a line the second is evicted by a new one; a hit there
/// changes their places. What `encode` answers does not depend on what is remembered.
struct ShortWordCache {
    static let maximumLength = 15
    static let maximumIDs = 4
    /// Lines of 64 bytes: 2 MiB.
    private static let lineBits = 15
    /// The bits of the count in the second word of a slot.
    private static let countMask: UInt64 = 0xF0 << 56

    private let slots: UnsafeMutablePointer<UInt64>

    init() {
        let count = 8 << Self.lineBits
        slots = UnsafeMutableRawPointer.allocate(byteCount: count * 8, alignment: 64)
            .bindMemory(to: UInt64.self, capacity: count)
        slots.initialize(repeating: 0, count: count)
    }

    func deallocate() { UnsafeMutableRawPointer(slots).deallocate() }

    /// A word of 1 to 15 bytes, padded with zeros and closed by its length.
    struct Key {
        var first: UInt64
        var second: UInt64

        /// The first `length` of the 16 bytes in two words.
        @inline(__always)
        init(_ first: UInt64, _ second: UInt64, _ length: Int) {
            let bits = UInt64(truncatingIfNeeded: length &* 8)
            // Of each pair of shifts one is past the width, which Swift's `<<` turns to zero.
            let mask: UInt64 = ~0
            self.first = first & ~(mask << bits)
            self.second =
                second & ~(mask << (bits < 64 ? 0 : bits &- 64))
                | UInt64(truncatingIfNeeded: length) &<< 56
        }

        /// `readable` is how many bytes may be read from `bytes`: at least `length`.
        @inline(__always)
        init(_ bytes: UnsafePointer<UInt8>, _ length: Int, readable: Int) {
            var (first, second) = (UInt64(0), UInt64(0))
            if readable >= 16 {
                let raw = UnsafeRawPointer(bytes)
                first = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))
                second = UInt64(
                    littleEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            } else {
                for index in 0..<length {
                    let byte = UInt64(bytes[index]) &<< UInt64(8 &* (index & 7))
                    if index < 8 { first |= byte } else { second |= byte }
                }
            }
            self.init(first, second, length)
        }
    }

    /// Writes the ids of `key` to `out`, which has room for four, and returns how many; 0 where
    /// the word is not remembered.
    @inline(__always)
    func ids(of key: Key, to out: UnsafeMutablePointer<Int32>) -> Int {
        let line = line(of: key)
        if line[0] == key.first, (line[1] ^ key.second) & ~Self.countMask == 0 {
            return Self.copy(line, out)
        }
        if line[4] == key.first, (line[5] ^ key.second) & ~Self.countMask == 0 {
            for index in 0..<4 {
                let word = line[index]
                line[index] = line[index &+ 4]
                line[index &+ 4] = word
            }
            return Self.copy(line, out)
        }
        return 0
    }

    /// Remembers `count` ids, 1 to 4, for a word that is not remembered.
    func store(_ key: Key, _ ids: UnsafePointer<Int32>, _ count: Int) {
        let line = line(of: key)
        let slot = line[1] == 0 ? line : line + 4
        slot[0] = key.first
        slot[1] = key.second | UInt64(count) << 60
        func id(_ index: Int) -> UInt64 {
            index < count ? UInt64(UInt32(bitPattern: ids[index])) : 0
        }
        slot[2] = id(0) | id(1) << 32
        slot[3] = id(2) | id(3) << 32
    }

    @inline(__always)
    private static func copy(
        _ slot: UnsafeMutablePointer<UInt64>, _ out: UnsafeMutablePointer<Int32>
    ) -> Int {
        let raw = UnsafeMutableRawPointer(out)
        raw.storeBytes(of: slot[2].littleEndian, as: UInt64.self)
        raw.storeBytes(of: slot[3].littleEndian, toByteOffset: 8, as: UInt64.self)
        return Int(truncatingIfNeeded: slot[1] &>> 60)
    }

    @inline(__always)
    private func line(of key: Key) -> UnsafeMutablePointer<UInt64> {
        let product = (key.first ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(
            by: key.second ^ 0xC2B2_AE3D_27D4_EB4F)
        let hash = product.high ^ product.low
        return slots + Int(truncatingIfNeeded: hash &>> UInt64(64 - Self.lineBits)) &* 8
    }
}
