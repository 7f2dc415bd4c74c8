/// An endless stream of training batches that can stop and go on anywhere.
///
/// The batches are a function of sources, weights, admission, packing, batch size and seed, never
/// of the prefetch depth or of how often the stream was resumed. Not thread-safe: one loop owns it.
public final class BatchLoader {
    public let packing: Packing
    /// B.
    public let rows: Int
    private let prefetchDepth: Int
    /// Stands after the last batch that `next` gave.
    private var producer: BatchProducer
    private var prefetcher: Prefetcher?

    /// - Parameters:
    ///   - rows: B, the rows of a batch.
    ///   - interleave: documents that a source keeps open at once; 1 reads each to its end before
    ///     the next begins.
    ///   - prefetch: batches made ahead on a thread of their own; 0 makes each when it is asked
    ///     for.
    ///   - admission: which documents are learned from at first.
    ///   - state: where to go on; nil starts at the beginning. The cost does not depend on it.
    /// - Throws: `CorporaError` for settings out of range, and for a state of other data.
    public init(
        mix: Mix, packing: Packing, rows: Int, seed: UInt64, interleave: Int = 32,
        prefetch: Int = 2, admission: Admission = Admission(), from state: LoaderState? = nil
    ) throws {
        guard prefetch >= 0, interleave >= 1 else {
            throw CorporaError(
                .badSetting, "prefetch is \(prefetch) and interleave \(interleave)",
                advice: "Give a prefetch of 0 or more and an interleave of 1 or more.")
        }
        producer = try BatchProducer(
            mix: mix, packing: packing, rows: rows, seed: seed, interleave: interleave,
            admission: admission, state: state)
        self.packing = packing
        self.rows = rows
        prefetchDepth = prefetch
    }

    deinit { prefetcher?.cancel() }

    /// The sources and their shares now.
    public var mix: Mix { producer.mix }

    /// Where the stream stands: after the last batch that `next` gave.
    public var state: LoaderState { producer.state }

    /// The next batch.
    ///
    /// - Throws: `CorporaError` for a shard that is damaged, cut short or cannot be read. The
    ///   stream then stands where it stood, and the next call tries again.
    public func next() throws -> Batch {
        guard prefetchDepth > 0 else { return try producer.next() }
        let ahead = prefetcher ?? Prefetcher(producer, depth: prefetchDepth)
        prefetcher = ahead
        do {
            let batch = try ahead.take()
            producer.advance(to: batch.stateAfter)
            return batch
        } catch {
            prefetcher = nil
            throw error
        }
    }

    /// Forgets what was made ahead: the next batch is planned from the last one given.
    public func discardPrefetched() {
        prefetcher?.cancel()
        prefetcher = nil
    }

    /// Gives the sources other weights, from the next batch on.
    ///
    /// What was made ahead is discarded; the sources keep their places, and the shares hold from
    /// here on, whatever they were before.
    public func setWeights(_ weights: [Double]) throws { try replan(weights: weights) }

    /// Which documents are learned from.
    public var admission: Admission { producer.admission }

    /// Plans otherwise from the next batch on, discarding what was made ahead; what is nil stays.
    ///
    /// - Parameters:
    ///   - weights: as in `setWeights`.
    ///   - admission: which documents are learned from; those already begun go on to their end.
    /// - Throws: `CorporaError` for weights out of range, and where a source with a share holds no
    ///   document that is admitted; nothing changes then.
    public func replan(weights: [Double]? = nil, admission: Admission? = nil) throws {
        try producer.replan(weights: weights, admission: admission)
        discardPrefetched()
    }

    /// Throws what `replan` would throw, and changes nothing.
    public func checkPlan(weights: [Double]? = nil, admission: Admission? = nil) throws {
        var copy = producer
        try copy.replan(weights: weights, admission: admission)
    }

    /// Goes back to, or on from, a state that a batch of this stream carried.
    public func restart(from state: LoaderState) {
        producer.advance(to: state)
        discardPrefetched()
    }

    /// Where the document of a piece came from, for messages.
    public func origin(of piece: Batch.Piece) throws -> DocumentOrigin {
        try mix.sources[piece.source].origin(ofDocument: piece.document)
    }
}
