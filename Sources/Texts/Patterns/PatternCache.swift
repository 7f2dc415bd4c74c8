/// Keeps the patterns that were used last, so that a script may write them where it uses them.
///
/// It belongs to one thread. A pattern that does not compile is not kept.
public final class PatternCache {
    private struct Entry {
        let search: PatternSearch
        var lastUse: Int
    }

    /// How many are kept at most.
    public let capacity: Int
    // By bytes: strings that differ only in normalisation are different patterns.
    private var entries: [[UInt8]: Entry] = [:]
    private var uses = 0
    private let charge: WorkCharge

    /// A cache whose searches ask `charge` for their work.
    public init(capacity: Int = 64, charge: @escaping WorkCharge = { _ in }) {
        precondition(capacity > 0, "a cache keeps at least one pattern")
        self.capacity = capacity
        self.charge = charge
    }

    /// How many are kept now.
    public var count: Int { entries.count }

    /// A search for the pattern, compiled now or before.
    ///
    /// - Throws: `TextsError` of kind `pattern`.
    public func search(for source: String) throws -> PatternSearch {
        uses += 1
        let key = Array(source.utf8)
        if let search = entries[key]?.search {
            entries[key]?.lastUse = uses
            return search
        }
        // Compiling costs some hundred steps a byte.
        try charge(100 * (1 + key.count))
        let search = PatternSearch(try Pattern(source), charge: charge)
        if entries.count == capacity,
            let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })
        {
            entries[oldest.key] = nil
        }
        entries[key] = Entry(search: search, lastUse: uses)
        return search
    }
}
