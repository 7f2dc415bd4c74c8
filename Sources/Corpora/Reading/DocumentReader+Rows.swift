import Naming

extension DocumentReader {
    // MARK: - Rows of JSON

    /// - Parameter mapping: which fields are the text; nil hands on whole rows.
    func readRows(
        _ path: String, _ start: ReadPosition, _ mapping: TextMapping?,
        _ report: inout ReadReport, _ between: (ReadPosition) throws -> Void, _ each: Taker
    ) throws {
        let limit = source.documentLimit(in: source.format)
        let before = report.bytes - start.offset
        var reader = try SegmentReader(
            path: path, separator: [0x0a], limit: Self.longestRow, chunkBytes: chunkBytes)
        if start.offset > 0 {
            try reader.seek(to: start.offset, line: start.line)
        } else {
            try between(start)
            if reader.hadByteOrderMark { report.byteOrderMarks += 1 }
        }
        while let segment = try reader.next() {
            report.bytes = before + reader.consumed
            guard segment.startsFresh else { continue }
            try readRow(segment, path, mapping, limit, &report, each)
            if !segment.goesOn { try between(reader.place(in: start.file, report)) }
        }
        report.bytes = before + reader.consumed
    }

    private func readRow(
        _ segment: Segment, _ path: String, _ mapping: TextMapping?, _ limit: Int,
        _ report: inout ReadReport, _ each: Taker
    ) throws {
        report.rows += 1
        guard !segment.goesOn else {
            return try refuse(
                .rowTooLong, "the row is longer than \(Self.longestRow >> 20) MiB", path,
                segment.line, &report)
        }
        if segment.bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }) {
            return report.drop(.empty, at: "\(path):\(segment.line)", "the line is blank")
        }
        guard
            let (row, isRepaired) = try checked(
                segment.bytes, path: path, line: segment.line, &report)
        else { return }
        let own: Float16?
        switch difficulty(of: row) {
        case .known(let difficulty): own = difficulty
        case .wrong(let value):
            return try refuse(
                .wrongType, wrongDifficulty(value), path, segment.line, &report)
        }
        guard let mapping else {
            let origin = DocumentOrigin(source: source.name, file: path, line: segment.line)
            var document = Document(utf8: row, origin: origin)
            document.difficulty = own
            return try keep(document, repaired: isRepaired, &report, each)
        }
        switch JSONRow.text(by: mapping, in: row) {
        case .malformed(let reason, let column):
            try refuse(.notJSON, "\(reason) (column \(column))", path, segment.line, &report)
        case .missing(let field, let keys):
            try refuse(
                .missingField, Self.missing(field, keys), path, segment.line, &report)
        case .wrongType(let field, let kind):
            try refuse(.wrongType, "'\(field)' is \(kind)", path, segment.line, &report)
        case .text(let text, let hasLoneSurrogate):
            if hasLoneSurrogate, source.invalidUTF8 != .replace {
                return try refuseUTF8("a lone surrogate", path, segment.line, &report)
            }
            try keepWhole(
                text, file: path, line: segment.line, repaired: isRepaired || hasLoneSurrogate,
                difficulty: own, limit: limit, &report, each)
        }
    }

    private static func missing(_ field: String, _ keys: [String]) -> String {
        if let nearest = nearestName(to: field, among: keys) {
            return "no '\(field)'; is it '\(nearest)'?"
        }
        let shown = keys.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
        return "no '\(field)'; it has " + (keys.isEmpty ? "no key" : shown)
    }

    // MARK: - Records of delimited fields

    func readRecords(
        _ path: String, _ start: ReadPosition, _ rows: Source.DelimitedRows,
        _ report: inout ReadReport, _ between: (ReadPosition) throws -> Void, _ each: Taker
    ) throws {
        guard let mapping else { preconditionFailure("delimited rows have a mapping") }
        let limit = source.documentLimit(in: source.format)
        let before = report.bytes - start.offset
        var reader = try DelimitedReader(
            path: path, delimiter: rows.delimiter, limit: Self.longestRecord,
            chunkBytes: chunkBytes)
        let isNew = start.offset == 0
        if isNew {
            try between(start)
            if reader.hadByteOrderMark { report.byteOrderMarks += 1 }
        }
        var columns = rows.columns ?? []
        if rows.columns == nil {
            guard let names = try reader.next() else {
                report.rows += 1
                return report.drop(.empty, at: "\(path):1", "the file is empty")
            }
            columns = names.fields.map { String(decoding: $0, as: UTF8.self) }
            if let twice = Source.repeated(columns) {
                throw CorporaError(
                    .badSetting, "two columns are called '\(twice)'",
                    advice: "Give each its own name, or name them with columns.", path: path, line: 1)
            }
        }
        let places = try mapping.fields.map { field in
            guard let place = columns.firstIndex(of: field) else {
                throw CorporaError(
                    .badSetting,
                    rows.columns == nil
                        ? Self.missing(field, columns)
                        : "no '\(field)' among the columns that are named",
                    advice: rows.columns == nil
                        ? "Name the column that holds the text with field, or name the columns "
                            + "where the file has no row of names."
                        : "Name it with field.", path: path, line: 1)
            }
            return place
        }
        let difficultyPlace = source.difficulty.flatMap(columns.firstIndex)
        if !isNew { try reader.seek(to: start.offset, line: start.line) }
        while let record = try reader.next() {
            report.bytes = before + reader.consumed
            report.rows += 1
            try readRecord(
                record, path, mapping, places, difficultyPlace, columns.count, limit, &report, each)
            try between(
                ReadPosition(
                    file: start.file, offset: reader.consumed, line: record.lastLine + 1,
                    report: report))
        }
        report.bytes = before + reader.consumed
    }

    private func readRecord(
        _ record: DelimitedRecord, _ path: String, _ mapping: TextMapping, _ places: [Int],
        _ difficultyPlace: Int?, _ columnCount: Int, _ limit: Int, _ report: inout ReadReport, _ each: Taker
    ) throws {
        switch record.fault {
        case .textAfterQuote(let field):
            return try refuse(
                .misplacedQuote, "something follows the closing quote of field \(field); a quote "
                    + "inside quotes is doubled", path, record.line, &report)
        case .openQuote(let line):
            return try refuse(
                .misplacedQuote, "the quote that opens in line \(line) is never closed: all that "
                    + "follows, to line \(record.lastLine), is lost", path, record.line, &report)
        case .tooLong(let line):
            return try refuse(
                .rowTooLong, "the record is longer than \(Self.longestRecord >> 20) MiB"
                    + (line.map { "; is the quote that opens in line \($0) closed?" } ?? ""), path,
                record.line, &report)
        case nil: break
        }
        if record.isBlank {
            return report.drop(.empty, at: "\(path):\(record.line)", "the line is blank")
        }
        guard record.fields.count == columnCount else {
            return try refuse(
                .wrongFieldCount, "\(record.fields.count) fields, and \(columnCount) columns", path,
                record.line, &report)
        }
        guard
            let (text, isRepaired) = try checked(
                mapping.text(of: places.map { record.fields[$0] }), path: path, line: record.line,
                &report)
        else { return }
        let own: Float16?
        switch difficultyPlace.map({ Self.difficulty(record.fields[$0]) }) ?? .known(nil) {
        case .known(let difficulty): own = difficulty
        case .wrong(let value):
            return try refuse(.wrongType, wrongDifficulty(value), path, record.line, &report)
        }
        try keepWhole(
            text, file: path, line: record.line, repaired: isRepaired, difficulty: own,
            limit: limit, &report, each)
    }
}
