import Testing

@testable import Checkpoints

@Suite struct ContentHashTests {
    @Test func knownTextsHaveTheirPublishedHashes() {
        // As `xxhsum -H2` and `xxhsum -H3` print them for the same bytes.
        #expect(ContentHash(of: "").hex == "99aa06d3014798d86001c324468d497f")
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        #expect(ContentHash.xxh3(empty) == 0x2d06_8005_38d3_94c2)
    }

    @Test func anyCutOfTheBytesGivesTheHashOfTheWhole() {
        let bytes = noise(10_000, seed: 1)
        let whole = ContentHash(of: bytes)
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<20 {
            let hasher = ContentHasher()
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...700, using: &generator))
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

    @Test func aFileHashesLikeItsBytes() throws {
        let folder = try TemporaryFolder()
        let bytes = noise((2 << 20) + 17, seed: 3)
        try writeFile(folder / "file", bytes)
        #expect(try ContentHash(ofFile: folder / "file") == ContentHash(of: bytes))
        try writeFile(folder / "empty", "")
        #expect(try ContentHash(ofFile: folder / "empty") == ContentHash(of: ""))
    }

    @Test func blockHashesAreThoseOfEachMiB() {
        for count in [0, 1, 1 << 20, (1 << 20) + 1, (3 << 20) - 5] {
            let bytes = noise(count, seed: 4)
            let hasher = BlockHasher()
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = Array(rest.prefix(300_007))
                piece.withUnsafeBytes { hasher.update($0) }
                rest = rest.dropFirst(piece.count)
            }
            let (blocks, whole) = hasher.finish()
            let slow = stride(from: 0, to: count, by: 1 << 20).map { start in
                Array(bytes[start..<min(count, start + (1 << 20))])
                    .withUnsafeBytes { ContentHash.xxh3($0) }
            }
            #expect(blocks == slow)
            #expect(blocks.count == BlockHasher.blockCount(forByteCount: count))
            #expect(whole == ContentHash(of: bytes))
        }
    }
}
