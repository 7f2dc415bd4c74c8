import Synchronization

/// Where the time of a computation went, operation by operation.
public struct OperationProfile: Sendable {
    /// All calls of one operation.
    public struct Entry: Sendable, Hashable {
        public var calls = 0
        /// Without the operations that it called itself.
        public var seconds = 0.0
        /// Floating-point operations, of those operations that count them: products and attention.
        public var flops = 0.0
        /// Of the tensors that it reads and writes, each once, of those operations that count them.
        public var bytes = 0.0

        public init(calls: Int = 0, seconds: Double = 0, flops: Double = 0, bytes: Double = 0) {
            self.calls = calls
            self.seconds = seconds
            self.flops = flops
            self.bytes = bytes
        }
    }

    /// By name, the longest first.
    public let entries: [(name: String, entry: Entry)]
    /// The whole time, which operations and what lies between them make up.
    public let wallSeconds: Double

    /// Time between operations: the tape, the loader, Swift.
    public var betweenSeconds: Double {
        wallSeconds - entries.reduce(0) { $0 + $1.entry.seconds }
    }

    /// What the machine allows at best for the same operations, with nothing between them.
    public func floorSeconds(_ limits: MachineLimits) -> Double {
        entries.reduce(0) { $0 + limits.floor(of: $1.entry) }
    }
}

/// Collects a profile; operations may call others.
struct OperationRecorder {
    private var entries: [String: OperationProfile.Entry] = [:]
    /// Of each operation under way: when it began, and the time of those that it called.
    private var open: [(start: ContinuousClock.Instant, inner: Duration)] = []
    private let start = ContinuousClock.now

    mutating func begin() { open.append((.now, .zero)) }

    mutating func end(_ name: String, flops: Double, bytes: Int) {
        guard let operation = open.popLast() else { return }
        let elapsed = ContinuousClock.now - operation.start
        if !open.isEmpty { open[open.count - 1].inner += elapsed }
        entries[name, default: .init()].calls += 1
        entries[name, default: .init()].seconds += (elapsed - operation.inner) / .seconds(1)
        entries[name, default: .init()].flops += flops
        entries[name, default: .init()].bytes += Double(bytes)
    }

    func finish() -> OperationProfile {
        OperationProfile(
            entries: entries.map { (name: $0.key, entry: $0.value) }
                .sorted { ($1.entry.seconds, $0.name) < ($0.entry.seconds, $1.name) },
            wallSeconds: (ContinuousClock.now - start) / .seconds(1))
    }
}

extension CPUBackend {
    /// Times every operation while `body` runs; results stay the same.
    ///
    /// One profile at a time: operations of other threads meanwhile are in it too.
    public func profiled<Value, Failure: Error>(
        _ body: () throws(Failure) -> Value
    ) throws(Failure) -> (value: Value, profile: OperationProfile) {
        recorder.withLock { $0 = OperationRecorder() }
        isProfiling.store(true, ordering: .relaxed)
        defer { isProfiling.store(false, ordering: .relaxed) }
        let value = try body()
        return (value, recorder.withLock { $0.finish() })
    }
}
