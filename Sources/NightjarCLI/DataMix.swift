import ArgumentParser
import Corpora
import Scripting
import Telemetry
import Tensors
import Training

/// `nightjar data mix`: the shares of a recipe's sources, before anything is trained.
struct DataMix: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mix",
        abstract: "Shows what a run draws from each source: documents, tokens, epochs.",
        discussion: """
            Shares are of the mix's unit: tokens that the model is given, tokens that count in the \
            loss, or documents. A share is met within one row of the batch, whatever the order of \
            reading; above one epoch text is seen again.
            """)

    @OptionGroup var recipe: RecipeArguments

    @OptionGroup var phase: PhaseArgument

    @Flag(help: "Print one JSON object.")
    var json = false

    mutating func run() throws {
        let loaded = try recipe.load(phase)
        let display = RunDisplay()
        let inspection = try ComputeThread.shared.run {
            try RunInspection(
                loaded.configuration, on: CPUBackend.shared, cacheFolder: Places.corpora,
                timesSteps: false
            ) { display.prepares($0, share: $1) }
        }
        display.finish()
        let plan = inspection.sources
        let notes = loaded.warnings + inspection.remarks
        notes.forEach(display.remark)
        if json { return try Output.json(DataMix.object(plan, notes: notes)) }
        var table = AlignedTable(columns: [
            "source", "share", "documents", "tokens", "in the loss", "drawn", "of documents",
            "in the loss", "epochs",
        ])
        for line in plan.lines {
            table.add([
                PrintableText.line(line.name),
                HumanFormat.fixed(100 * line.share, digits: 2) + " %",
                "\(line.trainDocuments)", "\(line.trainTokens)", "\(line.trainLossTokens)",
                "\(line.budgetInputs)", "\(line.budgetDocuments)", "\(line.budgetLossTokens)",
                HumanFormat.fixed(line.epochs, digits: 2),
            ])
        }
        try Output.text(
            table.render(style: .detect(descriptor: 1))
                + "\n\(plan.budgetInputs) tokens in \(inspection.plan.totalSteps) steps; shares are of "
                + "\(plan.unit.words)\n")
    }

    private static func object(_ plan: CorpusPlan, notes: [String]) -> [String: Any] {
        [
            "unit": plan.unit.rawValue, "budget_tokens": plan.budgetInputs, "notes": notes,
            "sources": plan.lines.map { line in
                [
                    "name": line.name, "share": line.share, "documents": line.trainDocuments,
                    "tokens": line.trainTokens, "loss_tokens": line.trainLossTokens,
                    "held_out_tokens": line.validationTokens, "budget_tokens": line.budgetInputs,
                    "budget_documents": line.budgetDocuments,
                    "budget_loss_tokens": line.budgetLossTokens, "epochs": line.epochs,
                ] as [String: Any]
            },
        ]
    }
}

extension Mix.Unit {
    fileprivate var words: String {
        switch self {
        case .tokens: "tokens"
        case .lossTokens: "tokens that count in the loss"
        case .samples: "documents"
        }
    }
}
