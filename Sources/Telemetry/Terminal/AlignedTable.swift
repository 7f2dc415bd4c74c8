/// Lays out rows in aligned columns: numbers to the right, texts to the left.
///
///     var table = AlignedTable(columns: ["tensor", "parameters"])
///     table.add(["embedding", "32.8k"])
///     print(table.render())
public struct AlignedTable: Sendable {
    private let columns: [String]
    private var rows: [[String]] = []

    /// Makes a table with these headings; empty headings on all columns leave the heading line out.
    public init(columns: [String]) { self.columns = columns }

    /// Adds a row: missing cells stay empty, and there must be no more than columns.
    ///
    /// - Parameter arePainted: whether the cells have colours already; else what a terminal would
    ///   obey in them is spelt out.
    public mutating func add(_ cells: [String], arePainted: Bool = false) {
        precondition(cells.count <= columns.count, "a row has no more cells than the table columns")
        let cells = arePainted ? cells : cells.map(PrintableText.line)
        rows.append(cells + Array(repeating: "", count: columns.count - cells.count))
    }

    /// The table's lines, two spaces between columns, without spaces at line ends.
    public func render(style: TerminalStyle = .plain) -> String {
        let hasHeading = columns.contains { !$0.isEmpty }
        let all = (hasHeading ? [columns] : []) + rows
        let widths = columns.indices.map { column in
            all.map { DisplayWidth.of($0[column]) }.max() ?? 0
        }
        let isNumeric = columns.indices.map { column in
            let cells = rows.map { $0[column] }.filter { !$0.isEmpty }
            return !cells.isEmpty && cells.allSatisfy(Self.looksNumeric)
        }
        var lines: [String] = []
        for (index, row) in all.enumerated() {
            var line = ""
            for column in columns.indices {
                if column > 0 { line += "  " }
                let gap = String(
                    repeating: " ", count: widths[column] - DisplayWidth.of(row[column]))
                line += isNumeric[column] ? gap + row[column] : row[column] + gap
            }
            while line.last == " " { line.removeLast() }
            lines.append(hasHeading && index == 0 ? style.paint(line, .bold) : line)
        }
        return lines.joined(separator: "\n")
    }

    /// Whether a cell reads as a quantity: digits first, with at most a unit behind.
    private static func looksNumeric(_ cell: String) -> Bool {
        var rest = cell[...]
        if let sign = rest.first, "+-−~<>≤≥≈".contains(sign) { rest.removeFirst() }
        if ["NaN", "inf", "-", "–", "?"].contains(cell) { return true }
        guard let first = rest.first, first.isASCII, first.isNumber else { return false }
        let unit = rest.drop { $0.isNumber || $0 == "." || $0 == "," || $0 == "_" }
        return unit.count <= 10
    }
}
