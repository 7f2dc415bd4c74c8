import LuaRuntime

/// `nj.plot`: pictures of numbers.
enum PlotBindings {
    static let all: [Binding] = [
        Binding(
            "plot.lines", [Field("settings", .record(picture), .required, "what to draw")],
            gives: [Field("svg", .text, .required, "an SVG picture, for nj.file.save")],
            doc: "Draws lines over a pair of axes, as a picture. NaN and infinity, and what a "
                + "logarithmic axis cannot show, leave a gap.",
            examples: [
                #"nj.plot.lines { series = { { y = { 3, 2, 1 } } } }:sub(1, 4) == "<svg""#,
                "nj.plot.lines { series = { { y = { 1, 2 } } } } == "
                    + "nj.plot.lines { series = { { x = { 1, 2 }, y = { 1, 2 } } } }",
            ]
        ) { call in
            let settings = CompleteTable(call.table("settings"))
            let plot = try Plot(settings, room: (0.02, 0.05))
            try call.context.charge(plot.pointCount * 16)
            return [
                LuaNode(
                    SVGPlot(
                        plot, width: settings.optionalInteger("width") ?? 720,
                        height: settings.optionalInteger("height") ?? 420
                    ).text)
            ]
        },
        Binding(
            "plot.text", [Field("settings", .record(characters), .required, "what to draw")],
            gives: [Field("text", .text, .required, "lines of text, for print")],
            doc: "Draws lines over a pair of axes, in block characters for a terminal; several "
                + "lines in letters.",
            examples: [#"#nj.plot.text { series = { { y = { 3, 2, 1 } } } } > 100"#]
        ) { call in
            let settings = CompleteTable(call.table("settings"))
            let plot = try Plot(settings, room: (0, 0))
            let columns = settings.optionalInteger("width") ?? 60
            let rows = settings.optionalInteger("height") ?? 12
            try call.context.charge((plot.pointCount + rows) * columns)
            return [LuaNode(TextPlot(plot, columns: columns, rows: rows).text)]
        },
    ]

    private static let series = Record(
        noun: "plot series",
        fields: [
            Field("y", .array(.plain), .required, "numbers"),
            Field("x", .array(.plain), .none, "as many numbers; by default 1, 2, 3 and so on"),
            Field("name", .text, .none, "for the legend"),
        ])

    private static let drawing: [Field] = [
        Field("series", .list(.record(series)), .required, "one line each, in this order"),
        Field("title", .text, .none, "above the plot"),
        Field("x_label", .text, .none, "what the horizontal axis shows"),
        Field("y_label", .text, .none, "what the vertical axis shows"),
        Field("log_x", .boolean, .value(false), "a logarithmic horizontal axis"),
        Field("log_y", .boolean, .value(false), "a logarithmic vertical axis"),
    ]

    private static let picture = Record(
        noun: "picture",
        fields: drawing + [
            Field("width", .integer(160...8192), .value(720), "pixels"),
            Field("height", .integer(120...8192), .value(420), "pixels"),
        ])

    private static let characters = Record(
        noun: "text plot",
        fields: drawing + [
            Field("width", .integer(8...400), .value(60), "columns"),
            Field("height", .integer(3...100), .value(12), "rows"),
        ])
}
