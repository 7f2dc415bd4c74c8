import Checkpoints
import Corpora
import Naming

/// The page that goes with prepared text: what it is, where it is from, what was done to it.
enum DataCard {
    static let fileName = "card.md"

    static func write(_ report: PreparationReport, to folder: String) throws {
        let text = text(report, title: folder.split(separator: "/").last.map(String.init) ?? folder)
        try AtomicFile(path: folder + "/" + fileName).write(text)
    }

    static func text(_ report: PreparationReport, title: String) -> String {
        var lines = ["# \(cell(title))", ""]
        if !report.about.isEmpty { lines += [cell(report.about), ""] }
        lines += [
            "\(report.kept) documents and \(report.keptBytes) bytes of text are left of "
                + "\(report.documents) documents. `report.json` has the same in full, "
                + "`dropped.jsonl` the place and the reason of every document that a step dropped.",
            "", "## Sources", "",
            "| source | licence | what it is | files | rows | rows dropped | documents | left | bytes left |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        for source in report.sources {
            lines.append(
                row([
                    source.name, source.licence.isEmpty ? "not said" : source.licence, source.about,
                    "\(source.read.files)", "\(source.read.rows)", "\(source.read.droppedRows)",
                    "\(source.read.documents)", "\(source.kept)", "\(source.keptBytes)",
                ]))
        }
        for source in report.sources {
            for remark in source.read.remarks { lines += ["", "\(cell(source.name)): \(cell(remark))."] }
        }
        lines += ["", "## Steps", ""]
        if report.steps.isEmpty { lines.append("None.") }
        for (index, step) in report.steps.enumerated() {
            let settings = step.settings.map { "\($0.name) = \($0.value)" }
            lines += [
                "\(index + 1). **\(cell(step.name))**"
                    + (settings.isEmpty ? "" : " (" + cell(settings.joined(separator: ", ")) + ")")
                    + ": \(step.seen) seen, \(step.dropped) dropped, \(step.rewritten) rewritten, "
                    + "\(step.bytesOut) of \(step.bytesIn) bytes left."
            ]
            for reason in step.reasons {
                lines.append(
                    "   - \(cell(reason.name)): \(reason.documents) documents, \(reason.bytes) "
                        + "bytes; " + reason.firstCases.map(cell).joined(separator: "; "))
            }
            if !step.changes.isEmpty {
                let changes = step.changes.sorted { $0.key < $1.key }
                lines.append(
                    "   - changed: " + changes.map { "\($0.value) \(cell($0.key))" }
                        .joined(separator: ", "))
            }
        }
        if !report.remarks.isEmpty {
            lines += ["", "## Remarks", ""] + report.remarks.map { "- \(cell($0))." }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(_ cells: [String]) -> String {
        "| " + cells.map(cell).joined(separator: " | ") + " |"
    }

    /// Text that stays one cell, whatever stands in it.
    private static func cell(_ text: String) -> String {
        shortened(
            String(text.map { $0.isNewline ? " " : $0 })
                .replacing("|", with: "\\|").replacing("<", with: "&lt;"), to: 2000)
    }
}
