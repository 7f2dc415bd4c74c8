import Tensors

/// Where a pass's dropout draws from: a function of seed, batch and place, whatever the
/// micro-batches are, so that a resumed run repeats it, and a pass that is computed again does.
public struct DropoutDraws: Sendable, Hashable {
    /// The run's.
    public var seed: UInt64
    /// The batch's number.
    public var batch: Int
    /// The place of the pass's first token in the whole batch.
    public var firstToken: Int

    /// The draws of some rows of a batch.
    public init(seed: UInt64, batch: Int, firstToken: Int) {
        self.seed = seed
        self.batch = batch
        self.firstToken = firstToken
    }

    /// The stream of one module in this batch.
    public func key(of module: String) -> UInt64 {
        RandomStream(seed: seed, name: "dropout \(batch) \(module)").key
    }
}
