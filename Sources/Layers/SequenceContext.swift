public import Tensors

/// Where the tokens of a pass stand and what they may look at.
public struct SequenceContext {
    /// Rows of the batch and tokens a row; N is their product (training and scoring only).
    public var batch: Int
    public var time: Int
    /// `[N]`, i32: the rotary position of each token.
    public var positions: Tensor
    public var table: RotaryTable
    public var memory: Memory

    /// Where keys and values come from.
    public enum Memory {
        /// Every row at once: a token sees its row from `starts[i]` (`[N]`, i32) up to itself.
        case rows(starts: Tensor)
        /// New tokens over a cache: token i extends slot `slots[i]` at `positions[i]`.
        case cache(KeyValueCache, slots: [Int32], positions: [Int32])
    }

    public init(batch: Int, time: Int, positions: Tensor, table: RotaryTable, memory: Memory) {
        self.batch = batch
        self.time = time
        self.positions = positions
        self.table = table
        self.memory = memory
    }
}
