import Naming

/// Reads a source's documents in order, in memory that does not grow with the source.
public struct DocumentReader {
    /// Rows of JSON longer than this are bad rows.
    static let longestRow = 256 << 20

    private let source: Source
    private let chunkBytes: Int
    let listing: FileListing

    /// Checks the settings and finds the files; reads nothing yet.
    ///
    /// - Throws: `CorporaError` for a setting out of range or a path that is not there.
    public init(_ source: Source) throws { try self.init(source, chunkBytes: 1 << 20) }

    init(_ source: Source, chunkBytes: Int) throws {
        try source.validate()
        self.source = source
        self.chunkBytes = chunkBytes
        listing = try FileListing(source)
    }

    /// Bytes that `read` will read.
    public var byteCount: Int {
        if case .memory(let texts) = source.place {
            return texts.reduce(0) { $0 + $1.utf8.count }
        }
        return listing.byteCount
    }

    /// Hands every document to `each`, with the report as it stands.
    ///
    /// - Returns: what was seen, kept and dropped.
    /// - Throws: `CorporaError` for a file that cannot be read, a bad row or invalid UTF-8 where
    ///   the source says stop; and whatever `each` throws.
    @discardableResult
    public func read(_ each: (Document, ReadReport) throws -> Void) throws -> ReadReport {
        var report = ReadReport()
        report.filesLeftOut = listing.leftOutCount
        report.firstFilesLeftOut = listing.firstLeftOut
        if case .memory(let texts) = source.place {
            for (index, text) in texts.enumerated() {
                report.rows += 1
                report.bytes += text.utf8.count
                guard !source.format.isOfConversations else {
                    let origin = DocumentOrigin(source: source.name, line: index + 1)
                    try keep(
                        Document(utf8: Array(text.utf8), origin: origin), repaired: false,
                        &report, each)
                    continue
                }
                try keepWhole(
                    Array(text.utf8), file: nil, line: index + 1, repaired: false,
                    format: .text(.whole), limit: source.maximumDocumentBytes ?? 1 << 20, &report,
                    each)
            }
            return report
        }
        for file in listing.files {
            report.files += 1
            switch format(of: file.path) {
            case .jsonLines(let field): try readRows(file.path, field, &report, each)
            case .conversations: try readRows(file.path, nil, &report, each)
            case .text(let split): try readText(file.path, split, &report, each)
            case .automatic: preconditionFailure("The format of a file is resolved by its name.")
            }
        }
        return report
    }

    private func format(of path: String) -> Source.Format {
        guard source.format == .automatic else { return source.format }
        return path.hasSuffix(".jsonl") || path.hasSuffix(".ndjson")
            ? .jsonLines(field: "text") : .text(.whole)
    }

    // MARK: - Plain text

    private func readText(
        _ path: String, _ split: Source.TextSplit, _ report: inout ReadReport,
        _ each: (Document, ReadReport) throws -> Void
    ) throws {
        let limit = source.documentLimit(in: .text(split))
        let separator: [UInt8]? =
            switch split {
            case .whole: nil
            case .lines, .blankLines: [0x0a]
            case .separator(let text): Array(text.utf8)
            }
        let before = report.bytes
        var reader = try SegmentReader(
            path: path, separator: separator, limit: limit, chunkBytes: chunkBytes)
        if reader.hadByteOrderMark { report.byteOrderMarks += 1 }
        var paragraph = Paragraph(limit: limit)
        while var segment = try reader.next() {
            report.bytes = before + reader.bytesRead
            if split == .blankLines {
                for whole in paragraph.add(segment) {
                    try keepPart(whole, path, &report, each)
                }
                continue
            }
            if split == .lines, !segment.goesOn, segment.bytes.last == 0x0d {
                segment.bytes.removeLast()
            }
            try keepPart(segment, path, &report, each)
        }
        if let rest = paragraph.finish() { try keepPart(rest, path, &report, each) }
        report.bytes = before + reader.bytesRead
        // An empty file has no segment, but is a document that is missing.
        if split == .whole, report.bytes == before {
            report.rows += 1
            report.drop(.empty, at: "\(path):1", "the file is empty")
        }
    }

    private func keepPart(
        _ segment: Segment, _ path: String, _ report: inout ReadReport,
        _ each: (Document, ReadReport) throws -> Void
    ) throws {
        if segment.startsFresh {
            report.rows += 1
            if segment.goesOn { report.cutTexts += 1 }
        }
        guard
            let (bytes, repaired) = try checked(
                segment.bytes, path: path, line: segment.line, &report)
        else { return }
        guard !bytes.isEmpty else {
            return report.drop(.empty, at: "\(path):\(segment.line)", "nothing stands there")
        }
        try keep(
            Document(
                utf8: bytes,
                origin: DocumentOrigin(source: source.name, file: path, line: segment.line),
                startsMidway: !segment.startsFresh, goesOn: segment.goesOn),
            repaired: repaired, &report, each)
    }

    // MARK: - Rows of JSON

    /// - Parameter field: the key of the text; nil hands on whole rows.
    private func readRows(
        _ path: String, _ field: String?, _ report: inout ReadReport,
        _ each: (Document, ReadReport) throws -> Void
    ) throws {
        let limit = source.documentLimit(in: source.format)
        let before = report.bytes
        var reader = try SegmentReader(
            path: path, separator: [0x0a], limit: Self.longestRow, chunkBytes: chunkBytes)
        if reader.hadByteOrderMark { report.byteOrderMarks += 1 }
        while let segment = try reader.next() {
            report.bytes = before + reader.bytesRead
            let place = "\(path):\(segment.line)"
            guard segment.startsFresh else { continue }
            report.rows += 1
            guard !segment.goesOn else {
                try refuse(
                    .rowTooLong, "the row is longer than \(Self.longestRow >> 20) MiB", path,
                    segment.line, &report)
                continue
            }
            if segment.bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }) {
                report.drop(.empty, at: place, "the line is blank")
                continue
            }
            guard
                let (row, isRepaired) = try checked(
                    segment.bytes, path: path, line: segment.line, &report)
            else { continue }
            guard let field else {
                let origin = DocumentOrigin(
                    source: source.name, file: path, line: segment.line)
                try keep(
                    Document(utf8: row, origin: origin), repaired: isRepaired, &report, each)
                continue
            }
            switch JSONRow.text(at: field, in: row) {
            case .malformed(let reason, let column):
                try refuse(
                    .notJSON, "\(reason) (column \(column))", path, segment.line, &report)
            case .missing(let keys):
                try refuse(.missingField, Self.missing(field, keys), path, segment.line, &report)
            case .wrongType(let kind):
                try refuse(.wrongType, "'\(field)' is \(kind)", path, segment.line, &report)
            case .text(let text, let hasLoneSurrogate):
                if hasLoneSurrogate, source.invalidUTF8 != .replace {
                    try refuseUTF8("a lone surrogate", path, segment.line, &report)
                    continue
                }
                try keepWhole(
                    text, file: path, line: segment.line,
                    repaired: isRepaired || hasLoneSurrogate, format: .jsonLines(field: field),
                    limit: limit, &report, each)
            }
        }
        report.bytes = before + reader.bytesRead
    }

    private static func missing(_ field: String, _ keys: [String]) -> String {
        if let nearest = nearestName(to: field, among: keys) {
            return "no '\(field)'; is it '\(nearest)'?"
        }
        let shown = keys.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
        return "no '\(field)'; it has " + (keys.isEmpty ? "no key" : shown)
    }

    // MARK: - Keeping and refusing

    /// Keeps a text that is in memory whole, in parts where it is too long.
    private func keepWhole(
        _ text: [UInt8], file: String?, line: Int, repaired: Bool, format: Source.Format,
        limit: Int, _ report: inout ReadReport, _ each: (Document, ReadReport) throws -> Void
    ) throws {
        guard !text.isEmpty else {
            return report.drop(.empty, at: "\(file ?? "memory"):\(line)", "the text is empty")
        }
        let origin = DocumentOrigin(source: source.name, file: file, line: line)
        let hash = ContentHash.xxh3(text)
        let parts = TextCut.parts(of: text, limit: limit)
        if parts.count > 1 { report.cutTexts += 1 }
        for (index, part) in parts.enumerated() {
            try keep(
                Document(
                    utf8: Array(part), origin: origin, startsMidway: index > 0,
                    goesOn: index + 1 < parts.count, contentHash: hash),
                repaired: repaired && index == 0, &report, each)
        }
    }

    private func keep(
        _ document: Document, repaired: Bool, _ report: inout ReadReport,
        _ each: (Document, ReadReport) throws -> Void
    ) throws {
        report.documents += 1
        report.textBytes += document.utf8.count
        if repaired {
            report.repairedDocuments += 1
            if report.firstRepairs.count < 3 {
                report.firstRepairs.append(
                    "\(document.origin.file ?? "memory"):\(document.origin.line)")
            }
        }
        try each(document, report)
    }

    /// The bytes as valid UTF-8, or nil where the document is dropped.
    private func checked(
        _ bytes: [UInt8], path: String, line: Int, _ report: inout ReadReport
    ) throws -> (bytes: [UInt8], repaired: Bool)? {
        if UTF8Check.isValid(bytes) { return (bytes, false) }
        if source.invalidUTF8 == .replace { return (UTF8Check.repaired(bytes), true) }
        let fault = UTF8Check.firstFault(in: bytes)
        let faultLine = line + bytes[..<fault].count { $0 == 0x0a }
        let value = String(bytes[min(fault, bytes.count - 1)], radix: 16)
        try refuseUTF8("byte 0x\(value)", path, faultLine, &report)
        return nil
    }

    private func refuseUTF8(
        _ what: String, _ path: String, _ line: Int, _ report: inout ReadReport
    ) throws {
        guard source.invalidUTF8 == .stop else {
            return report.drop(.invalidUTF8, at: "\(path):\(line)", what)
        }
        throw CorporaError(
            .invalidUTF8, "\(what) is not valid UTF-8 there",
            advice: "Convert the file, or let invalid UTF-8 be replaced or dropped.", path: path,
            line: line)
    }

    private func refuse(
        _ cause: DropCause, _ reason: String, _ path: String, _ line: Int,
        _ report: inout ReadReport
    ) throws {
        guard source.badRow == .stop else {
            return report.drop(cause, at: "\(path):\(line)", reason)
        }
        throw CorporaError(
            .badRow, "\(cause.rawValue): \(reason)",
            advice: "Mend the row, or let bad rows be skipped.", path: path, line: line)
    }
}
