/// How long a document is, and whether it is a whole one.
public struct DocumentExtent: Sendable, Hashable {
    /// Ids, at least 1; beginning and end tokens are not among them.
    public var tokenCount: Int
    /// Bytes of UTF-8 text.
    public var byteCount: Int
    /// True for the second and later parts of a long text.
    public var startsMidway: Bool
    /// True where another part follows.
    public var goesOn: Bool
    /// How difficult the source says it is; nil where it does not say.
    public var difficulty: Float16?

    public init(
        tokenCount: Int, byteCount: Int, startsMidway: Bool = false, goesOn: Bool = false,
        difficulty: Float16? = nil
    ) {
        self.tokenCount = tokenCount
        self.byteCount = byteCount
        self.startsMidway = startsMidway
        self.goesOn = goesOn
        self.difficulty = difficulty
    }
}

/// Tokenized documents with random access, safe to read from any thread.
///
/// A source is immutable while it is open: the same index gives the same ids for ever, or an
/// error.
public protocol TokenSource: Sendable {
    /// Unique in a mix; errors, metrics and loader states use it.
    var name: String { get }
    /// A hash of the documents' ids in order: it changes when the data does.
    var fingerprint: String { get }
    var documentCount: Int { get }
    /// Ids of all documents.
    var tokenCount: Int { get }
    /// Bytes of text of all documents.
    var byteCount: Int { get }

    /// The extent of document `index`, in `0 ..< documentCount`.
    func extent(ofDocument index: Int) throws -> DocumentExtent

    /// The ids `tokens` of document `index`; the range lies within the document.
    func run(ofDocument index: Int, tokens: Range<Int>) throws -> TokenRun

    /// Where document `index` came from.
    func origin(ofDocument index: Int) throws -> DocumentOrigin
}
