import ArgumentParser
import Foundation
import Naming
import Scripting
import Telemetry
import Training

/// `nightjar inspect RUN`: the stages of a run and the curves of its losses.
struct InspectRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Shows the stages and loss curves of a run: nightjar inspect RUN.",
        discussion: """
            A run of several phases is shown as one life, phase after phase. The training loss is a \
            mean over steps before each; held-out loss is as it was scored. The run may be over or \
            under way.
            """)

    @Argument(
        help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(
        help: ArgumentHelp("Also write the curves as an SVG picture.", valueName: "file"),
        completion: .file(extensions: ["svg"]))
    var svg: String?

    @Option(help: "The plot's columns.")
    var width = 72

    @Option(help: "The plot's rows.")
    var height = 16

    @Flag(help: "Print one JSON object for each phase, with every number.")
    var json = false

    mutating func validate() throws {
        guard (20...400).contains(width) else {
            throw ValidationError("--width: give a number from 20 to 400")
        }
        guard (4...100).contains(height) else {
            throw ValidationError("--height: give a number from 4 to 100")
        }
    }

    mutating func run() throws {
        guard FileManager.default.fileExists(atPath: folder) else {
            let near = nearestName(to: folder, among: ["mask", "step", "run"])
            throw ValidationError(
                "there is no run \"\(folder)\""
                    + (near.map { "; did you mean nightjar inspect \($0)?" }
                        ?? "; name the folder that a run wrote, such as runs/base"))
        }
        let histories = try RunHistory.read(run: folder)
        let plot = LifePlot(histories, title: folder)
        if let svg {
            do {
                try plot.plot.svg(width: 900, height: 480)
                    .write(toFile: svg, atomically: true, encoding: .utf8)
            } catch {
                throw ValidationError(
                    "--svg: \(svg) cannot be written: \(error.localizedDescription)")
            }
        }
        if json {
            for history in histories { try Output.json(object(history)) }
            return
        }
        let style = TerminalStyle.detect(descriptor: 1)
        try Output.text(table(histories).render(style: style) + "\n")
        let text = plot.plot.text(columns: width, rows: height)
        try Output.text(
            text.isEmpty ? "no step was made yet\n" : "\n" + PrintableText.lines(text))
        if let svg { try Output.text("written: \(PrintableText.line(svg))\n") }
    }

    private func table(_ histories: [RunHistory]) -> AlignedTable {
        let hasPhases = histories.contains { $0.phase != nil }
        var table = AlignedTable(
            columns: (hasPhases ? ["phase"] : []) + [
                "stage", "checkpoint", "step", "tokens", "learning rate", "held-out loss",
                "bits/byte", "from",
            ])
        for history in histories {
            for (index, mark) in history.marks.enumerated() {
                let phase = index == 0 ? history.phase ?? "" : ""
                let parents = index == 0 ? mark.parents.map(Self.reference) : []
                var cells: [String] = hasPhases ? [phase] : []
                cells += [mark.stages.joined(separator: ", "), mark.checkpoint, "\(mark.step)"]
                cells += numbers(history, mark.step)
                cells.append(parents.joined(separator: ", "))
                table.add(cells.map(PrintableText.line))
            }
            if history.marks.isEmpty {
                let step = history.steps.last?.step ?? history.firstStep
                var cells: [String] = hasPhases ? [history.phase ?? ""] : []
                cells += ["", "none yet", "\(step)", "", "", "", "", ""]
                table.add(cells)
            }
        }
        return table
    }

    /// Tokens, learning rate, held-out loss and bits a byte after some steps.
    private func numbers(_ history: RunHistory, _ made: Int) -> [String] {
        var cells: [String] = ["", ""]
        if let step = history.step(upTo: made) {
            cells = [HumanFormat.count(step.tokens), Self.rate(step.learningRate)]
        }
        guard let score = history.score(at: made) else { return cells + ["", ""] }
        let loss = HumanFormat.fixed(score.loss, digits: 4)
        return cells + [loss, HumanFormat.fixed(score.bitsPerByte, digits: 4)]
    }

    /// A checkpoint as the user would name it here.
    private static func reference(_ path: String) -> String {
        var path = path
        let here = FileManager.default.currentDirectoryPath + "/"
        if path.hasPrefix(here) { path.removeFirst(here.count) }
        return path.replacing("/checkpoints/", with: "@")
    }

    private static func rate(_ value: Double) -> String {
        value == 0 ? "0" : String(format: "%.3g", value)
    }

    private func object(_ history: RunHistory) -> [String: Any] {
        var training: [[String: Any]] = []
        for step in history.steps {
            guard let loss = step.loss else { continue }
            training.append([
                "step": step.step, "tokens": step.tokens, "loss": loss,
                "learning_rate": step.learningRate,
            ])
        }
        var heldOut: [[String: Any]] = []
        for score in history.scores where score.bitsPerByte.isFinite {
            heldOut.append([
                "step": score.step, "loss": score.loss, "bits_per_byte": score.bitsPerByte,
            ])
        }
        var object: [String: Any] = ["run": history.path, "first_step": history.firstStep]
        object["stages"] = history.marks.map { stage($0, history) }
        object["training"] = training
        object["held_out"] = heldOut
        object["phase"] = history.phase
        object["total_steps"] = history.totalSteps
        return object
    }

    private func stage(_ mark: RunHistory.Mark, _ history: RunHistory) -> [String: Any] {
        var object: [String: Any] = ["checkpoint": mark.checkpoint, "step": mark.step]
        object["stages"] = mark.stages
        object["parents"] = mark.parents
        if let step = history.step(upTo: mark.step) {
            object["tokens"] = step.tokens
            object["learning_rate"] = step.learningRate
        }
        if let score = history.score(at: mark.step) {
            object["held_out_loss"] = score.loss
            object["bits_per_byte"] = score.bitsPerByte
        }
        return object
    }
}

/// The curves of one life: phases one behind another.
private struct LifePlot {
    let plot: LossPlot

    /// Over how large a part of a phase its training loss is averaged.
    private static let windowShare = 0.02
    private static let points = 400

    init(_ histories: [RunHistory], title: String) {
        var training: [(step: Double, loss: Double)] = []
        var heldOut: [(step: Double, loss: Double)] = []
        var marks: [(name: String, step: Double)] = []
        // Where a phase counts anew its steps stand behind those before.
        var offset = 0
        var end = 0
        for history in histories {
            offset = history.firstStep > 0 ? offset : end
            func place(_ step: Int) -> Double { Double(offset + step) }
            let window = max(1, Int(Self.windowShare * Double(history.steps.count)))
            if !training.isEmpty {
                // Another phase has another objective: the line does not go on.
                training.append((place(history.firstStep), .nan))
                heldOut.append((place(history.firstStep), .nan))
            }
            training += history.smoothedLoss(window: window, count: Self.points)
                .map { (place($0.step), $0.loss) }
            heldOut += history.scores.map { (place($0.step), $0.loss) }
            for mark in history.marks where !mark.stages.isEmpty {
                let name = ([history.phase].compactMap { $0 } + mark.stages)
                    .joined(separator: " ")
                marks.append((name, place(mark.step)))
            }
            end = max(end, offset + (history.steps.last?.step ?? history.firstStep))
        }
        plot = LossPlot(
            title: title,
            curves: [
                .init(name: "training loss", points: training),
                .init(name: "held-out loss", points: heldOut),
            ].filter { !$0.points.isEmpty }, marks: training.isEmpty ? [] : marks)
    }
}
