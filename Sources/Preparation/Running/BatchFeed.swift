import Corpora
import Dispatch
import Foundation
import Synchronization

/// Documents that are looked at together, and where reading can go on behind them.
struct DocumentBatch: Sendable {
    var documents: [Document] = []
    /// The last place between documents that was passed before the end of this batch.
    var position: ReadPosition
    /// Documents of this batch and those before that come after that place.
    var documentsSince: Int
    /// What was seen up to the end of this batch.
    var report: ReadReport
    /// Whether nothing follows.
    var isLast: Bool
}

/// Reads a source on a thread of its own, a batch or two ahead of those who work.
final class BatchFeed: Sendable {
    /// Text that is looked at together; one document is taken whole.
    static let batchBytes = 2 << 20
    private static let most = 2

    private struct Shared: Sendable {
        var batches: [Result<DocumentBatch, any Error>] = []
        var isOver = false
    }

    private struct Cancelled: Error {}

    private let shared = Mutex(Shared())
    private let filled = DispatchSemaphore(value: 0)
    // Raised at the beginning: one that goes while it is lower than it was made ends the process.
    private let free = DispatchSemaphore(value: 0)

    /// Begins to read.
    ///
    /// - Parameters:
    ///   - start: where to begin.
    ///   - skipping: documents behind that place that were handed out before.
    init(_ reader: DocumentReader, from start: ReadPosition, skipping: Int) {
        for _ in 0..<Self.most { free.signal() }
        let thread = Thread { [self] in
            do {
                try read(reader, from: start, skipping: skipping)
            } catch is Cancelled {
            } catch {
                _ = try? put(.failure(error))
            }
        }
        thread.name = "nightjar-feed"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// The next batch; waits for it. Nothing is asked for behind the last.
    func next() throws -> DocumentBatch {
        filled.wait()
        let batch = shared.withLock { $0.batches.removeFirst() }
        free.signal()
        return try batch.get()
    }

    /// Lets the reading end.
    func cancel() {
        shared.withLock { $0.isOver = true }
        free.signal()
    }

    private func put(_ batch: Result<DocumentBatch, any Error>) throws {
        free.wait()
        let isOver = shared.withLock { shared in
            if !shared.isOver { shared.batches.append(batch) }
            return shared.isOver
        }
        guard !isOver else { throw Cancelled() }
        filled.signal()
    }

    private func read(
        _ reader: DocumentReader, from start: ReadPosition, skipping: Int
    ) throws {
        var batch = DocumentBatch(
            position: start, documentsSince: 0, report: start.report, isLast: false)
        var bytes = 0
        var skipped = 0
        let report = try reader.read(
            from: start,
            between: { place in
                batch.position = place
                batch.documentsSince = 0
            },
            { document, report in
                batch.documentsSince += 1
                if skipped < skipping {
                    skipped += 1
                    return
                }
                batch.documents.append(document)
                batch.report = report
                bytes += document.utf8.count
                guard bytes >= Self.batchBytes else { return }
                try put(.success(batch))
                batch.documents = []
                bytes = 0
            })
        batch.report = report
        batch.isLast = true
        try put(.success(batch))
    }
}
