/// How many rows may be bad before reading stops.
public enum BadRowLimit: Sendable, Hashable {
    /// So many rows.
    case count(Int)
    /// A share of the rows, judged from the thousandth on and at the end.
    case share(Double)

    /// Rows that a share is judged by at the least, before the end.
    static let leastRows = 1000

    /// - Parameter isEnd: whether every row has been read.
    /// - Throws: `CorporaError` naming every cause with its first cases.
    func check(_ report: ReadReport, of source: Source, isEnd: Bool) throws {
        let bad = report.badRows
        guard bad > 0 else { return }
        let allowed: String
        switch self {
        case .count(let most):
            guard bad > most else { return }
            allowed = "\(most)"
        case .share(let most):
            guard isEnd || report.rows >= Self.leastRows, Double(bad) > most * Double(report.rows)
            else { return }
            allowed = "a share of \(most)"
        }
        let causes = report.drops.filter { $0.cause != .empty }.map { drop in
            "\(drop.count) \(drop.cause.rawValue): " + drop.firstCases.joined(separator: "; ")
                + (drop.count > drop.firstCases.count ? "; ..." : "")
        }
        throw CorporaError(
            .badRow,
            "source '\(source.name)': \(bad) of \(report.rows) rows are bad, and max_bad_rows "
                + "allows \(allowed). " + causes.joined(separator: ". "),
            advice: "Mend the rows or the field's name, or allow more.")
    }
}

extension ReadReport {
    /// Rows dropped for any cause but that nothing stood there.
    public var badRows: Int {
        drops.reduce(0) { $0 + ($1.cause == .empty ? 0 : $1.count) }
    }
}
