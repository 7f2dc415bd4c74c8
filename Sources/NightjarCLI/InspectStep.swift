import ArgumentParser
import Corpora
import Foundation
import Scripting
import Telemetry
import Tensors
import Training

/// `nightjar inspect step`: what a run learned from in one step.
struct InspectStep: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step",
        abstract: "Prints what a run learned from in one of its steps.",
        discussion: """
            The rows with file, line and text, beside the step's loss and gradient and those of the \
            steps before it: where a loss jumps, this is what it jumped at. The run may be over or \
            under way. Rows are as the data gave them; what a hook weighed otherwise is not shown. \
            Where the model answered prompts, its answers follow with what each was worth.
            """)

    @Argument(
        help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Argument(help: "The step, counted from 1.")
    var step: Int

    @Option(help: "Only this row, counted from 1.")
    var row: Int?

    @Option(help: "Characters of each text; 0 for all.")
    var characters = 160

    @Option(
        help: "The recipe, where it is no longer where the run read it.",
        completion: .file(extensions: ["lua"]))
    var recipe: String?

    @Flag(help: "Print one JSON object a piece, after one for the step.")
    var json = false

    mutating func validate() throws {
        guard step >= 1 else { throw ValidationError("steps are counted from 1") }
        guard row.map({ $0 >= 1 }) ?? true else {
            throw ValidationError("--row: rows are counted from 1")
        }
        guard characters >= 0 else { throw ValidationError("--characters: give 0 or more") }
    }

    mutating func run() throws {
        let display = RunDisplay()
        let loaded = try RunRecipeFile.load(run: folder, recipe: recipe)
        let kept = FileManager.default.contents(atPath: folder + "/recipe.lua")
        if let kept, Array(kept) != loaded.runRecipe.source {
            display.remark(
                "\(loaded.path) has changed since the run read it; the rows are those of the "
                    + "recipe as it is now.")
        }
        let inspection = try StepInspection(
            loaded.configuration, run: folder, step: step, on: CPUBackend.shared.description,
            cacheFolder: Places.corpora, remark: { display.remark($0) },
            progress: { display.prepares($0, share: $1) })
        display.finish()
        if let row, row > inspection.rows {
            throw ValidationError("--row: the step has \(inspection.rows) rows")
        }
        let pieces = inspection.pieces.filter { row == nil || $0.row == row.map { $0 - 1 } }
        if json { return try printObjects(inspection, pieces) }
        let style = TerminalStyle.detect(descriptor: 1)
        try print(inspection, style)
        for piece in pieces { try print(piece, style) }
        let places = Set(pieces.map(\.origin.place))
        try print(inspection.samples.filter { places.contains($0.place) }, style)
    }

    /// What the model answered to the prompts, and what each answer was worth.
    private func print(_ samples: [RolloutSample], _ style: TerminalStyle) throws {
        var before: String?
        for sample in samples {
            if sample.place != before {
                try Output.text(
                    "\n" + style.paint(
                        PrintableText.line("answers to \(sample.source): \(sample.place)"), .bold)
                        + "\n")
                before = sample.place
            }
            let worth =
                "reward \(HumanFormat.fixed(sample.reward, digits: 3)), advantage "
                + "\(HumanFormat.fixed(sample.advantage, digits: 3)), \(sample.tokens) tokens"
                + (sample.isFinished ? "" : ", cut off")
            try Output.text(
                style.paint(worth, .dim) + "\n" + PrintableText.lines(shortened(sample.completion))
                    + "\n")
        }
    }

    private func shortened(_ text: String) -> String {
        characters > 0 && text.count > characters ? text.prefix(characters) + " ..." : text
    }

    /// The step's numbers, and how they stand beside those before.
    private func print(_ inspection: StepInspection, _ style: TerminalStyle) throws {
        func beside(_ value: (StepNumbers) -> Double?) -> String {
            guard let now = value(inspection.numbers) else { return "not finite" }
            let others = inspection.before.compactMap(value).sorted()
            let text = HumanFormat.fixed(now, digits: 4)
            guard !others.isEmpty else { return text }
            return text + ", median of the \(others.count) steps before "
                + HumanFormat.fixed(others[others.count / 2], digits: 4)
        }
        try Output.text(
            style.paint("step \(inspection.step)", .bold)
                + ": \(inspection.rows) rows of \(inspection.length) tokens\n"
                + "loss           \(beside(\.loss))\n"
                + "gradient norm  \(beside(\.gradientNorm))\n")
    }

    private func print(_ piece: StepInspection.Piece, _ style: TerminalStyle) throws {
        var notes = ["row \(piece.row + 1)", "\(piece.origin)", "\(piece.ids.count) tokens"]
        if piece.trainedCount != piece.ids.count {
            notes.append("\(piece.trainedCount) learned")
        }
        if piece.offset > 0 { notes.append("from token \(piece.offset) on") }
        if piece.epoch > 0 { notes.append("read \(piece.epoch) times before") }
        try Output.text(
            "\n" + style.paint(PrintableText.lines(notes.joined(separator: ", ")), .dim) + "\n"
                + PrintableText.lines(shortened(piece.text)) + "\n")
    }

    private func printObjects(
        _ inspection: StepInspection, _ pieces: [StepInspection.Piece]
    ) throws {
        func object(_ numbers: StepNumbers) -> [String: Any] {
            var object: [String: Any] = ["step": numbers.step]
            object["loss"] = numbers.loss
            object["grad_norm"] = numbers.gradientNorm
            object["learning_rate"] = numbers.learningRate
            return object
        }
        var step = object(inspection.numbers)
        step["rows"] = inspection.rows
        step["length"] = inspection.length
        step["before"] = inspection.before.map(object)
        try Output.json(step)
        for piece in pieces {
            try Output.json([
                "row": piece.row + 1, "source": piece.origin.source,
                "file": piece.origin.file ?? "memory", "line": piece.origin.line,
                "epoch": piece.epoch, "offset": piece.offset, "column": piece.columns.lowerBound,
                "ids": piece.ids.map(Int.init), "trained_tokens": piece.trainedCount,
                "text": piece.text,
            ])
        }
        for sample in inspection.samples {
            try Output.json([
                "source": sample.source, "place": sample.place, "prompt": sample.prompt,
                "completion": sample.completion, "tokens": sample.tokens,
                "finished": sample.isFinished, "reward": sample.reward,
                "advantage": sample.advantage,
            ])
        }
    }
}
