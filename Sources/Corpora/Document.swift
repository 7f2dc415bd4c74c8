import Naming

/// Where a document came from.
public struct DocumentOrigin: Sendable, Hashable, Codable {
    /// The source's name.
    public var source: String
    /// The file's path, or nil for text given in memory.
    public var file: String?
    /// One-based line of the document's first byte; for text in memory its one-based number.
    public var line: Int

    public init(source: String, file: String? = nil, line: Int) {
        self.source = source
        self.file = file
        self.line = line
    }
}

extension DocumentOrigin {
    /// File and line.
    public var place: String { "\(file ?? "memory"):\(line)" }
}

extension DocumentOrigin: CustomStringConvertible {
    public var description: String { "\(source): \(file ?? "memory"):\(line)" }
}

/// A text, or one part of a text too long to be handled whole.
public struct Document: Sendable, Hashable {
    /// The text, valid UTF-8, never empty.
    public var utf8: [UInt8]
    public var origin: DocumentOrigin
    /// True for the second and later parts of a long text: no beginning token belongs here.
    public var startsMidway: Bool
    /// True where another part follows: no end token belongs here.
    public var goesOn: Bool
    /// How difficult its row says it is, 0 or more; nil where none does.
    public var difficulty: Float16?
    /// The hash that decides between training and validation.
    ///
    /// Rows hash whole, so that every part falls on one side; a long file of plain text hashes
    /// part by part, so that a single book still gives both sides.
    public var contentHash: UInt64

    public init(
        utf8: [UInt8], origin: DocumentOrigin, startsMidway: Bool = false, goesOn: Bool = false,
        contentHash: UInt64? = nil
    ) {
        self.utf8 = utf8
        self.origin = origin
        self.startsMidway = startsMidway
        self.goesOn = goesOn
        self.contentHash = contentHash ?? ContentHash.xxh3(utf8)
    }

    public var text: String { String(decoding: utf8, as: UTF8.self) }

    /// The beginning of the text, for messages.
    var excerpt: String {
        let short = String(decoding: utf8.prefix(400), as: UTF8.self)
        return utf8.count > 400 ? short + "..." : short
    }
}
