import Naming
import Testing

@testable import Checkpoints

@Suite struct FileHashTests {
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
