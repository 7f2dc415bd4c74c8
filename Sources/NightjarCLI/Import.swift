import ArgumentParser
import Checkpoints
import Foundation
import Optimizers
import Telemetry
import Tensors
import Tokenizers
import Training
import Transformers

/// `nightjar import`: whether a model folder can be used here, and what it is.
struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks a model folder, and says what it is and what it takes.",
        discussion: """
            Reads every weight: tensors that are missing, left over, misshapen or not finite are \
            errors that list them. Nothing is copied or changed: a recipe names the folder itself, as \
            in model = { from = "FOLDER" }.
            """)

    @Argument(help: "The folder, or a run such as runs/demo.", completion: .directory)
    var model: String

    @OptionGroup var base: BaseOption

    @Option(help: "Tokens a row, for the memory of training and sampling.")
    var sequenceLength = 512

    @Flag(help: "Print one JSON object.")
    var json = false

    mutating func run() throws {
        guard (1...1 << 24).contains(sequenceLength) else {
            throw ValidationError(
                "--sequence-length is \(sequenceLength); give 1 to \(1 << 24) tokens.")
        }
        let report = try ComputeThread.shared.run { [self] in
            try ImportReport(model, base: base.path, sequenceLength: sequenceLength) { sentence in
                DescriptorOutput(descriptor: 2).write("note: \(sentence)\n")
            }
        }
        if json { return try Output.json(report.object) }
        let style = TerminalStyle.detect(descriptor: 1)
        for (title, rows) in report.sections {
            try Output.text("\n" + style.paint(title, .bold) + "\n")
            var table = AlignedTable(columns: ["", ""])
            for row in rows { table.add([row.name, row.value]) }
            try Output.text(table.render(style: style) + "\n")
        }
        try Output.shown(
            "\nuse it:  "
                + (report.isAdapter
                    ? "" : "model = { from = \"\(model)\" } in a recipe; ")
                + "nightjar generate \(model)\n")
    }
}
