import ArgumentParser
import Corpora
import Foundation
import Scripting
import Telemetry
import Training

/// `nightjar inspect mask`: rows as a supervised run learns from them.
struct InspectMask: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mask",
        abstract: "Prints rows of a recipe, with the tokens that are learned set apart.",
        discussion: """
            What is learned is green on a terminal, and stands between {+ and +} elsewhere; a \
            weight other than 1 follows the +. The rows are those of the recipe's sources and \
            validation sets, after the assertions that a run makes before its first step.
            """)

    @OptionGroup var recipe: RecipeArguments

    @OptionGroup var phase: PhaseArgument

    @Option(help: "Rows of each source.")
    var rows = 3

    @Option(help: "The first of them, counted from 1.")
    var from = 1

    @Option(help: "Only this source or validation set.")
    var source: String?

    @Flag(help: "Print one JSON object a row, with every token.")
    var json = false

    mutating func validate() throws {
        guard rows >= 0, rows <= 1_000_000 else {
            throw ValidationError("--rows: give a number from 0 to a million")
        }
        guard from >= 1, from <= 1 << 40 else {
            throw ValidationError("--from: rows are counted from 1")
        }
    }

    mutating func run() throws {
        let loaded = try recipe.load(phase)
        let display = RunDisplay()
        let inspection = try MaskInspection(
            loaded.configuration, cacheFolder: Places.corpora, rows: rows, first: from - 1,
            remark: { display.remark($0) }, progress: { display.prepares($0, share: $1) })
        display.finish()
        let names = inspection.parts.map(\.name)
        if let source, !names.contains(source) {
            throw ValidationError(
                "--source: there is no \"\(source)\"; there are \(names.joined(separator: ", "))")
        }
        let parts = inspection.parts.filter { source == nil || $0.name == source }
        if json { return try printObjects(parts) }
        let style = TerminalStyle.detect(descriptor: 1)
        if let template = inspection.template {
            try Output.text("chat template: \(template)\n")
        }
        for part in parts { try print(part, style) }
    }

    private func print(_ part: MaskInspection.Part, _ style: TerminalStyle) throws {
        let share = 100 * Double(part.trainedCount) / Double(max(1, part.tokenCount))
        try Output.text(
            "\n"
                + style.paint(
                    "\(part.name)\(part.isHeldOut ? " (held out)" : ""): \(part.rowCount) rows, "
                        + "\(part.tokenCount) tokens, \(part.trainedCount) of them learned ("
                        + HumanFormat.fixed(share, digits: 1) + " %)", .bold) + "\n")
        for remark in part.remarks { try Output.text("\(remark)\n") }
        for row in part.rows {
            let place = "\(row.origin.file ?? "memory"):\(row.origin.line)"
            try Output.text(
                "\n"
                    + style.paint(
                        "\(place), \(row.tokens.count) tokens, \(row.trainedCount) learned", .dim)
                    + "\n" + Self.text(of: row, style) + "\n")
        }
    }

    private static func text(of row: MaskedRow, _ style: TerminalStyle) -> String {
        row.stretches.map { stretch in
            let text = PrintableText.lines(stretch.text)
            guard stretch.weight != 0 else { return text }
            let isRejected = stretch.weight < 0
            let weight = abs(stretch.weight) == 1 ? "" : "\(abs(stretch.weight)) "
            // A color must begin anew in every line, or a pager loses it.
            return style.hasColour
                ? weight
                    + text.split(separator: "\n", omittingEmptySubsequences: false)
                    .map { $0.isEmpty ? "" : style.paint(String($0), isRejected ? .red : .green) }
                    .joined(separator: "\n")
                : isRejected ? "[-\(weight)\(text)-]" : "{+\(weight)\(text)+}"
        }.joined()
    }

    private func printObjects(_ parts: [MaskInspection.Part]) throws {
        for part in parts {
            for row in part.rows {
                try Output.json([
                    "source": part.name, "held_out": part.isHeldOut,
                    "file": row.origin.file ?? "memory", "line": row.origin.line,
                    "ids": row.tokens.map { Int($0.id) },
                    "weights": row.tokens.map { Double($0.weight) },
                    "trained_tokens": row.trainedCount,
                    "text": row.stretches.map {
                        ["text": $0.text, "weight": Double($0.weight)] as [String: Any]
                    },
                ])
            }
        }
    }
}
