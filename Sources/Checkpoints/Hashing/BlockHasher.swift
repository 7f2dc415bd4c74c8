import Naming
import CXXHash

/// Hashes a file while it is written: a 64-bit XXH3 for each MiB, and 128 bits for the whole.
final class BlockHasher {
    /// The bytes that one hash covers; the last block of a file may be shorter.
    static let blockByteCount = 1 << 20

    private(set) var finishedBlocks: [UInt64] = []
    private(set) var byteCount = 0
    private let whole = ContentHasher()
    private let block: OpaquePointer
    private var blockFill = 0

    init() {
        guard let block = XXH3_createState() else {
            preconditionFailure("no memory for a hash state of a few hundred bytes")
        }
        self.block = block
        XXH3_64bits_reset(block)
    }

    deinit { XXH3_freeState(block) }

    func update(_ bytes: UnsafeRawBufferPointer) {
        whole.update(bytes)
        byteCount += bytes.count
        var rest = bytes
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(
                rebasing: rest.prefix(Self.blockByteCount - blockFill))
            XXH3_64bits_update(block, part.baseAddress, part.count)
            blockFill += part.count
            if blockFill == Self.blockByteCount { closeBlock() }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(part.count))
        }
    }

    /// What the manifest records of the file.
    func finish() -> (blocks: [UInt64], whole: ContentHash) {
        if blockFill > 0 { closeBlock() }
        return (finishedBlocks, whole.finish())
    }

    private func closeBlock() {
        finishedBlocks.append(XXH3_64bits_digest(block))
        XXH3_64bits_reset(block)
        blockFill = 0
    }

    /// How many hashes a file of `byteCount` bytes carries.
    static func blockCount(forByteCount byteCount: Int) -> Int {
        byteCount / blockByteCount + (byteCount % blockByteCount == 0 ? 0 : 1)
    }
}
