import Testing

@testable import Scripting

/// Points with intervals, as a picture.
@Suite struct PointsPlotTests {
    private func mark(
        _ label: String, _ x: Double, _ y: Double, _ kind: PointsPlot.Kind, half: Double? = 0.1
    ) -> PointsPlot.Mark {
        PointsPlot.Mark(
            label: label, x: .init(x, low: half.map { x - $0 }, high: half.map { x + $0 }),
            y: .init(y, low: half.map { y - $0 }, high: half.map { y + $0 }), kind: kind)
    }

    private func svg(_ marks: [PointsPlot.Mark], band: PointsPlot.Band? = nil) -> String {
        PointsPlot(title: "a < b", xLabel: "x", yLabel: "y", marks: marks, band: band).svg()
    }

    @Test func everyPointIsDrawnWithItsLabelAndBars() {
        let text = svg(
            [
                mark("start", 3, 1, .start), mark("100 %", 1, 2, .joined),
                mark("75 %", 1.5, 1.5, .chosen), mark("50 %", 2, 1.8, .plain, half: nil),
            ], band: .init(low: nil, high: 1.6, label: "within 1.5 %"))
        let check = XMLCheck(text)
        #expect(check.problem == nil, "\(check.problem ?? "")")
        for label in ["start", "100 %", "75 %", "50 %", "within 1.5 %", "a &lt; b"] {
            #expect(text.contains(">\(label)</text>"), "\(label)")
        }
        // Disc, disc and ring, ring.
        #expect(text.ranges(of: "<circle").count == 4)
        // Three strokes a bar, two bars for each of three points.
        #expect(text.ranges(of: "stroke=\"#9a9a9a\"").count == 18)
        #expect(text.ranges(of: "<path").count == 1)
        #expect(text.contains("fill=\"#e6f2e9\""))
    }

    @Test func theFrontIsJoinedFromLeftToRight() throws {
        let text = svg([
            mark("c", 3, 1, .joined), mark("a", 1, 3, .joined), mark("b", 2, 2, .chosen),
            mark("off", 2.5, 2.5, .plain),
        ])
        let path = try #require(text.firstRange(of: "<path d=\"").map { text[$0.upperBound...] })
        let numbers = path.prefix { $0 != "\"" }.split { "ML ".contains($0) }
            .compactMap { Double($0) }
        #expect(numbers.count == 6)
        let xs = stride(from: 0, to: numbers.count, by: 2).map { numbers[$0] }
        #expect(xs == xs.sorted())
    }

    @Test func aFarStartStandsAtTheEdge() {
        let points = [mark("a", 1, 1, .joined, half: nil), mark("b", 2, 2, .joined, half: nil)]
        let near = svg(points + [mark("start", 2.5, 0.5, .start, half: nil)])
        #expect(near.contains(">start</text>"))
        let far = svg(points + [mark("start", 9.5, -7, .start)])
        #expect(far.contains(">start → 9.5 ↓ -7</text>"))
        // The points keep the room that they have alone.
        let alone = svg(points)
        for circle in alone.split(separator: "\n").filter({ $0.hasPrefix("<circle") }) {
            #expect(far.contains(circle))
        }
    }

    /// Two points on one spot: their labels do not stand on each other.
    @Test func labelsKeepApart() throws {
        let text = svg([
            mark("a label", 2, 2, .joined), mark("another", 2.01, 2.01, .plain),
            mark("far", 1, 1, .plain),
        ])
        let places = try ["a label", "another"].map { label in
            let line = try #require(
                text.split(separator: "\n").first { $0.hasSuffix(">\(label)</text>") })
            let y = try #require(line.firstRange(of: "y=\"").map { line[$0.upperBound...] })
            return (line.contains("\"end\""), Double(y.prefix { $0 != "\"" }) ?? .nan)
        }
        #expect(places[0].0 != places[1].0 || abs(places[0].1 - places[1].1) >= 12)
    }

    @Test(arguments: [Double.nan, .infinity, 1e308, -1e308, 0])
    func whatIsNoNumberIsLeftOut(value: Double) {
        let text = svg(
            [mark("a", value, 1, .joined), mark("b", 1, value, .plain), mark("c", 1, 1, .start)],
            band: .init(low: value, high: nil, label: ""))
        #expect(XMLCheck(text).problem == nil)
        #expect(!text.contains("nan") && !text.contains("inf"))
    }

    @Test func aPlotOfNothingIsAPicture() {
        #expect(XMLCheck(svg([])).problem == nil)
    }
}
