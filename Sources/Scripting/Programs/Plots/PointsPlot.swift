/// Points with intervals both ways, some of them joined: what one number costs in another.
public struct PointsPlot: Sendable {
    /// A coordinate with the ends of its interval, where it has one.
    public struct Coordinate: Sendable, Hashable {
        /// Where the point is.
        public var value: Double
        /// The interval's lower end.
        public var low: Double?
        /// The interval's upper end.
        public var high: Double?

        /// A coordinate and, where it is known, its interval.
        public init(_ value: Double, low: Double? = nil, high: Double? = nil) {
            self.value = value
            self.low = low
            self.high = high
        }

        fileprivate var ends: [Double] { [value, low ?? value, high ?? value] }
    }

    /// How a point is drawn.
    public enum Kind: Sendable, Hashable {
        /// A ring.
        case plain
        /// A disc; those of this kind are joined from left to right.
        case joined
        /// A disc within a ring, joined like the others.
        case chosen
        /// A square; one that is far from all other points stands at the edge, with its place
        /// spelt out.
        case start
    }

    /// A point.
    public struct Mark: Sendable, Hashable {
        /// What stands beside it.
        public var label: String
        /// From left to right.
        public var x: Coordinate
        /// Upwards.
        public var y: Coordinate
        /// How it is drawn.
        public var kind: Kind

        /// A point with its label.
        public init(label: String, x: Coordinate, y: Coordinate, kind: Kind) {
            self.label = label
            self.x = x
            self.y = y
            self.kind = kind
        }
    }

    /// Heights between which the ground has another colour.
    public struct Band: Sendable, Hashable {
        /// The lower end; nil for the axis's own.
        public var low: Double?
        /// The upper end; nil for the axis's own.
        public var high: Double?
        /// What it stands for.
        public var label: String

        /// A band; one of its ends at least is given.
        public init(low: Double?, high: Double?, label: String) {
            self.low = low
            self.high = high
            self.label = label
        }
    }

    let marks: [Mark]
    private let band: Band?
    private let plot: Plot

    private static let colour = "#1f5fa8"
    private static let chosenColour = "#c8501e"

    /// - Parameters:
    ///   - marks: those that are no numbers are left out.
    ///   - band: behind the points.
    public init(
        title: String, xLabel: String, yLabel: String, marks: [Mark], band: Band? = nil
    ) {
        self.marks = marks.filter { $0.x.value.isFinite && $0.y.value.isFinite }
        self.band = band
        let ends = [band?.low, band?.high].compactMap { $0 }
        let joined = self.marks.filter { [.joined, .chosen].contains($0.kind) }
            .sorted { ($0.x.value, $0.y.value) < ($1.x.value, $1.y.value) }
        plot = Plot(
            title: title, xLabel: xLabel, yLabel: yLabel,
            // A line needs two points; a dot is drawn as a mark.
            series: joined.count > 1
                ? [Plot.Series(name: "", points: joined.map { ($0.x.value, $0.y.value) })] : [],
            xAxis: PlotAxis(
                PointsPlot.shown(self.marks, \.x), isLogarithmic: false, room: 0.08),
            yAxis: PlotAxis(
                PointsPlot.shown(self.marks, \.y) + ends.filter(\.isFinite),
                isLogarithmic: false, room: 0.08))
    }

    /// The values that an axis reaches: all but those of a start so far away that the others would
    /// stand on one spot.
    private static func shown(_ marks: [Mark], _ axis: KeyPath<Mark, Coordinate>) -> [Double] {
        let (starts, others) = (
            marks.filter { $0.kind == .start }, marks.filter { $0.kind != .start }
        )
        let values = others.flatMap { $0[keyPath: axis].ends }.filter(\.isFinite)
        guard let low = values.min(), let high = values.max(), high > low else {
            return marks.flatMap { $0[keyPath: axis].ends }.filter(\.isFinite)
        }
        let near = starts.map { $0[keyPath: axis] }.filter {
            $0.value >= low - (high - low) && $0.value <= high + (high - low)
        }
        return values + near.flatMap(\.ends).filter(\.isFinite)
    }

    /// The plot as an SVG picture of so many pixels.
    public func svg(width: Int = 720, height: Int = 480) -> String {
        let canvas = SVGPlot(plot, width: width, height: height)
        return canvas.text(
            behind: ground(canvas),
            above: marks.flatMap { bars($0, canvas) } + marks.flatMap { dot($0, canvas) }
                + labels(canvas))
    }

    private func ground(_ canvas: SVGPlot) -> [String] {
        guard let band else { return [] }
        func height(_ value: Double?, or edge: Double) -> Double {
            value.map { min(max(canvas.y($0), canvas.top), canvas.lowerEdge) } ?? edge
        }
        let upper = height(band.high, or: canvas.top)
        let lower = height(band.low, or: canvas.lowerEdge)
        let width = canvas.rightEdge - canvas.left
        return [
            "<rect x=\"\(canvas.number(canvas.left))\" y=\"\(canvas.number(upper))\" "
                + "width=\"\(canvas.number(width))\" height=\"\(canvas.number(lower - upper))\" "
                + "fill=\"#e6f2e9\"/>",
            canvas.words(
                band.label, x: canvas.rightEdge - 6,
                // Away from the end that limits, where points are few.
                y: band.high == nil ? upper + 14 : lower - 6,
                "text-anchor=\"end\" fill=\"#2c6a3f\""),
        ]
    }

    /// The intervals, with a short stroke at each end.
    private func bars(_ mark: Mark, _ canvas: SVGPlot) -> [String] {
        let colour = "#9a9a9a"
        let x = canvas.x(mark.x.value)
        let y = canvas.y(mark.y.value)
        var lines: [String] = []
        guard place(mark, canvas).beyond.isEmpty else { return lines }
        if let low = mark.x.low, let high = mark.x.high, low.isFinite, high.isFinite {
            lines.append(canvas.rule(canvas.x(low), y, canvas.x(high), y, colour))
            for end in [canvas.x(low), canvas.x(high)] {
                lines.append(canvas.rule(end, y - 3, end, y + 3, colour))
            }
        }
        if let low = mark.y.low, let high = mark.y.high, low.isFinite, high.isFinite {
            lines.append(canvas.rule(x, canvas.y(low), x, canvas.y(high), colour))
            for end in [canvas.y(low), canvas.y(high)] {
                lines.append(canvas.rule(x - 3, end, x + 3, end, colour))
            }
        }
        return lines
    }

    private func dot(_ mark: Mark, _ canvas: SVGPlot) -> [String] {
        let (x, y, _) = place(mark, canvas)
        func circle(_ radius: Double, _ style: String) -> String {
            "<circle cx=\"\(canvas.number(x))\" cy=\"\(canvas.number(y))\" "
                + "r=\"\(canvas.number(radius))\" \(style)/>"
        }
        switch mark.kind {
        case .plain:
            return [
                circle(4, "fill=\"#ffffff\" stroke=\"\(PointsPlot.colour)\" stroke-width=\"1.6\"")
            ]
        case .joined: return [circle(4.5, "fill=\"\(PointsPlot.colour)\"")]
        case .chosen:
            return [
                circle(4.5, "fill=\"\(PointsPlot.chosenColour)\""),
                circle(
                    8, "fill=\"none\" stroke=\"\(PointsPlot.chosenColour)\" stroke-width=\"1.6\""),
            ]
        case .start:
            return [
                "<rect x=\"\(canvas.number(x - 4.5))\" y=\"\(canvas.number(y - 4.5))\" width=\"9\" "
                    + "height=\"9\" fill=\"#555555\"/>"
            ]
        }
    }
}
