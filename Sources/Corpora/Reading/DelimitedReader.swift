/// One record of a file of delimited fields.
struct DelimitedRecord: Equatable {
    /// The fields without their quotes.
    var fields: [[UInt8]] = []
    /// One-based line of the first byte.
    var line = 1
    /// One-based line of the last byte.
    var lastLine = 1
    /// Why the record cannot be used.
    var fault: Fault?

    enum Fault: Equatable {
        /// Something other than a delimiter follows a closing quote; the one-based field.
        case textAfterQuote(field: Int)
        /// The file ends inside quotes that were opened in this line.
        case openQuote(line: Int)
        /// The record is longer than the limit.
        case tooLong(openedIn: Int?)
    }

    /// Whether nothing stands in the record's only line.
    var isBlank: Bool { fault == nil && fields.count == 1 && fields[0].isEmpty }
}

/// Cuts a file of delimited fields into records (RFC 4180): fields in double quotes may hold
/// delimiters and line ends, and a quote inside them is doubled; lines end with or without a
/// carriage return.
///
/// A quote that is not a field's first byte is a character as any other. Memory is the longest
/// record plus a chunk.
struct DelimitedReader {
    private let file: OpenFile
    private let delimiter: UInt8
    private let limit: Int
    private let chunkBytes: Int
    private var buffer: [UInt8] = []
    private var index = 0
    private var isAtEnd = false
    private var line = 1
    /// Bytes of the file that records were made of.
    private(set) var consumed = 0
    private(set) var hadByteOrderMark = false

    private static let quote = UInt8(ascii: "\"")
    private static let newline = UInt8(ascii: "\n")

    /// - Parameter limit: the longest record in bytes; longer ones are faults, and not kept.
    init(path: String, delimiter: UInt8, limit: Int, chunkBytes: Int = 1 << 20) throws {
        file = try OpenFile(reading: path)
        self.delimiter = delimiter
        self.limit = limit
        self.chunkBytes = chunkBytes
        while buffer.count < 3, try fill() {}
        if buffer.starts(with: [0xef, 0xbb, 0xbf]) {
            index = 3
            consumed = 3
            hadByteOrderMark = true
        }
    }

    /// Goes to a place between two records.
    mutating func seek(to offset: Int, line: Int) throws {
        try file.seek(to: offset)
        buffer.removeAll(keepingCapacity: true)
        index = 0
        isAtEnd = false
        consumed = offset
        self.line = line
    }

    private enum State {
        case fieldStart, plain, quoted, quoteInQuotes
    }

    /// The next record, or nil at the end of the file.
    mutating func next() throws -> DelimitedRecord? {
        var record = DelimitedRecord(line: line, lastLine: line)
        var field: [UInt8] = []
        var state = State.fieldStart
        var kept = 0
        var isEmpty = true
        var quoteLine = line
        while true {
            if index == buffer.count {
                guard try fill() else { break }
            }
            // A run of bytes that mean nothing special is taken at once.
            if state == .plain || state == .quoted {
                let run = ordinaryRun(inQuotes: state == .quoted)
                if run > 0 {
                    isEmpty = false
                    if record.fault == nil, kept <= limit {
                        field.append(contentsOf: buffer[index..<index + run])
                    }
                    index += run
                    consumed += run
                    kept += run
                    if kept > limit, record.fault == nil {
                        record.fault = .tooLong(openedIn: state == .quoted ? quoteLine : nil)
                        field = []
                    }
                    continue
                }
            }
            let byte = buffer[index]
            index += 1
            consumed += 1
            isEmpty = false
            if byte == Self.newline { line += 1 }
            switch (state, byte) {
            case (.quoted, Self.quote):
                state = .quoteInQuotes
            case (.quoted, _):
                append(byte, to: &field, &kept, &record)
            case (.quoteInQuotes, Self.quote):
                append(byte, to: &field, &kept, &record)
                state = .quoted
            case (.fieldStart, Self.quote):
                state = .quoted
                quoteLine = line
            case (_, delimiter):
                record.fields.append(field)
                field.removeAll(keepingCapacity: true)
                state = .fieldStart
            case (_, Self.newline):
                // A carriage return before the line end belongs to it.
                if field.last == 0x0d, state == .plain { field.removeLast() }
                record.fields.append(field)
                record.lastLine = line - 1
                return record
            case (.quoteInQuotes, 0x0d):
                // Before a line end or the end of the file it belongs to that.
                if index == buffer.count { _ = try fill() }
                if index < buffer.count, buffer[index] != Self.newline {
                    record.fault = record.fault ?? .textAfterQuote(field: record.fields.count + 1)
                    state = .plain
                }
            case (.quoteInQuotes, _):
                record.fault = record.fault ?? .textAfterQuote(field: record.fields.count + 1)
                state = .plain
            default:
                append(byte, to: &field, &kept, &record)
                state = .plain
            }
        }
        guard !isEmpty else { return nil }
        if state == .quoted, record.fault == nil { record.fault = .openQuote(line: quoteLine) }
        if field.last == 0x0d, state == .plain { field.removeLast() }
        record.fields.append(field)
        record.lastLine = line
        return record
    }

    private func append(
        _ byte: UInt8, to field: inout [UInt8], _ kept: inout Int, _ record: inout DelimitedRecord
    ) {
        kept += 1
        if record.fault == nil { field.append(byte) }
    }

    /// Bytes from the present one on that neither end nor turn anything.
    private func ordinaryRun(inQuotes: Bool) -> Int {
        buffer.withUnsafeBufferPointer { bytes in
            var end = index
            if inQuotes {
                while end < bytes.count, bytes[end] != Self.quote, bytes[end] != Self.newline {
                    end += 1
                }
            } else {
                while end < bytes.count, bytes[end] != delimiter, bytes[end] != Self.newline {
                    end += 1
                }
            }
            return end - index
        }
    }

    /// Reads another chunk in place of the one that is used up; false at the end of the file.
    private mutating func fill() throws -> Bool {
        if isAtEnd { return false }
        buffer.removeSubrange(..<index)
        index = 0
        let count = try file.read(into: &buffer, atMost: chunkBytes)
        isAtEnd = count == 0
        return count > 0
    }
}
