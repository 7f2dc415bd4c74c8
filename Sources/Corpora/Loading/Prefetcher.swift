import Foundation

/// Makes batches ahead of their use, on a thread of its own.
///
/// `@unchecked Sendable`: the mutable properties are touched only under `condition`, whose
/// waiting no `Mutex` offers.
final class Prefetcher: @unchecked Sendable {
    private let condition = NSCondition()
    private let depth: Int
    private var ready: [Result<Batch, any Error>] = []
    private var isCancelled = false

    /// Starts making batches; at most `depth` wait at a time.
    init(_ producer: BatchProducer, depth: Int) {
        self.depth = depth
        let thread = Thread { [self] in work(producer) }
        thread.name = "nightjar.prefetch"
        thread.start()
    }

    /// The next batch, waited for; throws what making it threw, after which there is no other.
    func take() throws -> Batch {
        condition.lock()
        defer { condition.unlock() }
        while ready.isEmpty { condition.wait() }
        let first = ready.removeFirst()
        condition.signal()
        return try first.get()
    }

    /// Ends the thread after the batch that it is making.
    func cancel() {
        condition.lock()
        defer { condition.unlock() }
        isCancelled = true
        condition.signal()
    }

    private func work(_ producer: BatchProducer) {
        var producer = producer
        while true {
            let result = Result { try producer.next() }
            condition.lock()
            while ready.count >= depth && !isCancelled { condition.wait() }
            let ends = isCancelled || (try? result.get()) == nil
            ready.append(result)
            condition.signal()
            condition.unlock()
            if ends { return }
        }
    }
}
