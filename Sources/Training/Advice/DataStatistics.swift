import Conversations
public import Corpora
public import Tokenizers

/// What data amounts to: enough to tell what it can teach.
public struct DataStatistics: Sendable {
    /// What was read.
    public let sources: [Source]
    /// Bytes of the files of each source.
    public let sourceBytes: [Int]
    /// Files read.
    public private(set) var files = 0
    /// Rows, lines or files that could have been documents.
    public private(set) var rows = 0
    /// Those that were dropped, as a run would drop them.
    public private(set) var droppedRows = 0
    /// The first cases of each kind of dropped row.
    public private(set) var firstDrops: [String] = []
    /// Texts without turns.
    public private(set) var documents = 0
    /// Bytes of those texts.
    public private(set) var textBytes = 0
    /// Conversations, and prompts with their completions.
    public private(set) var conversations = 0
    /// Questions with two answers, of which one is preferred.
    public private(set) var pairs = 0
    /// Messages of all of them.
    public private(set) var turns = 0
    /// Messages that would be learned.
    public private(set) var answers = 0
    /// Bytes of those.
    public private(set) var answerBytes = 0
    /// Bytes of all messages.
    public private(set) var conversationBytes = 0
    /// Texts and rows that another equals, byte for byte.
    public private(set) var duplicates = 0
    /// Bytes of those.
    public private(set) var duplicateBytes = 0
    /// How many texts and rows were looked at for duplicates.
    public private(set) var compared = 0
    /// Bytes a token.
    public private(set) var bytesAToken = DataStatistics.usualBytesAToken
    /// Whether that was measured with a tokenizer; else it is what is usual.
    public private(set) var isMeasured = false

    /// Bytes a token where no tokenizer is given: of English with a vocabulary of some 30,000 to
    /// 150,000 tokens.
    public static let usualBytesAToken = 4.0
    /// Texts that are compared for duplicates, at most; each takes 16 bytes of memory.
    private static let mostCompared = 20_000_000
    /// Bytes from which the length of a token is told.
    private static let sampledBytes = 4 << 20

    /// Reads every source once, in memory that does not grow with them but for a hash a text.
    ///
    /// - Parameters:
    ///   - sources: conversations where their format says so, texts otherwise.
    ///   - tokenizer: measures bytes a token on the first few MiB.
    ///   - progress: bytes read and bytes in all.
    /// - Throws: `CorporaError` where a file cannot be read, or nothing is in them.
    public init(
        of sources: [Source], tokenizer: (any Tokenizer)?, progress: (Int, Int) -> Void
    ) throws {
        let readers = try sources.map { try DocumentReader($0) }
        self.sources = sources
        sourceBytes = readers.map(\.byteCount)
        var sample = TokenSample(tokenizer, limit: Self.sampledBytes)
        var seen: Set<UInt64> = []
        let all = sourceBytes.reduce(0, +)
        var before = 0
        for (source, reader) in zip(sources, readers) {
            let rows: Source.ConversationRows? =
                if case .conversations(let rows) = source.format { rows } else { nil }
            let report = try reader.read { document, report in
                progress(before + report.bytes, all)
                compare(document, &seen)
                guard let rows else {
                    sample.add(document.utf8)
                    return add(text: document)
                }
                do throws(ConversationError) {
                    if rows.purpose == .pairs {
                        let row = try PreferenceRow(json: document.utf8, fields: rows.fields)
                        pairs += 1
                        for side in [row.chosen, row.rejected] { add(side, &sample) }
                        return
                    }
                    add(
                        try TrainingRow(
                            json: document.utf8, format: rows.format, fields: rows.fields),
                        &sample)
                } catch {
                    droppedRows += 1
                    if firstDrops.count < 3 {
                        firstDrops.append("\(document.origin): \(error)")
                    }
                }
            }
            before += report.bytes
            files += report.files
            self.rows += report.rows
            droppedRows += report.droppedRows
            firstDrops += report.drops.flatMap(\.firstCases).prefix(3)
        }
        guard documents + conversations > 0 else {
            throw CorporaError(
                .emptyCorpus,
                "there is nothing to learn in the data"
                    + (firstDrops.first.map { "; the first of \(droppedRows) dropped rows: \($0)" }
                        ?? ""),
                advice: "Name files with text, or with rows of text or conversations.")
        }
        if let measured = sample.bytesAToken { (bytesAToken, isMeasured) = (measured, true) }
    }

    private mutating func compare(_ document: Document, _ seen: inout Set<UInt64>) {
        // The parts of a long row share its hash.
        guard compared < Self.mostCompared, !document.startsMidway else { return }
        compared += 1
        guard !seen.insert(document.contentHash).inserted else { return }
        duplicates += 1
        duplicateBytes += document.utf8.count
    }

    private mutating func add(text document: Document) {
        if !document.startsMidway { documents += 1 }
        textBytes += document.utf8.count
    }

    private mutating func add(_ row: TrainingRow, _ sample: inout TokenSample) {
        switch row.content {
        case .text(let text):
            documents += 1
            textBytes += text.utf8.count
            sample.add(Array(text.utf8))
        case .completion(let prompt, let completion):
            conversations += 1
            turns += 2
            answers += 1
            answerBytes += completion.utf8.count
            conversationBytes += prompt.utf8.count + completion.utf8.count
            sample.add(Array((prompt + completion).utf8))
        case .conversation(let conversation):
            conversations += 1
            for message in conversation.messages {
                let text = message.content ?? ""
                turns += 1
                conversationBytes += text.utf8.count
                sample.add(Array(text.utf8))
                guard message.role == .assistant, message.weight > 0 else { continue }
                answers += 1
                answerBytes += text.utf8.count
            }
        }
    }

    /// Tokens of texts without turns, repeated ones among them.
    public var textTokens: Int { tokens(textBytes) }

    /// Tokens of conversations, as far as what is said goes.
    public var conversationTokens: Int { tokens(conversationBytes) }

    /// The share of texts and rows that another equals.
    public var duplicateShare: Double {
        compared > 0 ? Double(duplicates) / Double(compared) : 0
    }

    /// Tokens of an answer, on average.
    public var meanAnswerTokens: Double {
        answers > 0 ? Double(answerBytes) / bytesAToken / Double(answers) : 0
    }

    /// Tokens of a text or conversation, on average.
    public var meanTokens: Double {
        Double(textBytes + conversationBytes) / bytesAToken
            / Double(max(1, documents + conversations))
    }

    private func tokens(_ bytes: Int) -> Int { Int((Double(bytes) / bytesAToken).rounded()) }
}

/// Tells how many bytes a token has from the first texts that come by.
private struct TokenSample {
    private let tokenizer: (any Tokenizer)?
    private let limit: Int
    private var bytes = 0
    private var tokens = 0

    init(_ tokenizer: (any Tokenizer)?, limit: Int) {
        self.tokenizer = tokenizer
        self.limit = limit
    }

    mutating func add(_ text: [UInt8]) {
        guard let tokenizer, bytes < limit else { return }
        var ids: [Int32] = []
        text.withUnsafeBufferPointer { tokenizer.encode(ordinary: $0, into: &ids) }
        bytes += text.count
        tokens += ids.count
    }

    /// Nil without a tokenizer or a text.
    var bytesAToken: Double? { tokens > 0 ? Double(bytes) / Double(tokens) : nil }
}
