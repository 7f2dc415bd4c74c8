import Telemetry

/// A plot as an SVG picture: axes with marks, a grid, a line for each series, a legend.
struct SVGPlot {
    private let plot: Plot
    private let width: Double
    private let height: Double
    /// Where the axes begin and end, in pixels from the picture's edges.
    let left = 64.0
    private let right = 16.0
    let top: Double
    private let bottom = 48.0

    /// Colours that differ in lightness too, so that a grey print can be read.
    private static let colours = [
        "#1f5fa8", "#c8501e", "#2c8a4b", "#8a3fa0", "#b08a00", "#0f8c99", "#a0304a", "#555555",
    ]

    init(_ plot: Plot, width: Int, height: Int) {
        self.plot = plot
        self.width = Double(width)
        self.height = Double(height)
        top = plot.title.isEmpty ? 16 : 36
    }

    /// The picture.
    var text: String { text(behind: [], above: []) }

    /// The right end of the horizontal axis, in pixels.
    var rightEdge: Double { width - right }
    /// The lower end of the vertical axis, in pixels.
    var lowerEdge: Double { height - bottom }

    /// The picture with elements of another's: some behind the lines, some above them.
    func text(behind: [String], above: [String]) -> String {
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(number(width))\" "
                + "height=\"\(number(height))\" viewBox=\"0 0 \(number(width)) "
                + "\(number(height))\" font-family=\"sans-serif\" font-size=\"12\">",
            "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
        ]
        if !plot.title.isEmpty {
            lines.append(
                words(plot.title, x: width / 2, y: 22, "text-anchor=\"middle\" font-size=\"15\""))
        }
        lines += behind + grid() + frame()
        for (index, series) in plot.series.enumerated() {
            lines += line(series, colour: SVGPlot.colours[index % SVGPlot.colours.count])
        }
        lines += above + legend()
        return (lines + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    func x(_ value: Double) -> Double {
        left + plot.xAxis.position(value) * (width - left - right)
    }

    func y(_ value: Double) -> Double {
        height - bottom - plot.yAxis.position(value) * (height - top - bottom)
    }

    private func grid() -> [String] {
        let across = plot.xAxis.ticks(about: Int(width / 90)).flatMap { tick in
            [
                rule(x(tick), top, x(tick), height - bottom, "#e4e4e4"),
                words(
                    PlotAxis.label(tick), x: x(tick), y: height - bottom + 16,
                    "text-anchor=\"middle\" fill=\"#444444\""),
            ]
        }
        let upward = plot.yAxis.ticks(about: Int(height / 50)).flatMap { tick in
            [
                rule(left, y(tick), width - right, y(tick), "#e4e4e4"),
                words(
                    PlotAxis.label(tick), x: left - 6, y: y(tick) + 4,
                    "text-anchor=\"end\" fill=\"#444444\""),
            ]
        }
        return across + upward
    }

    private func frame() -> [String] {
        var lines = [
            rule(left, height - bottom, width - right, height - bottom, "#444444"),
            rule(left, top, left, height - bottom, "#444444"),
        ]
        if !plot.xLabel.isEmpty {
            lines.append(
                words(
                    plot.xLabel, x: left + (width - left - right) / 2, y: height - 12,
                    "text-anchor=\"middle\""))
        }
        if !plot.yLabel.isEmpty {
            let middle = top + (height - top - bottom) / 2
            lines.append(
                words(
                    plot.yLabel, x: 14, y: middle,
                    "text-anchor=\"middle\" transform=\"rotate(-90 14 \(number(middle)))\""))
        }
        return lines
    }

    /// One path; a point alone is a dot.
    private func line(_ series: Plot.Series, colour: String) -> [String] {
        var path = ""
        var dots: [String] = []
        let pieces = series.points.split { !plot.shows($0) }
        for piece in pieces {
            for (index, point) in piece.enumerated() {
                path += "\(index == 0 ? "M" : "L")\(number(x(point.x))) \(number(y(point.y)))"
            }
            if let point = piece.first, piece.count == 1 {
                dots.append(
                    "<circle cx=\"\(number(x(point.x)))\" cy=\"\(number(y(point.y)))\" r=\"2.5\" "
                        + "fill=\"\(colour)\"/>")
            }
        }
        guard !path.isEmpty else { return [] }
        return [
            "<path d=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.6\" "
                + "stroke-linejoin=\"round\"/>"
        ] + dots
    }

    private func legend() -> [String] {
        let named = plot.series.enumerated().filter { !$0.element.name.isEmpty }
        return named.enumerated().flatMap { row, entry in
            let y = top + 14 + Double(row) * 16
            let colour = SVGPlot.colours[entry.offset % SVGPlot.colours.count]
            return [
                "<rect x=\"\(number(width - right - 12))\" y=\"\(number(y - 8))\" width=\"10\" "
                    + "height=\"10\" fill=\"\(colour)\"/>",
                words(
                    entry.element.name, x: width - right - 18, y: y + 1, "text-anchor=\"end\""),
            ]
        }
    }

    func rule(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String
    ) -> String {
        "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" "
            + "y2=\"\(number(y2))\" stroke=\"\(colour)\"/>"
    }

    func words(_ text: String, x: Double, y: Double, _ style: String) -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" \(style)>\(SVGPlot.escaped(text))</text>"
    }

    func number(_ value: Double) -> String {
        let text = HumanFormat.fixed(value, digits: 2)
        return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
    }

    /// Text as XML holds it; characters that it cannot hold are left out.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "\"": result += "&quot;"
            case "\n", "\t": result += " "
            case "\u{0}"..<"\u{20}", "\u{7F}", "\u{FFFE}", "\u{FFFF}": continue
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
