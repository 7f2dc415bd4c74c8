/// How much one template may use; going over any of these ends it with an error of kind `limit`.
///
/// The usual limits leave hundreds of times what published chat templates use, and end the worst
/// template within seconds.
public struct TemplateLimits: Sendable, Equatable {
    /// Nodes of syntax evaluated, values walked, and every 16 bytes of text read or made.
    public var steps: Int
    /// Bytes of UTF-8 that the whole output, and any text captured on the way, may have.
    public var outputBytes: Int
    /// Bytes of all values made while rendering, counted as they are made and never given back.
    public var memoryBytes: Int
    /// How deep calls, statements and expressions may stand within each other while rendering.
    ///
    /// More than 400 counts as 400, which is what a thread's usual stack holds.
    public var depth: Int
    /// How deep tags and expressions may be nested in the source, and lists in values.
    ///
    /// More than 80 counts as 80.
    public var nesting: Int
    /// Bytes of UTF-8 that the source may have.
    public var sourceBytes: Int

    /// Limits of one's own; what is not given is as in ``standard``.
    public init(
        steps: Int = 5_000_000, outputBytes: Int = 64 << 20, memoryBytes: Int = 512 << 20,
        depth: Int = 400, nesting: Int = 80, sourceBytes: Int = 4 << 20
    ) {
        self.steps = steps
        self.outputBytes = outputBytes
        self.memoryBytes = memoryBytes
        self.depth = depth
        self.nesting = nesting
        self.sourceBytes = sourceBytes
    }

    /// These limits with what a usual stack cannot hold taken back to what it can.
    var bounded: TemplateLimits {
        var limits = self
        limits.depth = min(depth, 400)
        limits.nesting = min(nesting, 80)
        return limits
    }

    /// The usual limits.
    public static let standard = TemplateLimits()
}
