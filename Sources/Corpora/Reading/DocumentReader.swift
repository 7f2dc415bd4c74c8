import Naming

/// Reads a source's documents in order, in memory that does not grow with the source.
public struct DocumentReader: Sendable {
    /// Rows of JSON longer than this are bad rows.
    static let longestRow = 256 << 20
    /// Records of delimited fields longer than this are: a quote that is never closed makes one of
    /// all that follows.
    static let longestRecord = 64 << 20

    let source: Source
    let chunkBytes: Int
    let listing: FileListing
    /// Which fields of rows are the text; nil where no format of the source has fields.
    let mapping: TextMapping?
    /// Where rows say how difficult they are. A number is no text alone, but may stand in one: here
    /// before a space.
    let difficultyMapping: TextMapping?

    /// What takes the documents, with the report as it stands.
    public typealias Taker = (Document, ReadReport) throws -> Void

    /// Checks the settings and finds the files; reads nothing yet.
    ///
    /// - Throws: `CorporaError` for a setting out of range or a path that is not there.
    public init(_ source: Source) throws { try self.init(source, chunkBytes: 1 << 20) }

    init(_ source: Source, chunkBytes: Int) throws {
        try source.validate()
        self.source = source
        self.chunkBytes = chunkBytes
        listing = try FileListing(source)
        difficultyMapping = try source.difficulty.map { try TextMapping("{\($0)} ") }
        switch source.format {
        case .jsonLines(let field): mapping = try TextMapping(field)
        case .delimited(let rows): mapping = try TextMapping(rows.field)
        case .automatic: mapping = try TextMapping("text")
        case .text, .conversations: mapping = nil
        }
    }

    /// Bytes that `read` will read.
    public var byteCount: Int {
        if case .memory(let texts) = source.place {
            return texts.reduce(0) { $0 + $1.utf8.count }
        }
        return listing.byteCount
    }

    /// The source's files as they were found, with size in bytes and modification time in
    /// nanoseconds since 1970.
    public var files: [(path: String, byteCount: Int, modified: Int)] {
        listing.files.map { ($0.path, $0.byteCount, $0.modified) }
    }

    /// Hands every document to `each`, with the report as it stands.
    ///
    /// - Returns: what was seen, kept and dropped.
    /// - Throws: `CorporaError` for a file that cannot be read, a bad row or invalid UTF-8 where
    ///   the source says stop, more bad rows than it allows; and whatever `each` throws.
    @discardableResult
    public func read(_ each: Taker) throws -> ReadReport {
        try read(from: .start, between: { _ in }, each)
    }

    /// The same from a place on, which an earlier reading of the same files passed.
    ///
    /// - Parameter between: told of every place from which another reading could go on; the
    ///   documents that follow it are the same then.
    @discardableResult
    public func read(
        from start: ReadPosition, between: (ReadPosition) throws -> Void, _ each: Taker
    ) throws -> ReadReport {
        var report = start.report
        if start.file == 0, start.offset == 0 {
            report.filesLeftOut = listing.leftOutCount
            report.firstFilesLeftOut = listing.firstLeftOut
        }
        if case .memory(let texts) = source.place {
            for (index, text) in texts.enumerated().dropFirst(start.file) {
                try between(ReadPosition(file: index, report: report))
                try readMemory(text, index, &report, each)
            }
            return report
        }
        for index in listing.files.indices.dropFirst(start.file) {
            if index > start.file || start.offset == 0 {
                let place = ReadPosition(file: index, report: report)
                report.files += 1
                try readFile(place, &report, between, each)
            } else {
                try readFile(start, &report, between, each)
            }
        }
        try source.maximumBadRows?.check(report, of: source, isEnd: true)
        return report
    }

    // Inlined into the loop over files, it breaks the optimizer of Swift 6.3.
    @inline(never)
    private func readFile(
        _ place: ReadPosition, _ report: inout ReadReport,
        _ between: (ReadPosition) throws -> Void, _ each: Taker
    ) throws {
        let path = listing.files[place.file].path
        switch format(of: path) {
        case .jsonLines: try readRows(path, place, mapping, &report, between, each)
        case .conversations: try readRows(path, place, nil, &report, between, each)
        case .delimited(let rows): try readRecords(path, place, rows, &report, between, each)
        case .text(let split): try readText(path, place, split, &report, between, each)
        case .automatic: preconditionFailure("The format of a file is resolved by its name.")
        }
    }

    private func format(of path: String) -> Source.Format {
        guard source.format == .automatic else { return source.format }
        return path.hasSuffix(".jsonl") || path.hasSuffix(".ndjson")
            ? .jsonLines(field: "text") : .text(.whole)
    }

    private func readMemory(
        _ text: String, _ index: Int, _ report: inout ReadReport, _ each: Taker
    ) throws {
        report.rows += 1
        report.bytes += text.utf8.count
        guard !source.format.isOfConversations else {
            let origin = DocumentOrigin(source: source.name, line: index + 1)
            return try keep(
                Document(utf8: Array(text.utf8), origin: origin), repaired: false, &report, each)
        }
        try keepWhole(
            Array(text.utf8), file: nil, line: index + 1, repaired: false,
            limit: source.maximumDocumentBytes ?? 1 << 20, &report, each)
    }

    // MARK: - Plain text

    private func readText(
        _ path: String, _ start: ReadPosition, _ split: Source.TextSplit,
        _ report: inout ReadReport, _ between: (ReadPosition) throws -> Void, _ each: Taker
    ) throws {
        let limit = source.documentLimit(in: .text(split))
        let separator: [UInt8]? =
            switch split {
            case .whole: nil
            case .lines, .blankLines: [0x0a]
            case .separator(let text): Array(text.utf8)
            }
        let before = report.bytes - start.offset
        var reader = try SegmentReader(
            path: path, separator: separator, limit: limit, chunkBytes: chunkBytes)
        if start.offset > 0 {
            try reader.seek(to: start.offset, line: start.line)
        } else {
            try between(start)
            if reader.hadByteOrderMark { report.byteOrderMarks += 1 }
        }
        var paragraph = Paragraph(limit: limit)
        while var segment = try reader.next() {
            report.bytes = before + reader.consumed
            if split == .blankLines {
                for whole in paragraph.add(segment) {
                    try keepPart(whole, path, &report, each)
                }
                if paragraph.isEmpty, !segment.goesOn {
                    try between(reader.place(in: start.file, report))
                }
                continue
            }
            if split == .lines, !segment.goesOn, segment.bytes.last == 0x0d {
                segment.bytes.removeLast()
            }
            try keepPart(segment, path, &report, each)
            if !segment.goesOn, split != .whole {
                try between(reader.place(in: start.file, report))
            }
        }
        if let rest = paragraph.finish() { try keepPart(rest, path, &report, each) }
        report.bytes = before + reader.consumed
        // An empty file has no segment, but is a document that is missing.
        if split == .whole, reader.consumed == 0 {
            report.rows += 1
            report.drop(.empty, at: "\(path):1", "the file is empty")
        }
    }

    private func keepPart(
        _ segment: Segment, _ path: String, _ report: inout ReadReport, _ each: Taker
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
}

extension SegmentReader {
    /// The place before the next segment of a file.
    func place(in file: Int, _ report: ReadReport) -> ReadPosition {
        ReadPosition(file: file, offset: consumed, line: nextLine, report: report)
    }
}
