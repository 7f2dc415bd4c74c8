public import Tensors

/// Where the tokens of a pass stand and what they may look at.
public struct SequenceContext {
    /// Rows of the batch and tokens a row; N is their product (training and scoring only).
    public var batch: Int
    public var time: Int
    /// `[N]`, i32: the rotary position of each token.
    public var positions: Tensor
    /// The rotary tables of the model.
    public var tables: RotaryTables
    /// Where keys and values come from.
    public var memory: Memory
    /// The starts of each window, made once a pass.
    private var windowStarts: [Int: Tensor] = [:]

    /// Keys and values of this pass, or of earlier ones too.
    public enum Memory {
        /// Every row at once: a token sees its row from `starts[i]` (`[N]`, i32) up to itself.
        case rows(starts: Tensor)
        /// New tokens over a cache: token i extends slot `slots[i]` at `positions[i]`.
        case cache(KeyValueCache, slots: [Int32], positions: [Int32])
    }

    public init(batch: Int, time: Int, positions: Tensor, table: RotaryTables, memory: Memory) {
        self.batch = batch
        self.time = time
        self.positions = positions
        tables = table
        self.memory = memory
    }

    /// The context with what layers that see only so many positions need.
    public func preparing(windows: Set<Int>) -> SequenceContext {
        guard case .rows(let starts) = memory else { return self }
        var prepared = self
        for window in windows where window < time {
            let first: [Int32] = starts.readIntegers().enumerated().map { index, start in
                max(start, Int32(index % time - window + 1))
            }
            prepared.windowStarts[window] = Tensor(
                first, shape: starts.shape, on: starts.backend)
        }
        return prepared
    }

    /// `[N]`: the first token of its row that each token sees, through a window where there is one.
    func starts(window: Int?) -> Tensor {
        guard case .rows(let starts) = memory else {
            preconditionFailure("Starts belong to rows, not to a cache.")
        }
        guard let window, window < time else { return starts }
        guard let narrowed = windowStarts[window] else {
            preconditionFailure("The context was not prepared for a window of \(window).")
        }
        return narrowed
    }
}
