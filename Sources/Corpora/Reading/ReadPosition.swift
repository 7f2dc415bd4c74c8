/// A place between two documents of a source, from which reading can go on.
public struct ReadPosition: Sendable, Hashable, Codable {
    /// Which of the source's files; for texts in memory, which text.
    public var file: Int
    /// Bytes of the file before the place.
    public var offset: Int
    /// One-based line of the next byte.
    public var line: Int
    /// What was seen until there.
    public var report: ReadReport

    init(file: Int, offset: Int = 0, line: Int = 1, report: ReadReport) {
        self.file = file
        self.offset = offset
        self.line = line
        self.report = report
    }

    /// The place before a source's first document.
    public static let start = ReadPosition(file: 0, report: ReadReport())
}
