import Foundation

/// A stretch of a file between two separators, or one part of a stretch that is too long.
struct Segment {
    var bytes: [UInt8]
    /// One-based line of the first byte.
    var line: Int
    /// False for the second and later parts of a long stretch.
    var startsFresh: Bool
    /// True where another part follows.
    var goesOn: Bool
}

/// Cuts a file into segments, reading it in chunks: memory is the longest segment plus a chunk.
///
/// Where segments end depends on the file's content alone, never on the size of the chunks.
struct SegmentReader {
    private let file: OpenFile
    private let separator: [UInt8]?
    private let limit: Int
    private let chunkBytes: Int
    private var buffer: [UInt8] = []
    private var start = 0
    /// Bytes from `start` on that are known to begin no separator.
    private var scanned = 0
    private var line = 1
    private var isAtEnd = false
    private var isInside = false
    private var bytesRead = 0
    private(set) var hadByteOrderMark = false

    /// - Parameters:
    ///   - separator: stands between segments; nil makes the file one segment.
    ///   - limit: the longest segment in bytes; longer ones come in parts.
    init(path: String, separator: [UInt8]?, limit: Int, chunkBytes: Int = 1 << 20) throws {
        file = try OpenFile(reading: path)
        self.separator = separator
        self.limit = limit
        self.chunkBytes = chunkBytes
        try fill(3)
        if buffer.starts(with: [0xef, 0xbb, 0xbf]) {
            start = 3
            hadByteOrderMark = true
        }
    }

    /// Bytes of the file that segments and what stands between them were made of.
    var consumed: Int { bytesRead - (buffer.count - start) }

    /// One-based line of the next segment's first byte.
    var nextLine: Int { line }

    /// Goes to a place between two segments.
    mutating func seek(to offset: Int, line: Int) throws {
        try file.seek(to: offset)
        buffer.removeAll(keepingCapacity: true)
        start = 0
        scanned = 0
        bytesRead = offset
        isAtEnd = false
        isInside = false
        self.line = line
    }

    /// The next segment, or nil at the end of the file.
    ///
    /// A separator at the very end of the file is followed by no segment.
    mutating func next() throws -> Segment? {
        while true {
            let window = min(buffer.count - start, limit + (separator?.count ?? 0))
            if let end = find(within: window) {
                let segment = take(end, goesOn: false)
                start += separator?.count ?? 0
                line += separator.map(Self.newlines(in:)) ?? 0
                return segment
            }
            // Decided only when enough is in the buffer to know that no separator ends the
            // segment within the limit, whatever the chunks were.
            if buffer.count - start > limit + (separator?.count ?? 0) {
                return take(
                    buffer.withUnsafeBufferPointer {
                        TextCut.end(in: UnsafeBufferPointer(rebasing: $0[start...]), limit: limit)
                    }, goesOn: true)
            }
            if isAtEnd {
                let rest = buffer.count - start
                guard rest > 0 else { return nil }
                if rest > limit {
                    return take(
                        buffer.withUnsafeBufferPointer {
                            TextCut.end(
                                in: UnsafeBufferPointer(rebasing: $0[start...]), limit: limit)
                        }, goesOn: true)
                }
                return take(rest, goesOn: false)
            }
            try fill(buffer.count - start + 1)
        }
    }

    /// The distance from `start` to the first separator that begins within the limit.
    private mutating func find(within window: Int) -> Int? {
        guard let separator, window >= separator.count else { return nil }
        let from = min(scanned, window - separator.count + 1)
        let found: Int? = buffer.withUnsafeBytes { buffer in
            let base = buffer.baseAddress! + start
            // Candidates are found by the first byte, then compared whole.
            var candidate = from
            let last = window - separator.count
            while candidate <= last,
                let hit = memchr(base + candidate, Int32(separator[0]), last - candidate + 1)
            {
                candidate = UnsafeRawPointer(hit) - base
                if memcmp(hit, separator, separator.count) == 0 { return candidate }
                candidate += 1
            }
            return nil
        }
        scanned = found == nil ? window - separator.count + 1 : 0
        return found
    }

    private mutating func take(_ count: Int, goesOn: Bool) -> Segment {
        let bytes = Array(buffer[start..<start + count])
        let segment = Segment(bytes: bytes, line: line, startsFresh: !isInside, goesOn: goesOn)
        line += Self.newlines(in: bytes)
        start += count
        scanned = 0
        isInside = goesOn
        return segment
    }

    /// Reads until `wanted` bytes are ahead or the file ends.
    private mutating func fill(_ wanted: Int) throws {
        if start > 0 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        while buffer.count < wanted && !isAtEnd {
            let count = try file.read(into: &buffer, atMost: chunkBytes)
            bytesRead += count
            isAtEnd = count == 0
        }
    }

    private static func newlines(in bytes: [UInt8]) -> Int {
        bytes.withUnsafeBufferPointer { $0.reduce(0) { $1 == 0x0a ? $0 &+ 1 : $0 } }
    }
}
