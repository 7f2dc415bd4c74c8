/// What stands beside the points, and where.
extension PointsPlot {
    /// A place for a label, in pixels.
    private struct Spot {
        let x: ClosedRange<Double>
        let y: ClosedRange<Double>
        /// Whether the text goes on to the right.
        let isRight: Bool
        /// Where its letters stand.
        let base: Double

        /// Beside a point; a text of 12 pixels has about this width.
        init(_ text: String, x: Double, y: Double, isRight: Bool, down: Double) {
            let width = Double(text.count) * 6.8
            let left = isRight ? x + 9 : x - 9 - width
            self.x = left...(left + width)
            base = y + down
            self.y = (base - 11)...(base + 2)
            self.isRight = isRight
        }

        func overlaps(_ other: Spot) -> Bool { x.overlaps(other.x) && y.overlaps(other.y) }

        func isInside(_ canvas: SVGPlot) -> Bool {
            x.lowerBound >= canvas.left && x.upperBound <= canvas.rightEdge
                && y.lowerBound >= canvas.top && y.upperBound <= canvas.lowerEdge
        }
    }

    /// A label a point: above and to the right, or where no other one is.
    func labels(_ canvas: SVGPlot) -> [String] {
        var taken: [Spot] = []
        return marks.map { mark in
            let (x, y, beyond) = place(mark, canvas)
            let text = mark.label + beyond
            let spots = [true, false].flatMap { isRight in
                [-8.0, 18].map { down in
                    Spot(text, x: x, y: y, isRight: isRight, down: down)
                }
            }.filter { $0.isInside(canvas) }
            let free = spots.first { spot in !taken.contains { $0.overlaps(spot) } }
            let spot =
                free ?? spots.first ?? Spot(text, x: x, y: y, isRight: true, down: -8)
            taken.append(spot)
            return canvas.words(
                text, x: spot.isRight ? x + 9 : x - 9, y: spot.base,
                "text-anchor=\"\(spot.isRight ? "start" : "end")\""
                    + (mark.kind == .chosen ? " font-weight=\"bold\"" : ""))
        }
    }

    /// Where a point is drawn, and how its label tells of what lies beyond the edge.
    func place(_ mark: Mark, _ canvas: SVGPlot) -> (x: Double, y: Double, beyond: String) {
        let (x, y) = (canvas.x(mark.x.value), canvas.y(mark.y.value))
        let inside = (
            x: min(max(x, canvas.left), canvas.rightEdge),
            y: min(max(y, canvas.top), canvas.lowerEdge)
        )
        var beyond = ""
        if x != inside.x {
            beyond += " \(x < inside.x ? "←" : "→") \(PlotAxis.label(mark.x.value))"
        }
        if y != inside.y {
            beyond += " \(y < inside.y ? "↑" : "↓") \(PlotAxis.label(mark.y.value))"
        }
        return (inside.x, inside.y, beyond)
    }
}
