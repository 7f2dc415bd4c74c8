public import Tokenizers

/// How documents become rows of tokens.
///
/// Every document is read as: beginning token (where there is one), ids, end token (where there
/// is one). Each of these but the last is an input once, with its successor as target: nothing is
/// ever predicted from another document. The last id of a document without end token, or of a
/// part that goes on elsewhere, is an input without target (loss weight 0).
public struct Packing: Sendable, Hashable {
    /// How a document meets the end of a row.
    public enum Policy: String, Sendable, Hashable, CaseIterable {
        /// Rows are filled to the last place; a document that is cut goes on in a later row.
        case chunk
        /// One document a row: padded, or truncated, which is counted.
        case pad
        /// Whole documents, as many as fit a row, which is padded; one longer than a row is
        /// truncated, which is counted.
        case whole
    }

    public var policy: Policy
    /// T, the inputs of a row.
    public var length: Int
    public var beginning: Int32?
    public var end: Int32?
    /// Fills places without a token; loss weight 0, segment -1.
    public var padding: Int32

    /// - Throws: `CorporaError` for a length below 1.
    public init(
        policy: Policy = .chunk, length: Int, beginning: Int32? = nil, end: Int32?,
        padding: Int32 = 0
    ) throws {
        guard length >= 1 else {
            throw CorporaError(
                .badSetting, "the sequence length is \(length)", advice: "Give at least 1.")
        }
        self.policy = policy
        self.length = length
        self.beginning = beginning
        self.end = end
        self.padding = padding
    }

    /// Packing with a tokenizer's own special tokens.
    public init(
        policy: Policy = .chunk, length: Int, tokens: SpecialTokens
    ) throws {
        try self.init(
            policy: policy, length: length, beginning: tokens.beginning, end: tokens.end,
            padding: tokens.padding ?? tokens.end ?? 0)
    }

    /// The inputs that a document gives.
    public func inputCount(of extent: DocumentExtent) -> Int {
        extent.tokenCount + (beginning != nil && !extent.startsMidway ? 1 : 0)
    }
}
