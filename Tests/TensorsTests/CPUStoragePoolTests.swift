import Testing

@testable import Tensors

@Suite struct CPUStoragePoolTests {
    @Test func blocksAreAlignedAndHoldWhatWasAskedFor() {
        let pool = StoragePool()
        for byteCount in [0, 1, 63, 64, 65, 1000, 4097, 1 << 20, (2 << 20) + 1, 5 << 20] {
            let storage = pool.storage(byteCount: byteCount)
            #expect(UInt(bitPattern: storage.address) % 64 == 0)
            #expect(storage.byteCount == byteCount)
            storage.address.initializeMemory(as: UInt8.self, repeating: 7, count: byteCount)
        }
    }

    @Test func classesWasteAtMostAnEighth() {
        for byteCount in 1...20_000 {
            let size = StoragePool.blockSize(for: byteCount)
            #expect(size >= byteCount && size % 64 == 0)
            #expect(size - byteCount <= max(63, byteCount / 8), "\(byteCount)")
            #expect(StoragePool.blockSize(for: size) == size)
        }
    }

    @Test func aSteadyLoopAsksTheSystemForNothing() {
        let pool = StoragePool()
        func step() {
            let kept = (1...40).map { pool.storage(byteCount: $0 * 70_001) }
            for size in 1...40 { _ = pool.storage(byteCount: size * 1000) }
            withExtendedLifetime(kept) {}
        }
        step()
        let before = pool.usage.systemAllocations
        for _ in 0..<5 { step() }
        #expect(pool.usage.systemAllocations == before)
        #expect(pool.usage.live == 0)
    }

    @Test func trimmingGivesBackWhatNothingHolds() {
        let pool = StoragePool()
        let held = pool.storage(byteCount: 10_000)
        _ = pool.storage(byteCount: 3 << 20)
        #expect(pool.usage.cached > 0)
        pool.trim()
        #expect(pool.usage.cached == 0)
        #expect(pool.usage.live == StoragePool.blockSize(for: 10_000))
        withExtendedLifetime(held) {}
    }

    @Test func whatIsKeptStaysWithinHalfOfThePeak() {
        let pool = StoragePool()
        for megabytes in 1...300 { _ = pool.storage(byteCount: megabytes << 20) }
        let usage = pool.usage
        #expect(usage.live + usage.cached <= usage.peakLive + max(usage.peakLive / 2, 64 << 20))
    }
}
