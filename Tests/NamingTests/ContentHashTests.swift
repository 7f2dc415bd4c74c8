import Naming
import Testing

@Suite struct ContentHashTests {
    @Test func knownTextsHaveTheirPublishedHashes() {
        // As `xxhsum -H2` and `xxhsum -H3` print them for the same bytes.
        #expect(ContentHash(of: "").hex == "99aa06d3014798d86001c324468d497f")
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(ContentHash.xxh3(empty) == 0x2d06_8005_38d3_94c2)
    }

    @Test func anyCutOfTheBytesGivesTheHashOfTheWhole() {
        let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 197 >> 3) }
        let whole = ContentHash(of: bytes)
        for size in [1, 7, 64, 333, 700, 20_000] {
            let hasher = ContentHasher()
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(size)
                hasher.update(Array(piece))
                rest = rest.dropFirst(piece.count)
            }
            #expect(hasher.finish() == whole)
        }
    }

    @Test func hexadecimalReadsBackAndNothingElseIsAHash() {
        let hash = ContentHash(of: "nightjar")
        #expect(ContentHash(hex: hash.hex) == hash)
        #expect(ContentHash(hex: ContentHash(high: 0, low: 1).hex)?.low == 1)
        #expect(ContentHash(hex: "") == nil)
        #expect(ContentHash(hex: String(hash.hex.dropLast())) == nil)
        #expect(ContentHash(hex: hash.hex.uppercased() + "") == nil)
        #expect(ContentHash(hex: String(repeating: "g", count: 32)) == nil)
    }
}
