public import Conversations

/// A description of text to read: plain data that opens nothing by itself.
public struct Source: Sendable, Hashable {
    /// Where the bytes are.
    public enum Place: Sendable, Hashable {
        /// Files, read in the order given.
        case files([String])
        /// Every file below a folder that matches one of the patterns, sorted bytewise by path.
        ///
        /// `*` and `?` stop at a slash, `**` does not; a pattern without a slash is matched
        /// against file names alone. Hidden files and folders are left out.
        case folder(String, patterns: [String])
        /// Texts in memory, one document each.
        case memory([String])
    }

    /// How a file becomes documents.
    public enum Format: Sendable, Hashable {
        /// `.jsonl` and `.ndjson` files hold rows (field "text"), all others are plain text.
        case automatic
        case text(TextSplit)
        /// One JSON object a line; `field` says which of its fields are the text, as `TextMapping`
        /// reads it.
        case jsonLines(field: String)
        /// Records of fields with a delimiter between them, as CSV files are.
        case delimited(DelimitedRows)
        /// One row of training data a line: messages, or text with what is learned of it.
        case conversations(ConversationRows)
    }

    /// How a file of delimited fields is read.
    public struct DelimitedRows: Sendable, Hashable {
        /// Which columns are the text, as `TextMapping` reads it; paths lead nowhere here.
        public var field: String
        /// Stands between two fields.
        public var delimiter: UInt8
        /// The names of the columns where the files have no row of names.
        public var columns: [String]?

        /// Fields between commas, unless another delimiter is given, below a row of names.
        public init(
            field: String = "text", delimiter: UInt8 = UInt8(ascii: ","), columns: [String]? = nil
        ) {
            self.field = field
            self.delimiter = delimiter
            self.columns = columns
        }
    }

    /// Rows of conversations and what becomes of long ones.
    public struct ConversationRows: Sendable, Hashable {
        /// How the rows are written.
        public var format: RowFormat
        /// What becomes of rows with more tokens than the context has.
        public var tooLong: TooLong
        /// Where the row keeps what the format calls by these names: `prompt = "question"`.
        ///
        /// Where any is given, the row is those, with `weight`, `tools` and `chat_template_kwargs`.
        public var fields: [String: String]
        /// What the rows are for.
        public var purpose: Purpose

        /// What is learned from a row.
        public enum Purpose: String, Sendable, Hashable {
            /// Its answers.
            case answers
            /// Which of two answers is preferred; such rows are never cut.
            case pairs
            /// What the model's own answers to it are worth; such rows are never cut.
            case prompts
        }

        /// Rows of any format, cut where they are long, under the format's own names.
        public init(
            format: RowFormat = .automatic, tooLong: TooLong = .cut,
            fields: [String: String] = [:], purpose: Purpose = .answers
        ) {
            self.format = format
            self.tooLong = tooLong
            self.fields = fields
            self.purpose = purpose
        }
    }

    /// What to do with a row of more tokens than a row of the batch holds; each case is counted.
    public enum TooLong: String, Sendable, Hashable, CaseIterable {
        /// It ends after the last answer that fits whole, and is dropped where none does.
        case cut
        /// It is dropped.
        case drop
        /// Reading stops with an error.
        case stop
    }

    /// Where one document ends and the next begins in a plain text file.
    public enum TextSplit: Sendable, Hashable {
        /// The file is one document.
        case whole
        /// Every line is one.
        case lines
        /// Lines of only spaces, tabs and carriage returns stand between documents.
        case blankLines
        /// These characters stand between documents, for instance "\n%\n".
        case separator(String)
    }

    /// What to do with bytes that are not UTF-8; each case is counted and reported.
    public enum InvalidUTF8: String, Sendable, Hashable, CaseIterable {
        /// Every malformed sequence becomes U+FFFD.
        case replace
        /// The document is dropped.
        case drop
        /// Reading stops with an error.
        case stop
    }

    /// What to do with a row that is not JSON or lacks its text.
    public enum BadRow: String, Sendable, Hashable, CaseIterable {
        case skip
        case stop
    }

    /// The patterns of a folder where none are given.
    public static let defaultPatterns = ["*.txt", "*.jsonl", "*.ndjson"]

    /// Unique in a mix.
    public var name: String
    public var place: Place
    public var format: Format
    public var invalidUTF8: InvalidUTF8
    public var badRow: BadRow
    /// Longer texts are cut at a line or a space into parts that are shuffled apart; no end token
    /// stands at such a cut. By default 16 KiB for whole plain files, 1 MiB for all else.
    public var maximumDocumentBytes: Int?
    /// The share of documents held out, by content hash.
    public var split: ValidationSplit
    /// How many rows may be bad where they are skipped; nil for any number.
    public var maximumBadRows: BadRowLimit?
    /// The field in which rows say how difficult they are, a number of 0 or more; nil where none do.
    public var difficulty: String?
    /// Under which the text may be used; empty where nobody says.
    public var licence = ""
    /// What the text is, in a sentence.
    public var about = ""

    public init(
        name: String, place: Place, format: Format = .automatic,
        invalidUTF8: InvalidUTF8 = .replace, badRow: BadRow = .skip,
        maximumDocumentBytes: Int? = nil, split: ValidationSplit = ValidationSplit()
    ) {
        self.name = name
        self.place = place
        self.format = format
        self.invalidUTF8 = invalidUTF8
        self.badRow = badRow
        self.maximumDocumentBytes = maximumDocumentBytes
        self.split = split
    }

    /// Checks every setting that can be checked without touching a file.
    func validate() throws {
        func refuse(_ message: String, _ advice: String) -> CorporaError {
            CorporaError(.badSetting, "source '\(name)': \(message)", advice: advice)
        }
        func check(_ field: String) throws {
            do { _ = try TextMapping(field) } catch let error as CorporaError {
                throw refuse(error.message, error.advice ?? "")
            }
        }
        guard !name.isEmpty else { throw refuse("the name is empty", "Give the source a name.") }
        switch place {
        case .files(let paths) where paths.isEmpty:
            throw refuse("no file is named", "Name at least one file.")
        case .folder(_, let patterns) where patterns.isEmpty:
            throw refuse("no pattern is given", "Give at least one, for instance \"*.txt\".")
        case .memory
        where format != .automatic && format != .text(.whole) && !format.isOfConversations:
            throw refuse("texts in memory have no format", "Leave the format out.")
        default: break
        }
        switch format {
        case .jsonLines(let field): try check(field)
        case .text where difficulty != nil:
            throw refuse("plain text has no rows that say how difficult they are", "Leave it out.")
        case .delimited(let rows):
            try check(rows.field)
            guard rows.delimiter < 0x80, !Self.undelimiting.contains(rows.delimiter) else {
                throw refuse(
                    "fields cannot be told apart by this delimiter",
                    "Give one ASCII character that is no quote and no line end.")
            }
            guard rows.columns?.isEmpty != true else {
                throw refuse("no column has a name", "Name the columns, or leave them out.")
            }
            if let twice = rows.columns.flatMap(Self.repeated) {
                throw refuse("two columns are called '\(twice)'", "Give each its own name.")
            }
        case .text(.separator(let separator)) where separator.isEmpty:
            throw refuse("the separator is empty", "Give at least one character.")
        default: break
        }
        if let bytes = maximumDocumentBytes, bytes < 64 {
            throw refuse(
                "maximum document size is \(bytes) bytes", "Give at least 64 bytes.")
        }
        if let difficulty { try check("{\(difficulty)}") }
        try split.validate(source: name)
    }

    /// Quote and line ends.
    private static let undelimiting: [UInt8] = [0x22, 0x0a, 0x0d]

    /// The first name that comes again.
    static func repeated(_ names: [String]) -> String? {
        var seen: Set<String> = []
        return names.first { !seen.insert($0).inserted }
    }

    /// The longest document in bytes that is left whole.
    func documentLimit(in format: Format) -> Int {
        if let maximumDocumentBytes { return maximumDocumentBytes }
        if case .text(.whole) = format { return 16 << 10 }
        return 1 << 20
    }
}

extension Source.Format {
    var isOfConversations: Bool {
        if case .conversations = self { true } else { false }
    }

    /// Whether the rows compare two answers.
    public var isOfPairs: Bool { purpose == .pairs }

    /// Whether the rows are questions that the model answers itself.
    public var isOfPrompts: Bool { purpose == .prompts }

    private var purpose: Source.ConversationRows.Purpose? {
        if case .conversations(let rows) = self { rows.purpose } else { nil }
    }
}

extension Source.Place: CustomStringConvertible {
    /// Where a message says the text was looked for.
    public var description: String {
        switch self {
        case .files(let paths) where paths.count <= 3: paths.joined(separator: ", ")
        case .files(let paths):
            paths.prefix(3).joined(separator: ", ") + " and \(paths.count - 3) more"
        case .folder(let path, let patterns): "\(path), \(patterns.joined(separator: " "))"
        case .memory(let texts): "\(texts.count) texts in memory"
        }
    }
}
