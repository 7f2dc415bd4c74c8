/// The ids of the tokens that have a role rather than a meaning.
public struct SpecialTokens: Sendable, Hashable {
    /// Begins a text, where the model was trained so.
    public var beginning: Int32?
    /// Ends a text; packing puts it after every document.
    public var end: Int32?
    /// Fills rows; never trained on.
    public var padding: Int32?
    /// Stands for what the vocabulary cannot spell.
    public var unknown: Int32?
    /// Every special id with its literal text, in id order.
    public var all: [(id: Int32, text: String)] {
        names.sorted { $0.key < $1.key }.map { ($0, $1) }
    }

    /// What readers of the tokenizer's own files put before a text that is to be continued: the ids
    /// of a post-processor, or nothing where `add_bos_token` is false; nil where the files do not
    /// say.
    public var textBeginning: [Int32]?

    /// Literal text by id.
    public var names: [Int32: String]

    public init(
        beginning: Int32? = nil, end: Int32? = nil, padding: Int32? = nil, unknown: Int32? = nil,
        names: [Int32: String] = [:]
    ) {
        self.beginning = beginning
        self.end = end
        self.padding = padding
        self.unknown = unknown
        self.names = names
    }
}
