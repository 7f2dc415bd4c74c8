/// Curves of losses over the steps of a life, with its stages marked: for a terminal or as a
/// picture.
public struct LossPlot: Sendable {
    /// One line of the plot.
    public struct Curve: Sendable {
        /// For the legend.
        public let name: String
        /// Steps and losses, in the order in which they are joined.
        public let points: [(step: Double, loss: Double)]

        /// A line through points.
        public init(name: String, points: [(step: Double, loss: Double)]) {
            self.name = name
            self.points = points
        }
    }

    private let title: String
    private let series: [Plot.Series]

    /// - Parameters:
    ///   - curves: each one line.
    ///   - marks: names at steps, each an upright line over the height of the curves.
    public init(
        title: String, curves: [Curve], marks: [(name: String, step: Double)]
    ) {
        self.title = title
        let losses = curves.flatMap { $0.points.map(\.loss) }.filter(\.isFinite)
        let (low, high) = (losses.min() ?? 0, losses.max() ?? 1)
        series =
            curves.map { curve in
                Plot.Series(name: curve.name, points: curve.points.map { ($0.step, $0.loss) })
            }
            + marks.map { mark in
                Plot.Series(name: mark.name, points: [(mark.step, low), (mark.step, high)])
            }
    }

    /// Lines of characters; empty where nothing was measured.
    public func text(columns: Int, rows: Int) -> String {
        guard !isEmpty else { return "" }
        return TextPlot(plot(room: (0, 0)), columns: columns, rows: rows).text
    }

    /// A picture.
    public func svg(width: Int, height: Int) -> String {
        SVGPlot(plot(room: (0.02, 0.05)), width: width, height: height).text
    }

    private var isEmpty: Bool { series.allSatisfy(\.points.isEmpty) }

    private func plot(room: (x: Double, y: Double)) -> Plot {
        Plot(title: title, xLabel: "step", yLabel: "loss", series: series, room: room)
    }
}
