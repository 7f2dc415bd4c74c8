/// Turns ids into text as they come, never emitting half a character.
///
/// The deltas joined, `flush` included, equal `decode` of all the ids.
public struct StreamingDecoder: Sendable {
    private let tokenizer: any Tokenizer
    private let skipped: Set<Int32>
    /// Bytes that begin a character not yet complete.
    private var pending: [UInt8] = []
    private var spacesToStrip: Int
    private var isFirst = true

    public init(_ tokenizer: any Tokenizer, skipsSpecialTokens: Bool = true) {
        self.tokenizer = tokenizer
        skipped = skipsSpecialTokens ? Set(tokenizer.specialTokens.names.keys) : []
        spacesToStrip = tokenizer.leadingSpacesStripped
    }

    /// A decoder for what follows `context`, so that the space between the two is kept.
    public init(
        _ tokenizer: any Tokenizer, after context: [Int32], skipsSpecialTokens: Bool = true
    ) {
        self.init(tokenizer, skipsSpecialTokens: skipsSpecialTokens)
        for id in context { _ = push(id) }
    }

    /// The text that `id` completes, often empty.
    public mutating func push(_ id: Int32) -> String {
        if skipped.contains(id) { return "" }
        var bytes = tokenizer.bytes(of: id, isFirst: isFirst)
        isFirst = false
        if spacesToStrip > 0, !bytes.isEmpty {
            let spaces = bytes.prefix(spacesToStrip).prefix { $0 == 0x20 }.count
            spacesToStrip = spaces == bytes.count ? spacesToStrip - spaces : 0
            bytes.removeFirst(spaces)
        }
        pending.append(contentsOf: bytes)
        let ready = pending.count - UTF8Scan.incompleteSuffixLength(pending)
        defer { pending.removeFirst(ready) }
        return String(decoding: pending[..<ready], as: UTF8.self)
    }

    /// What is left at the end: an incomplete character, as U+FFFD, or nothing.
    public mutating func flush() -> String {
        defer { pending = [] }
        return String(decoding: pending, as: UTF8.self)
    }
}
