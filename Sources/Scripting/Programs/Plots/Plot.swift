import LuaRuntime

/// Lines over a common pair of axes.
struct Plot {
    struct Series: Sendable {
        let name: String
        /// In the order in which they are joined; one that an axis cannot show breaks the line.
        let points: [(x: Double, y: Double)]
    }

    let title: String
    let xLabel: String
    let yLabel: String
    let series: [Series]
    let xAxis: PlotAxis
    let yAxis: PlotAxis

    /// A plot from its parts.
    init(
        title: String, xLabel: String, yLabel: String, series: [Series], xAxis: PlotAxis,
        yAxis: PlotAxis
    ) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
        self.xAxis = xAxis
        self.yAxis = yAxis
    }

    /// Reads what a script asks for.
    ///
    /// - Parameter room: the share of each axis that stays free at both ends.
    /// - Throws: `ShapeFault` for what is no number, and for lists of different lengths.
    init(_ settings: CompleteTable, room: (x: Double, y: Double)) throws {
        title = settings.optionalText("title") ?? ""
        xLabel = settings.optionalText("x_label") ?? ""
        yLabel = settings.optionalText("y_label") ?? ""
        series = try (settings["series"]?.elements ?? []).enumerated().map { index, node in
            try Plot.series(node, number: index + 1)
        }
        let isLogX = settings["log_x"]?.isTrue ?? false
        let isLogY = settings["log_y"]?.isTrue ?? false
        (xAxis, yAxis) = Plot.axes(series, isLogX: isLogX, isLogY: isLogY, room)
    }

    /// Lines over linear axes.
    init(
        title: String, xLabel: String, yLabel: String, series: [Series],
        room: (x: Double, y: Double)
    ) {
        self.title = title
        self.xLabel = xLabel
        self.yLabel = yLabel
        self.series = series
        (xAxis, yAxis) = Plot.axes(series, isLogX: false, isLogY: false, room)
    }

    private static func axes(
        _ series: [Series], isLogX: Bool, isLogY: Bool, _ room: (x: Double, y: Double)
    ) -> (PlotAxis, PlotAxis) {
        let shown = series.flatMap(\.points).filter { point in
            point.x.isFinite && point.y.isFinite && (!isLogX || point.x > 0)
                && (!isLogY || point.y > 0)
        }
        return (
            PlotAxis(shown.map(\.x), isLogarithmic: isLogX, room: room.x),
            PlotAxis(shown.map(\.y), isLogarithmic: isLogY, room: room.y)
        )
    }

    /// How many points there are.
    var pointCount: Int { series.reduce(0) { $0 + $1.points.count } }

    func shows(_ point: (x: Double, y: Double)) -> Bool {
        xAxis.shows(point.x) && yAxis.shows(point.y)
    }

    private static func series(_ node: LuaNode, number: Int) throws -> Series {
        guard case .table(let table) = node else {
            preconditionFailure("the shape of a series is a record")
        }
        let path = LuaPath(["settings", "series", .integer(Int64(number))])
        let settings = CompleteTable(table)
        let ys = try numbers(settings["y"], at: path.appending("y"))
        let xs = try settings["x"].map { try numbers($0, at: path.appending("x")) }
        guard xs == nil || xs?.count == ys.count else {
            throw ShapeFault(
                path: path, sentence: "x has \(xs?.count ?? 0) values and y has \(ys.count)")
        }
        return Series(
            name: settings.optionalText("name") ?? "",
            points: ys.enumerated().map { (xs?[$0] ?? Double($0 + 1), $1) })
    }

    private static func numbers(_ node: LuaNode?, at path: LuaPath) throws -> [Double] {
        try (node?.elements ?? []).enumerated().map { index, node in
            guard let value = ShapeCheck.number(node) else {
                throw ShapeFault(
                    path: path.appending(.integer(Int64(index + 1))),
                    sentence: "expected a number, got \(node.summary)")
            }
            return value
        }
    }
}

extension LuaNode {
    /// The entries of a list.
    fileprivate var elements: [LuaNode] {
        if case .table(let table) = self { table.array } else { [] }
    }
}
