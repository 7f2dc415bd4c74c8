/// A plot for the terminal: block characters for one line, letters where there are several.
struct TextPlot {
    private let plot: Plot
    private let columns: Int
    private let rows: Int

    /// By which quarters of a cell are filled: 1 above left, 2 above right, 4 below left, 8 below
    /// right.
    private static let blocks = Array(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█")

    init(_ plot: Plot, columns: Int, rows: Int) {
        self.plot = plot
        self.columns = columns
        self.rows = rows
    }

    var text: String {
        let cells = plot.series.count > 1 ? letters() : quarters()
        let labels = rowLabels()
        let margin = labels.map(\.count).max() ?? 0
        var lines = plot.title.isEmpty ? [] : [plot.title]
        for (label, row) in zip(labels, cells) {
            let pad = String(repeating: " ", count: margin - label.count)
            lines.append(TextPlot.trimmed("\(pad)\(label) ┤" + String(row)))
        }
        lines.append(
            String(repeating: " ", count: margin) + " └" + String(repeating: "─", count: columns))
        lines.append(columnLabels(margin: margin + 2))
        let names = plot.series.enumerated().filter { !$0.element.name.isEmpty }
        if plot.series.count > 1 {
            for (index, series) in names {
                lines.append(
                    String(repeating: " ", count: margin + 2)
                        + "\(TextPlot.letter(index)) \(series.name)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Marks both ends and the middle.
    private func rowLabels() -> [String] {
        var labels = [String](repeating: "", count: rows)
        for (row, share) in [
            (0, 1.0), (rows / 2, 1 - Double(rows / 2) / Double(rows - 1)),
            (rows - 1, 0.0),
        ] {
            labels[row] = PlotAxis.label(plot.yAxis.value(at: share))
        }
        return labels
    }

    private func columnLabels(margin: Int) -> String {
        let first = PlotAxis.label(plot.xAxis.value(at: 0))
        let last = PlotAxis.label(plot.xAxis.value(at: 1))
        let gap = max(1, columns - first.count - last.count)
        return String(repeating: " ", count: margin) + first
            + String(repeating: " ", count: gap) + last
    }

    private func quarters() -> [[Character]] {
        var masks = [[Int]](repeating: [Int](repeating: 0, count: columns), count: rows)
        draw(width: columns * 2, height: rows * 2) { _, x, y in
            masks[y / 2][x / 2] |= 1 << (y % 2 * 2 + x % 2)
        }
        return masks.map { $0.map { TextPlot.blocks[$0] } }
    }

    private func letters() -> [[Character]] {
        var cells = [[Character]](
            repeating: [Character](repeating: " ", count: columns), count: rows)
        draw(width: columns, height: rows) { series, x, y in
            cells[y][x] = TextPlot.letter(series)
        }
        return cells
    }

    /// Visits the places of every line, row 0 at the top.
    private func draw(width: Int, height: Int, _ visit: (Int, Int, Int) -> Void) {
        func place(_ point: (x: Double, y: Double)) -> (x: Int, y: Int) {
            let x = Int((plot.xAxis.position(point.x) * Double(width - 1)).rounded())
            let y = Int(((1 - plot.yAxis.position(point.y)) * Double(height - 1)).rounded())
            return (min(max(x, 0), width - 1), min(max(y, 0), height - 1))
        }
        for (index, series) in plot.series.enumerated() {
            for piece in series.points.split(whereSeparator: { !plot.shows($0) }) {
                var last = piece.first.map(place)
                for point in piece.map(place) {
                    guard let from = last else { continue }
                    let steps = max(abs(point.x - from.x), abs(point.y - from.y), 1)
                    for step in 0...steps {
                        visit(
                            index, from.x + (point.x - from.x) * step / steps,
                            from.y + (point.y - from.y) * step / steps)
                    }
                    last = point
                }
            }
        }
    }

    private static func letter(_ index: Int) -> Character {
        Array("abcdefghijklmnopqrstuvwxyz")[index % 26]
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }
}
