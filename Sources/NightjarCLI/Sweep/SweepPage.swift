import Checkpoints
import Evaluation
import Foundation
import Scripting
import Telemetry
import Training

/// A sweep as people read it: a table, what was chosen and why, a picture.
struct SweepPage {
    let report: SweepReport
    let setup: SweepSetup
    let tolerance: Double

    init(_ report: SweepReport, _ setup: SweepSetup, tolerance: Double) {
        self.report = report
        self.setup = setup
        self.tolerance = tolerance
    }

    /// A measure with the number that is meant, such as `general loss`.
    private func name(_ measure: SweepMeasure, _ value: String) -> String {
        "\(measure.probe) \(value)"
    }
    var domainName: String { name(setup.probes.domain, report.names.domain) }
    var generalName: String { name(setup.probes.general, report.names.general) }

    /// What was chosen, and why.
    var choiceSentence: String {
        guard let choice = report.choice, let row = report.chosen else {
            return "No point came to numbers, so none is chosen."
        }
        let label = setup.label(row.point.percent)
        let kept = "\(generalName) within \(SweepPage.percent(tolerance)) of the start"
        let change = report.generalChange(of: row).map { " (\(SweepPage.signed($0)) %)" } ?? ""
        return choice.isWithinTolerance
            ? "\(label) is chosen: the best \(domainName) of the points that keep \(kept)\(change)."
            : "No point keeps \(kept); \(label) loses least of it\(change), and is chosen."
    }

    /// How numbers and intervals came about.
    var intervalSentence: String {
        setup.seeds.count == 1
            ? "Intervals hold the number with 95 % confidence: those of the probes, which draw what "
                + "they asked again."
            : "Numbers are means of \(setup.seeds.count) seeds, and intervals hold the mean over all "
                + "seeds with 95 % confidence (Student's t); those of the start are its probes' own."
    }

    // MARK: The table

    private var columns: [String] {
        [
            "mix", "steps", "domain tokens", "tokens", "epochs", domainName, "95 % interval",
            generalName, "95 % interval", "change", "front", "",
        ]
    }

    private var cells: [[String]] {
        let start = report.start
        let first = [
            "start", "0", "0", "0", "", SweepPage.number(start.domain.value),
            SweepPage.interval(start.domain), SweepPage.number(start.general.value),
            SweepPage.interval(start.general), "", "", "",
        ]
        let rows = report.rows.map { row in
            [
                setup.label(row.point.percent), "\(row.point.steps)",
                HumanFormat.count(row.domainTokens), HumanFormat.count(row.tokens),
                row.domainEpochs.map { HumanFormat.fixed($0, digits: 2) } ?? "",
                SweepPage.number(row.domain.value), SweepPage.interval(row.domain),
                SweepPage.number(row.general.value), SweepPage.interval(row.general),
                report.generalChange(of: row).map { SweepPage.signed($0) + " %" } ?? "",
                row.isOnFront ? "yes" : "", row.isChosen ? "chosen" : "",
            ]
        }
        let others = report.unfinished.map { point in
            [setup.label(point.percent), "\(point.steps)"]
                + [String](repeating: "", count: columns.count - 3) + [SweepPage.state(point.state).word]
        }
        return [first] + rows + others
    }

    /// The page for a terminal.
    func text(recipe: String?) -> String {
        var table = AlignedTable(columns: columns)
        cells.forEach { table.add($0) }
        let lines =
            ["", intervalSentence] + reasons + [choiceSentence, "", commands(recipe: recipe)]
            + ["plot and report: \(relative(setup.folder))/plot.svg, report.md, report.json"]
        return table.render(style: .detect(descriptor: 1)) + "\n"
            + lines.map(PrintableText.lines).joined(separator: "\n") + "\n"
    }

    /// Why points are missing.
    private var reasons: [String] {
        report.unfinished.compactMap { point in
            SweepPage.state(point.state).reason.map { "\(setup.label(point.percent)): \($0)" }
        }
    }

    /// How to train what was chosen.
    private func commands(recipe: String?) -> String {
        guard let row = report.chosen else { return "" }
        if let recipe { return "nightjar train \(relative(recipe))" }
        let settings = (try? setup.settings(at: row.point.percent)) ?? []
        return "nightjar train \(setup.base.path)" + settings.map { " --set \($0)" }.joined()
    }

    private func relative(_ path: String) -> String {
        let here = FileManager.default.currentDirectoryPath + "/"
        return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
    }

    // MARK: Files

    /// Writes `report.json`, `report.md` and `plot.svg`.
    func write(to folder: String, recipe: String?, notes: [String]) throws {
        var data = try JSONSerialization.data(
            withJSONObject: object(recipe: recipe, notes: notes),
            options: [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted])
        data.append(0x0A)
        try AtomicFile(path: folder + "/report.json").write(String(decoding: data, as: UTF8.self))
        try AtomicFile(path: folder + "/report.md").write(markdown(recipe: recipe))
        try AtomicFile(path: folder + "/plot.svg").write(plot.svg())
    }

    private func markdown(recipe: String?) -> String {
        func line(_ cells: [String]) -> String {
            "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        let rule = "|" + String(repeating: "---|", count: columns.count)
        let design =
            setup.design == .total
            ? "every point is given as many tokens in all"
            : "every point is given as many tokens of \(setup.mix.source)"
        let paragraphs = [
            "# \(setup.base.configuration.name): shares of \(setup.mix.source)",
            "All points start from \(setup.start.map(relative) ?? "the same new weights"); \(design).",
            ([line(columns), rule] + cells.map(line)).joined(separator: "\n"), "![](plot.svg)",
            intervalSentence
                + " The front holds the points that no other one beats in one number without losing "
                + "in the other.",
        ] + reasons + [choiceSentence, "```sh\n\(commands(recipe: recipe))\n```"]
        return paragraphs.joined(separator: "\n\n") + "\n"
    }

    /// The domain to the right, what is kept upwards.
    private var plot: PointsPlot {
        func coordinate(_ estimate: Estimate) -> PointsPlot.Coordinate {
            PointsPlot.Coordinate(estimate.value, low: estimate.low, high: estimate.high)
        }
        func label(_ name: String, _ direction: MetricDirection) -> String {
            "\(name) (\(direction.rawValue) is better)"
        }
        let start = report.start
        let marks = report.rows.map { row in
            PointsPlot.Mark(
                label: "\(MixSweep.text(row.point.percent)) %", x: coordinate(row.domain),
                y: coordinate(row.general),
                kind: row.isChosen ? .chosen : row.isOnFront ? .joined : .plain)
        }
        let worst = abs(start.general.value) * tolerance
        let isLower = report.directions.general == .lower
        return PointsPlot(
            title: "\(setup.base.configuration.name): \(setup.mix.source), fixed "
                + (setup.design == .total ? "total" : "domain tokens"),
            xLabel: label(domainName, report.directions.domain),
            yLabel: label(generalName, report.directions.general),
            marks: [
                PointsPlot.Mark(
                    label: "start", x: coordinate(start.domain), y: coordinate(start.general),
                    kind: .start)
            ] + marks,
            band: PointsPlot.Band(
                low: isLower ? nil : start.general.value - worst,
                high: isLower ? start.general.value + worst : nil,
                label: "within \(SweepPage.percent(tolerance)) of the start"))
    }

    // MARK: Words

    static func number(_ value: Double) -> String { HumanFormat.fixed(value, digits: 4) }

    private static func interval(_ estimate: Estimate) -> String {
        guard let low = estimate.low, let high = estimate.high else { return "" }
        return "\(number(low)) to \(number(high))"
    }

    private static func signed(_ percent: Double) -> String {
        (percent > 0 ? "+" : "") + HumanFormat.fixed(percent, digits: 2)
    }

    /// 1.5 % of 0.015.
    private static func percent(_ share: Double) -> String {
        var text = HumanFormat.fixed(share * 100, digits: 3)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text + " %"
    }

    static func state(_ state: SweepPoint.State) -> (word: String, reason: String?) {
        switch state {
        case .finished: ("finished", nil)
        case .open: ("open", nil)
        case .refused(let reason): ("refused", reason)
        case .failed(let reason): ("failed", reason)
        }
    }
}
