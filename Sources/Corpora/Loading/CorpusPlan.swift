/// What a mix holds and what a token budget makes of it, before anything is trained.
public struct CorpusPlan: Sendable, Hashable {
    /// One source in numbers.
    public struct Line: Sendable, Hashable {
        public var name: String
        /// Of the mix in its unit, 0 to 1.
        public var share: Double
        public var trainDocuments: Int
        public var trainTokens: Int
        /// Tokens that count in the loss; all of them where no row says otherwise.
        public var trainLossTokens: Int
        public var trainBytes: Int
        public var validationDocuments: Int
        public var validationTokens: Int
        public var validationBytes: Int
        /// Inputs of one reading; with a beginning token an upper bound, for it counts one for
        /// every document though later parts of a long text have none.
        public var inputsPerEpoch: Int
        /// Inputs that the budget gives this source.
        public var budgetInputs: Int
        /// Readings that the budget makes; above 1 text is seen again.
        public var epochs: Double
        /// Documents that these readings open, and tokens of theirs that count in the loss.
        public var budgetDocuments: Int { CorpusPlan.whole(epochs * Double(trainDocuments)) }
        public var budgetLossTokens: Int { CorpusPlan.whole(epochs * Double(trainLossTokens)) }
        /// Dropped rows, repairs and the like, a line each.
        public var remarks: [String]
    }

    public var lines: [Line]
    /// What the shares are shares of.
    public var unit: Mix.Unit
    /// The budget in inputs.
    public var budgetInputs: Int

    /// - Parameters:
    ///   - corpora: open, in the order of the mix.
    ///   - shares: one a corpus, with sum 1, of `unit`.
    ///   - budgetInputs: what the run gives the model, padding aside.
    /// - Throws: `CorporaError` where a corpus cannot be read.
    public init(
        _ corpora: [Corpus], shares: [Double], unit: Mix.Unit = .tokens, packing: Packing,
        budgetInputs: Int
    ) throws {
        precondition(shares.count == corpora.count, "Every corpus has a share.")
        self.budgetInputs = budgetInputs
        self.unit = unit
        let converted = try InputShares(corpora, unit: unit, packing: packing)
        let inputShares = converted.inputs(of: shares)
        lines = try corpora.indices.map { index in
            let corpus = corpora[index], train = corpus.train, share = shares[index]
            let inputs = converted.inputsPerEpoch[index]
            let budget = Self.whole(inputShares[index] * Double(budgetInputs))
            return Line(
                name: corpus.name, share: share, trainDocuments: train.documentCount,
                trainTokens: train.tokenCount, trainLossTokens: try train.lossTokenCount(),
                trainBytes: train.byteCount,
                validationDocuments: corpus.validation.documentCount,
                validationTokens: corpus.validation.tokenCount,
                validationBytes: corpus.validation.byteCount, inputsPerEpoch: inputs,
                budgetInputs: budget, epochs: Double(budget) / Double(max(inputs, 1)),
                remarks: corpus.report.remarks + corpus.remarks)
        }
    }
}

extension CorpusPlan: CustomStringConvertible {
    /// A table with a row a source, and its remarks below.
    public var description: String {
        var rows = [
            [
                "source", "share", "documents", "tokens", "bytes", "bytes/token", "held out",
                "budget", "epochs",
            ]
        ]
        for line in lines {
            // Bytes are those of what counts in the loss.
            let density = Double(line.trainBytes) / Double(max(line.trainLossTokens, 1))
            rows.append([
                line.name, Self.decimal(100 * line.share, places: 1) + " %",
                "\(line.trainDocuments)", "\(line.trainTokens)", "\(line.trainBytes)",
                Self.decimal(density, places: 2), "\(line.validationTokens)",
                "\(line.budgetInputs)", Self.decimal(line.epochs, places: 2),
            ])
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max()! }
        var text = ""
        for row in rows {
            let cells = zip(row, widths).enumerated().map { index, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 ? cell.0 + space : space + cell.0
            }
            text += cells.joined(separator: "  ") + "\n"
        }
        for line in lines {
            for remark in line.remarks { text += "\(line.name): \(remark)\n" }
        }
        return text
    }

    /// The nearest integer, or the largest where a budget has no end.
    fileprivate static func whole(_ value: Double) -> Int { Int(min(value.rounded(), 0x1p62)) }

    /// A non-negative number with so many decimal places, the same in every locale.
    private static func decimal(_ value: Double, places: Int) -> String {
        var factor = 1
        for _ in 0..<places { factor *= 10 }
        let scaled = whole(value * Double(factor))
        let fraction = String(scaled % factor)
        return "\(scaled / factor)." + String(repeating: "0", count: places - fraction.count)
            + fraction
    }
}
