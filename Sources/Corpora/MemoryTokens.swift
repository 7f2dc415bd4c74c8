import Naming
public import Tokenizers

/// Tokenized documents held in memory: for small sets, for weighted runs and for tests.
public struct MemoryTokens: TokenSource {
    public let name: String
    public let fingerprint: String
    public let tokenCount: Int
    public let byteCount: Int
    private let runs: [TokenRun]
    private let byteCounts: [Int]
    private let difficulties: [Float16?]?

    /// Documents by ids and weights.
    ///
    /// - Parameters:
    ///   - runs: one a document, none empty; weights as many as ids.
    ///   - byteCounts: bytes of text by document; by default as many as ids.
    ///   - difficulties: by document; nil where none has any.
    /// - Throws: `CorporaError` for an empty run or a wrong number of weights or byte counts.
    public init(
        name: String, runs: [TokenRun], byteCounts: [Int]? = nil, difficulties: [Float16?]? = nil
    ) throws {
        for (index, run) in runs.enumerated() {
            guard !run.ids.isEmpty else {
                throw CorporaError(
                    .badSetting, "document \(index) of '\(name)' has no tokens",
                    advice: "Leave empty documents out.")
            }
            guard run.lossWeights.map({ $0.count == run.ids.count }) ?? true else {
                throw CorporaError(
                    .badSetting,
                    "document \(index) of '\(name)' has \(run.ids.count) ids and another number "
                        + "of loss weights",
                    advice: "Give one weight an id.")
            }
        }
        let byteCounts = byteCounts ?? runs.map(\.ids.count)
        guard byteCounts.count == runs.count else {
            throw CorporaError(
                .badSetting,
                "'\(name)' has \(runs.count) documents and \(byteCounts.count) "
                    + "byte counts",
                advice: "Give one byte count a document.")
        }
        self.name = name
        self.runs = runs
        self.byteCounts = byteCounts
        precondition(difficulties.map { $0.count == runs.count } ?? true, "One a document.")
        self.difficulties = difficulties
        tokenCount = runs.reduce(0) { $0 + $1.ids.count }
        byteCount = byteCounts.reduce(0, +)
        var bytes: [UInt8] = []
        for run in runs {
            withUnsafeBytes(of: run.ids.count.littleEndian) { bytes.append(contentsOf: $0) }
            run.ids.withUnsafeBytes { bytes.append(contentsOf: $0) }
            run.lossWeights?.withUnsafeBytes { bytes.append(contentsOf: $0) }
            run.second.map { bytes += Array("second \($0)".utf8) }
        }
        fingerprint = ContentHash(of: bytes).hex
    }

    /// Texts, tokenized here; texts without a token are left out.
    public init(name: String, texts: [String], tokenizer: any Tokenizer) throws {
        var runs: [TokenRun] = []
        var byteCounts: [Int] = []
        for text in texts {
            let ids = tokenizer.encode(text)
            guard !ids.isEmpty else { continue }
            runs.append(TokenRun(document: runs.count, ids: ids))
            byteCounts.append(text.utf8.count)
        }
        try self.init(name: name, runs: runs, byteCounts: byteCounts)
    }

    public var documentCount: Int { runs.count }

    public func extent(ofDocument index: Int) -> DocumentExtent {
        DocumentExtent(
            tokenCount: runs[index].ids.count, byteCount: byteCounts[index],
            difficulty: difficulties?[index])
    }

    public func run(ofDocument index: Int, tokens: Range<Int>) -> TokenRun {
        TokenRun(
            document: index, offset: tokens.lowerBound, ids: Array(runs[index].ids[tokens]),
            lossWeights: runs[index].lossWeights.map { Array($0[tokens]) },
            second: runs[index].second.flatMap {
                tokens.contains($0) ? $0 - tokens.lowerBound : nil
            })
    }

    public func origin(ofDocument index: Int) -> DocumentOrigin {
        DocumentOrigin(source: name, line: index + 1)
    }
}
