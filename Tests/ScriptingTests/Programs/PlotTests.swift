import Foundation
import LuaRuntime
import Testing

@testable import Scripting

@Suite struct PlotTests {
    private func svg(_ settings: String) throws -> String {
        try value("nj.plot.lines { \(settings) }")
    }

    private func value(_ expression: String) throws -> String {
        let values = try LibraryScript().values(expression)
        return try #require(values.first?.asText)
    }

    @Test func equalNumbersGiveEqualPictures() throws {
        let settings = "series = { { name = 'a', y = { 3, 1, 2 } } }, title = 't'"
        #expect(try svg(settings) == svg(settings))
        #expect(try svg(settings) != svg("series = { { name = 'a', y = { 3, 1, 2.1 } } }"))
    }

    @Test(arguments: [
        "series = { { name = 'a<b>&\"\\0\\1', y = { 3, 1, 2 } } }, title = '<&>'",
        "series = { { y = {} } }", "series = { { y = { 1 } } }", "series = { { y = { 5, 5, 5 } } }",
        "series = { { y = { 0/0, 1/0, -1/0 } } }", "series = { { y = { 1e308, -1e308, 0 } } }",
        "series = { { y = { 5e-324, 1e-310 } } }, log_y = true",
        "series = { { x = { -1, 0, 1e-9, 1e300 }, y = { 1, 2, 3, 4 } } }, log_x = true",
        "series = { { y = { 1e15, 1e15 + 1 } } }, width = 160, height = 120",
    ])
    func everyPictureIsXMLWithFiniteNumbers(settings: String) throws {
        let text = try svg(settings)
        let parser = XMLCheck(text)
        #expect(parser.problem == nil, "\(parser.problem ?? "") in \(text)")
        #expect(!text.contains("nan") && !text.contains("inf"))
    }

    @Test func gapsBreakTheLine() throws {
        let whole = try svg("series = { { y = { 1, 2, 3, 4 } } }")
        let broken = try svg("series = { { y = { 1, 2, 0/0, 3, 4 } } }")
        #expect(whole.count { $0 == "M" } == 1 && broken.count { $0 == "M" } == 2)
        #expect(try svg("series = { { y = { 1, 0/0, 3 } } }").contains("<circle"))
    }

    @Test func placesFollowTheValues() throws {
        let axis = PlotAxis([0, 10], isLogarithmic: false, room: 0)
        #expect(axis.position(0) == 0 && axis.position(5) == 0.5 && axis.position(10) == 1)
        #expect(axis.ticks(about: 5) == [0, 2, 4, 6, 8, 10])
        let wide = PlotAxis([1e-6, 1], isLogarithmic: true, room: 0)
        #expect(abs(wide.position(1e-3) - 0.5) < 1e-12)
        #expect(wide.ticks(about: 6).count == 7 && !wide.shows(0) && !wide.shows(.nan))
        let short = PlotAxis([1, 12], isLogarithmic: true, room: 0)
        #expect(short.ticks(about: 6) == [1, 2, 5, 10])
    }

    @Test(arguments: [
        (0.0, "0"), (1, "1"), (-2.5, "-2.5"), (0.001, "0.001"), (1e-6, "1e-6"), (5e-7, "5e-7"),
        (123_456, "123456"), (1_500_000, "1.5e6"), (4.58, "4.58"), (1e300, "1e300"),
    ])
    func labelsAreShort(value: Double, text: String) {
        #expect(PlotAxis.label(value) == text)
    }

    @Test func textPlotsShowALine() throws {
        let text = try value(
            "nj.plot.text { series = { { y = { 0, 3 } } }, width = 8, height = 4 }")
        #expect(
            text == """
                3 ┤      ▄▀
                  ┤    ▄▀
                1 ┤  ▄▀
                0 ┤▄▀
                  └────────
                   1      2

                """)
    }

    @Test func severalLinesAreLetters() throws {
        let text = try value(
            """
            nj.plot.text {
              series = { { name = "up", y = { 0, 1 } }, { name = "down", y = { 1, 0 } } },
              width = 12, height = 3, title = "both" }
            """)
        #expect(text.hasPrefix("both\n") && text.contains("a up") && text.contains("b down"))
    }

    @Test(arguments: [
        ("{ series = {} }", "a list"), ("{ series = { { y = { 'x' } } } }", "expected a number"),
        ("{ series = { { x = { 1 }, y = { 1, 2 } } } }", "x has 1 values and y has 2"),
        ("{ series = { { y = { 1 } } }, width = 1 }", "width"), ("{ serie = {} }", "series"),
    ])
    func misuseIsTold(settings: String, sentence: String) throws {
        let script = try LibraryScript()
        for name in ["lines", "text"] {
            let told = try #require(script.misuse("nj.plot.\(name)(\(settings))"))
            #expect(told.contains(sentence), "\(told)")
        }
    }

    @Test func picturesArePaidFor() throws {
        let script = try LibraryScript()
        var paid = 0
        script.context.charge = { paid += $0 }
        _ = try script.values("nj.plot.lines { series = { { y = {} } } }")
        let few = paid
        try script.give("ys", .table(LuaTable(array: (0..<2000).map { .integer($0) })))
        _ = try script.values("nj.plot.lines { series = { { y = given.ys } } }")
        #expect(paid - few > 2000)
    }
}

/// Whether a text is XML as far as these pictures use it: elements that close, attributes in
/// quotes, escapes.
struct XMLCheck {
    var problem: String?

    init(_ text: String) {
        var open: [Substring] = []
        var rest = Substring(text)
        while let start = rest.firstIndex(of: "<") {
            check(rest[..<start])
            guard let end = rest[start...].firstIndex(of: ">") else {
                problem = "a tag does not end"
                return
            }
            let tag = rest[rest.index(after: start)..<end]
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("/") {
                if open.popLast() != tag.dropFirst() { problem = "</\(tag)> closes nothing" }
            } else if !tag.hasSuffix("/") {
                open.append(tag.prefix { $0 != " " })
            }
            if tag.count(where: { $0 == "\"" }) % 2 != 0 { problem = "quotes in <\(tag)>" }
        }
        check(rest)
        if !open.isEmpty { problem = "\(open) stay open" }
    }

    private mutating func check(_ text: Substring) {
        for piece in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst()
        where !["lt;", "gt;", "amp;", "quot;"].contains(where: piece.hasPrefix) {
            problem = "an escape in \(text)"
        }
        if text.unicodeScalars.contains(where: { $0.value < 32 && $0 != "\n" }) {
            problem = "a control character"
        }
    }
}
