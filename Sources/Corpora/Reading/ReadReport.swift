import Conversations

/// Why a row gave no document.
public enum DropCause: String, Sendable, Hashable, Codable, CaseIterable {
    case notJSON = "not JSON"
    case missingField = "field missing"
    case wrongType = "field is no string"
    case rowTooLong = "row too long"
    case wrongFieldCount = "wrong number of fields"
    case misplacedQuote = "quote out of place"
    case invalidUTF8 = "invalid UTF-8"
    case empty = "empty text"
    case noTokens = "no tokens"
    case unknownFormat = "format unknown"
    case missingKey = "key missing"
    case wrongValue = "wrong value"
    case unknownRole = "unknown role"
    case notAlternating = "turns do not alternate"
    case emptyTurn = "empty assistant turn"
    case specialToken = "special token in a message"
    case refused = "refused by the template"
    case leftOut = "left out by the template"
    case unfaithful = "training and serving differ"
    case nothingTrained = "nothing to train"
    case tooLong = "longer than the context"

    /// The cause for a row of a conversation.
    init(_ error: ConversationError) { self = DropCause(rawValue: error.code.rawValue) ?? .notJSON }
}

/// Rows dropped for one cause.
public struct Drops: Sendable, Hashable, Codable {
    public var cause: DropCause
    public var count: Int
    /// "file:line: reason" of the first three.
    public var firstCases: [String]
}

/// What a reading of a source saw, kept and dropped.
public struct ReadReport: Sendable, Hashable, Codable {
    public var files = 0
    /// Bytes read from files, or of texts in memory.
    public var bytes = 0
    /// Candidates: lines, rows, files, separated texts.
    public var rows = 0
    /// Documents kept, every part of a cut one counted.
    public var documents = 0
    /// Bytes of text kept.
    public var textBytes = 0
    /// Texts that were longer than the limit and were cut into parts.
    public var cutTexts = 0
    /// Documents in which malformed UTF-8 became U+FFFD, and the first three of them.
    public var repairedDocuments = 0
    public var firstRepairs: [String] = []
    /// Byte order marks removed from the beginnings of files.
    public var byteOrderMarks = 0
    /// Files below the folder that no pattern matches, and the first three of them.
    public var filesLeftOut = 0
    public var firstFilesLeftOut: [String] = []
    /// By cause, in the order of `DropCause.allCases`; causes without a case are absent.
    public var drops: [Drops] = []
    /// Rows of conversations that were cut to fit the context; nil for none.
    public var cutRows: Int?
    /// "file:line: reason" of the first three.
    public var firstCutRows: [String]?
    /// Tokens that count in the loss, held-out rows included; nil where all do.
    public var trainedTokens: Int?

    public init() {}

    public var droppedRows: Int { drops.reduce(0) { $0 + $1.count } }

    mutating func drop(_ cause: DropCause, at place: String, _ reason: String) {
        let index: Int
        if let known = drops.firstIndex(where: { $0.cause == cause }) {
            index = known
        } else {
            drops.append(Drops(cause: cause, count: 0, firstCases: []))
            let order = DropCause.allCases
            drops.sort { order.firstIndex(of: $0.cause)! < order.firstIndex(of: $1.cause)! }
            index = drops.firstIndex { $0.cause == cause }!
        }
        drops[index].count += 1
        if drops[index].firstCases.count < 3 {
            drops[index].firstCases.append("\(place): \(reason)")
        }
    }

    mutating func cut(at place: String, _ reason: String) {
        cutRows = (cutRows ?? 0) + 1
        if (firstCutRows?.count ?? 0) < 3 {
            firstCutRows = (firstCutRows ?? []) + ["\(place): \(reason)"]
        }
    }

    /// One line for each thing that a user should know of, none if all was kept as it was.
    public var remarks: [String] {
        var lines = drops.map { drop in
            "\(drop.count) of \(rows) rows dropped (\(drop.cause.rawValue)): "
                + drop.firstCases.joined(separator: "; ") + (drop.count > 3 ? "; ..." : "")
        }
        if repairedDocuments > 0 {
            lines.append(
                "\(repairedDocuments) documents with invalid UTF-8 repaired with U+FFFD: "
                    + firstRepairs.joined(separator: "; ") + (repairedDocuments > 3 ? "; ..." : ""))
        }
        if let cutRows, cutRows > 0 {
            lines.append(
                "\(cutRows) of \(rows) rows cut after the last answer that fits the context: "
                    + (firstCutRows ?? []).joined(separator: "; ") + (cutRows > 3 ? "; ..." : ""))
        }
        if cutTexts > 0 { lines.append("\(cutTexts) long texts cut into parts") }
        if byteOrderMarks > 0 { lines.append("\(byteOrderMarks) byte order marks removed") }
        if filesLeftOut > 0 {
            lines.append(
                "\(filesLeftOut) files were left out, as no pattern matches them or they are no plain "
                    + "files: "
                    + firstFilesLeftOut.joined(separator: ", ") + (filesLeftOut > 3 ? ", ..." : ""))
        }
        return lines
    }
}
