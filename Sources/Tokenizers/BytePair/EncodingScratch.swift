import Synchronization

/// The memory one call of `encode` works in: word caches, symbols, and ids on their way out.
final class EncodingScratch: @unchecked Sendable {
    // Unchecked because of the pointers: the pool lends a scratch to one call at a time.
    let shortWords = ShortWordCache()
    let longWords = WordCache()
    private(set) var symbols: UnsafeMutablePointer<Int32>
    private(set) var pairs: UnsafeMutablePointer<UInt64>
    private var capacity = 256
    /// Ids not yet handed to the caller.
    let out: UnsafeMutablePointer<Int32>
    var outCount = 0
    static let outCapacity = 4096

    init() {
        symbols = .allocate(capacity: capacity)
        pairs = .allocate(capacity: capacity)
        out = .allocate(capacity: Self.outCapacity)
    }

    deinit {
        shortWords.deallocate()
        longWords.deallocate()
        symbols.deallocate()
        pairs.deallocate()
        out.deallocate()
    }

    /// Room for a word of `count` symbols.
    @inline(__always)
    func reserve(_ count: Int) {
        if count > capacity { grow(count) }
    }

    private func grow(_ count: Int) {
        symbols.deallocate()
        pairs.deallocate()
        capacity = count + count / 2
        symbols = .allocate(capacity: capacity)
        pairs = .allocate(capacity: capacity)
    }

    /// Gives back what a huge word took.
    func shrink() {
        guard capacity > 1 << 16 else { return }
        symbols.deallocate()
        pairs.deallocate()
        capacity = 256
        symbols = .allocate(capacity: capacity)
        pairs = .allocate(capacity: capacity)
    }

    /// Room for `count` more ids at `out + outCount`, few enough for an empty buffer.
    @inline(__always)
    func reserveOut(_ count: Int, flushingTo ids: inout [Int32]) {
        if outCount &+ count > Self.outCapacity { flush(to: &ids) }
    }

    @inline(__always)
    func append(_ id: Int32, to ids: inout [Int32]) {
        if outCount == Self.outCapacity { flush(to: &ids) }
        out[outCount] = id
        outCount &+= 1
    }

    @inline(__always)
    func append(_ source: UnsafePointer<Int32>, _ count: Int, to ids: inout [Int32]) {
        if outCount &+ count > Self.outCapacity {
            flush(to: &ids)
            if count > Self.outCapacity {
                ids.append(contentsOf: UnsafeBufferPointer(start: source, count: count))
                return
            }
        }
        for index in 0..<count { out[outCount &+ index] = source[index] }
        outCount &+= count
    }

    func flush(to ids: inout [Int32]) {
        ids.append(contentsOf: UnsafeBufferPointer(start: out, count: outCount))
        outCount = 0
    }
}

/// Lends scratch memory, so that a word cache outlives the call that filled it.
final class ScratchPool: Sendable {
    private let idle = Mutex<[EncodingScratch]>([])

    func take() -> EncodingScratch { idle.withLock { $0.popLast() } ?? EncodingScratch() }

    func give(_ scratch: EncodingScratch) {
        scratch.shrink()
        idle.withLock { $0.append(scratch) }
    }
}
