import Dispatch
import Synchronization

/// Does the same to many things side by side, and gives what comes of it in their order.
enum ParallelMap {
    /// - Parameter threads: how many work; 1 works on the calling thread alone.
    static func results<Item: Sendable, Result: Sendable>(
        of items: [Item], threads: Int, _ body: @Sendable (Item) -> Result
    ) -> [Result] {
        guard threads > 1, items.count > 1 else { return items.map(body) }
        return [Result](unsafeUninitializedCapacity: items.count) { all, count in
            // Every iteration initializes its own elements, once: no two touch the same one.
            nonisolated(unsafe) let all = all
            let next = Atomic(0)
            // Items differ in size: who is done takes the next few.
            let portion = max(1, min(64, items.count / (threads * 8)))
            DispatchQueue.concurrentPerform(iterations: min(threads, items.count)) { _ in
                while case let first = next.add(portion, ordering: .relaxed).oldValue,
                    first < items.count
                {
                    for index in first..<min(first + portion, items.count) {
                        (all.baseAddress! + index).initialize(to: body(items[index]))
                    }
                }
            }
            count = items.count
        }
    }
}
