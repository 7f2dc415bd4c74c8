/// What went wrong with data: what happened, where, and what to do about it.
public struct CorporaError: Error, Sendable, Hashable {
    /// The kinds of failure, for callers that decide by kind.
    public enum Code: String, Sendable, Hashable {
        /// A setting is out of range or contradicts another.
        case badSetting
        /// A file or folder is not there.
        case missingFile
        /// A source holds no document (on the side that was asked for).
        case emptyCorpus
        /// A row cannot be used, and the source says to stop then.
        case badRow
        /// A chat template cannot be used with this data and this vocabulary.
        case badTemplate
        /// Bytes are not UTF-8, and the source says to stop then.
        case invalidUTF8
        /// A source file changed while it was read.
        case changedWhileRead
        /// Ids made with another tokenizer.
        case foreignTokenizer
        /// A loader state that belongs to other data.
        case foreignState
        /// A file of a format that this build does not read.
        case foreignFormat
        /// A tokenizer gave an id outside its vocabulary.
        case brokenTokenizer
        /// A file's bytes are not the bytes that were written.
        case damagedFile
        /// A file is shorter than it was.
        case truncatedFile
        /// The operating system refused a file operation.
        case system
    }

    public var code: Code
    /// What happened, in one sentence.
    public var message: String
    /// What to do about it, in one sentence.
    public var advice: String?
    public var path: String?
    /// One-based line, where a line is at fault.
    public var line: Int?

    public init(
        _ code: Code, _ message: String, advice: String? = nil, path: String? = nil,
        line: Int? = nil
    ) {
        self.code = code
        self.message = message
        self.advice = advice
        self.path = path
        self.line = line
    }

    /// Whether the user can mend it by changing input or settings; else the machine failed.
    public var isUserMistake: Bool {
        switch code {
        case .damagedFile, .truncatedFile, .system, .brokenTokenizer: false
        default: true
        }
    }
}

extension CorporaError: CustomStringConvertible {
    public var description: String {
        var place = path ?? ""
        if let line { place += ":\(line)" }
        let head = place.isEmpty ? message : "\(place): \(message)"
        return advice.map { head + (head.hasSuffix(".") ? " " : ". ") + $0 } ?? head
    }
}
