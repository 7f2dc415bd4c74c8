public import Corpora

/// One operation of a preparation: it looks at documents in order and says what becomes of each.
///
/// A step belongs to one preparation and is asked by one thread at a time; it may use more threads
/// itself, but its verdicts never depend on how many.
public protocol PreparationStep: AnyObject {
    /// What reports call it: `length`.
    var name: String { get }
    /// Everything that decides its verdicts.
    var settings: [Setting] { get }
    /// What it remembers of documents it has seen; nil where each verdict is of one document alone.
    var memory: (any StepMemory)? { get }
    /// One verdict for each document, in their order.
    func verdicts(on documents: [Document], threads: Int) throws -> [Verdict]
}

extension PreparationStep {
    /// Nothing is remembered.
    public var memory: (any StepMemory)? { nil }
}

/// What a step remembers, kept in a file so that a preparation goes on where it was.
public protocol StepMemory: AnyObject {
    /// Opens the memory in a file of its own.
    ///
    /// - Parameters:
    ///   - path: where the file is, or will be.
    ///   - byteCount: what of it counts; the rest is forgotten. 0 begins anew.
    func open(path: String, byteCount: Int) throws
    /// Brings everything to the disk and says how many bytes of the file count now.
    func save() throws -> Int
    /// Bytes of memory that are held now.
    var residentBytes: Int { get }
}

/// A filter that looks at one document alone: its verdict is a function of the text.
public protocol DocumentFilter: Sendable {
    /// What reports call it: `length`.
    var name: String { get }
    /// Everything that decides its verdicts.
    var settings: [Setting] { get }
    /// The verdict on a text, valid UTF-8 and not empty; asked on any thread.
    func verdict(on text: UnsafeBufferPointer<UInt8>) -> Verdict
}

/// A filter as a step: documents side by side on all cores.
public final class FilterStep: PreparationStep {
    private let filter: any DocumentFilter

    /// A step of a filter.
    public init(_ filter: some DocumentFilter) { self.filter = filter }

    public var name: String { filter.name }
    public var settings: [Setting] { filter.settings }

    public func verdicts(on documents: [Document], threads: Int) -> [Verdict] {
        let filter = filter
        return ParallelMap.results(of: documents, threads: threads) { document in
            document.utf8.withUnsafeBufferPointer { filter.verdict(on: $0) }
        }
    }
}
