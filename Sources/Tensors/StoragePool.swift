import CKernels
import Synchronization

/// Keeps freed memory for the next tensor of about the same size, so that a steady loop asks the
/// system for nothing.
///
/// Sizes are rounded up to eighths of a power of two; a block serves requests of its class, or a
/// somewhat smaller class that has none. What is kept never makes the footprint exceed one and a
/// half times the largest live total. Safe from every thread.
final class StoragePool: Sendable {
    /// What a pool holds, in bytes of whole blocks.
    struct Usage: Sendable, Hashable {
        /// Held by tensors.
        var live = 0
        /// Kept for reuse.
        var cached = 0
        /// The largest `live` so far.
        var peakLive = 0
        /// Times the system was asked for memory.
        var systemAllocations = 0
    }

    private struct State {
        var usage = Usage()
        /// Addresses of free blocks by their size.
        var free: [Int: [UInt]] = [:]
    }

    private let state = Mutex(State())

    var usage: Usage { state.withLock { $0.usage } }

    /// Uninitialised storage of at least one byte, 64-byte aligned.
    func storage(byteCount: Int) -> Storage {
        let size = Self.blockSize(for: byteCount)
        let (pointer, taken) = take(size)
        return Storage(address: pointer, byteCount: byteCount) { [self] pointer, _ in
            give(pointer, size: taken)
        }
    }

    /// Returns everything that no tensor holds to the system.
    func trim() {
        state.withLock { state in
            Self.evict(from: &state, until: 0)
        }
    }

    // MARK: Blocks

    private func take(_ size: Int) -> (pointer: UnsafeMutableRawPointer, size: Int) {
        let (address, actual): (UInt, Int) = state.withLock { state in
            let found = Self.fit(size, in: state)
            let actual = found ?? size
            state.usage.live += actual
            state.usage.peakLive = max(state.usage.peakLive, state.usage.live)
            if let found, let address = state.free[found]?.popLast() {
                state.usage.cached -= found
                return (address, found)
            }
            let bound = state.usage.peakLive + max(state.usage.peakLive / 2, 64 << 20)
            Self.evict(from: &state, until: max(bound - state.usage.live, 0))
            state.usage.systemAllocations += 1
            if let fresh = nj_allocate(actual) { return (UInt(bitPattern: fresh), actual) }
            // Whatever is kept may be what is missing.
            Self.evict(from: &state, until: 0)
            guard let fresh = nj_allocate(actual) else { nj_out_of_memory(actual) }
            return (UInt(bitPattern: fresh), actual)
        }
        guard let pointer = UnsafeMutableRawPointer(bitPattern: address) else {
            preconditionFailure("The system never gives address 0.")
        }
        return (pointer, actual)
    }

    private func give(_ pointer: UnsafeMutableRawPointer, size: Int) {
        let address = UInt(bitPattern: pointer)
        state.withLock { state in
            state.free[size, default: []].append(address)
            state.usage.live -= size
            state.usage.cached += size
        }
    }

    /// The class to serve `size` from: its own, or one up to a quarter larger that has a block.
    private static func fit(_ size: Int, in state: State) -> Int? {
        var candidate = size
        while candidate <= size + size / 4 {
            if let blocks = state.free[candidate], !blocks.isEmpty { return candidate }
            candidate = blockSize(for: candidate + 1)
        }
        return nil
    }

    /// Frees kept blocks, the largest first, until at most `limit` bytes are kept.
    private static func evict(from state: inout State, until limit: Int) {
        guard state.usage.cached > limit else { return }
        for size in state.free.keys.sorted(by: >) {
            while state.usage.cached > limit, let address = state.free[size]?.popLast() {
                if let pointer = UnsafeMutableRawPointer(bitPattern: address) {
                    nj_release(pointer, size)
                }
                state.usage.cached -= size
            }
            if state.free[size]?.isEmpty == true { state.free[size] = nil }
        }
    }

    /// The class of a request: an eighth of a power of two apart, multiples of 64.
    static func blockSize(for byteCount: Int) -> Int {
        guard byteCount > 512 else { return max((byteCount + 63) / 64 * 64, 64) }
        let power = Int.bitWidth - 1 - (byteCount - 1).leadingZeroBitCount
        let step = 1 << (power - 3)
        return (byteCount + step - 1) / step * step
    }
}
