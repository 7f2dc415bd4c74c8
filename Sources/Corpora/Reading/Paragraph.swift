/// Joins lines into texts that blank lines separate.
struct Paragraph {
    private let limit: Int
    private var bytes: [UInt8] = []
    private var line = 0
    private var startsFresh = true
    private var isMidLine = false

    init(limit: Int) { self.limit = limit }

    /// Takes the next line, or part of one, without its line end; gives what is complete now.
    mutating func add(_ segment: Segment) -> [Segment] {
        let isBlank =
            segment.startsFresh && !segment.goesOn
            && segment.bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }
        if isBlank { return finish().map { [$0] } ?? [] }
        var complete: [Segment] = []
        let joint = bytes.isEmpty || isMidLine ? 0 : 1
        if !bytes.isEmpty, bytes.count + joint + segment.bytes.count > limit {
            // The line end stays with the former part, so that the parts join without loss.
            if joint == 1 { bytes.append(0x0a) }
            complete.append(
                Segment(bytes: bytes, line: line, startsFresh: startsFresh, goesOn: true))
            bytes = []
            startsFresh = false
        } else if joint == 1 {
            bytes.append(0x0a)
        }
        if bytes.isEmpty { line = segment.line }
        bytes.append(contentsOf: segment.bytes)
        isMidLine = segment.goesOn
        return complete
    }

    /// Gives what was joined so far, if anything.
    mutating func finish() -> Segment? {
        defer {
            bytes = []
            startsFresh = true
            isMidLine = false
        }
        if bytes.last == 0x0d { bytes.removeLast() }
        guard !bytes.isEmpty else { return nil }
        return Segment(bytes: bytes, line: line, startsFresh: startsFresh, goesOn: false)
    }
}

extension Paragraph {
    /// Whether nothing waits to be joined.
    var isEmpty: Bool { bytes.isEmpty && startsFresh }
}
