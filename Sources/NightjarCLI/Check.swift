import ArgumentParser
import Corpora
import Foundation
import Scripting
import Telemetry
import Tensors
import Training
import Transformers

/// `nightjar check`: what a recipe comes to, before anything is computed.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what a recipe comes to: plan, data, memory, time; trains nothing.",
        discussion: """
            Given a plugin's name, folder or main file, it checks that, as nightjar plugin check \
            does. With --purity the scripts of a recipe, or the plugin, are asked the same calls \
            twice from the same saved memory; code 2 where one keeps memory elsewhere.
            """)

    @OptionGroup var recipe: RecipeArguments

    @Flag(help: "Compute nothing: leave out the time, which a few timed steps give.")
    var noTiming = false

    @Flag(help: "Look for hidden memory in scripts, and do nothing else.")
    var purity = false

    @Flag(help: "Print one JSON object.")
    var json = false

    mutating func run() throws {
        if PluginCatalogue.isPlugin(
            recipe.recipe, from: FileManager.default.currentDirectoryPath)
        {
            guard recipe.overrides.isEmpty, !noTiming else {
                throw ValidationError(
                    "\(recipe.recipe) is a plugin; --set and --no-timing are for recipes")
            }
            return try CheckPlugin(plugin: recipe.recipe, asksTwice: purity, json: json).run()
        }
        let recipes = try recipe.loadPhases().recipes
        var before: RunPlan?
        for (index, loaded) in recipes.enumerated() {
            if let phase = loaded.phase, !json {
                try Output.text(
                    (index > 0 ? "\n" : "")
                        + TerminalStyle.detect(descriptor: 1).paint(
                            "phase \(index + 1) of \(recipes.count): \(phase)", .bold) + "\n")
            }
            if purity {
                try checkPurity(of: loaded)
            } else {
                before = try check(loaded, after: before)
            }
        }
    }

    /// Shows one run.
    ///
    /// - Parameter before: the plan of the phase before.
    /// - Returns: its plan.
    private func check(_ loaded: LoadedRecipe, after before: RunPlan?) throws -> RunPlan {
        let display = RunDisplay()
        let inspection = try ComputeThread.shared.run { [noTiming] in
            try RunInspection(
                loaded.configuration, on: CPUBackend.shared, cacheFolder: Places.corpora,
                timesSteps: !noTiming, after: before
            ) { display.prepares($0, share: $1) }
        }
        display.finish()
        (loaded.warnings + inspection.remarks).forEach(display.remark)
        if json {
            try Output.json(object(loaded, inspection))
        } else {
            try show(loaded, inspection)
        }
        return inspection.plan
    }

    private func show(_ loaded: LoadedRecipe, _ inspection: RunInspection) throws {
        let style = TerminalStyle.detect(descriptor: 1)
        func heading(_ text: String) throws {
            try Output.text("\n" + style.paint(text, .bold) + "\n")
        }
        try heading("recipe")
        try Output.text(ResolvedTable.render(loaded.resolved, style: style))
        try heading("data")
        try Output.text("\(inspection.sources)\n")
        try heading("model")
        var table = AlignedTable(columns: ["", ""])
        for (name, value) in planRows(loaded.configuration, inspection) {
            table.add([name, value])
        }
        try Output.text(table.render(style: style) + "\n")
        try heading("memory")
        var memory = AlignedTable(columns: ["", ""])
        for item in inspection.memory.items {
            memory.add([item.name, HumanFormat.bytes(item.bytes)])
        }
        memory.add(["peak", HumanFormat.bytes(inspection.memory.bytes)])
        try Output.text(memory.render(style: style) + "\n")
        guard let time = inspection.time else { return }
        try heading("time")
        try Output.text(
            "\(HumanFormat.duration(seconds: time.seconds)) at "
                + "\(HumanFormat.count(time.tokensPerSecond)) tokens/s, \(time.basis.rawValue)\n")
    }

    private func checkPurity(of loaded: LoadedRecipe) throws {
        let report = try loaded.checkPurity()
        if json {
            try Output.json(CheckPurity.object(report))
        } else {
            try CheckPurity.show(report)
        }
        try CheckPurity.refuseImpure(report)
    }

    private func planRows(_ configuration: RunConfiguration, _ inspection: RunInspection)
        -> [(String, String)]
    {
        let plan = inspection.plan
        let adapters =
            plan.adapted.map { adapted in
                [
                    (
                        "of them trained",
                        "none; \(HumanFormat.count(plan.trainedParameters)) in the adapters of "
                            + "\(adapted.count) maps"
                    )
                ]
            } ?? []
        return [
            ("type", inspection.model.modelType.name),
            ("parameters", HumanFormat.count(plan.census.parameters)),
        ] + adapters + [
            ("vocabulary", "\(inspection.model.vocabularySize)"),
            ("precision", plan.precision.rawValue),
            ("threads", "\(CPUBackend.shared.description.threadCount)"),
            (
                "steps",
                plan.madeSteps == 0
                    ? "\(plan.totalSteps)"
                    : "\(plan.totalSteps), of them \(plan.madeSteps) made before"
            ),
            ("tokens a step", "\(plan.tokensAStep)"),
            ("rows a pass", "\(plan.microRows)"),
            ("tokens in all", HumanFormat.count(plan.totalTokens)),
            ("stages", stages(configuration, plan)),
            ("run folder", configuration.outputPath),
        ]
    }

    /// Which stages the run names, and at which steps.
    private func stages(_ configuration: RunConfiguration, _ plan: RunPlan) -> String {
        let end = "\(configuration.endStage.rawValue) at step \(plan.totalSteps)"
        guard let step = configuration.stableEnd(plan), step > plan.madeSteps else { return end }
        return "pre at step \(step), \(end)"
    }

    private func object(_ loaded: LoadedRecipe, _ inspection: RunInspection) -> [String: Any] {
        var object: [String: Any] = [
            "parameters": inspection.plan.census.parameters,
            "trained_parameters": inspection.plan.trainedParameters,
            "precision": inspection.plan.precision.rawValue,
            "total_steps": inspection.plan.totalSteps,
            "tokens_per_step": inspection.plan.tokensAStep,
            "micro": inspection.plan.microRows,
            "peak_memory_mib": Double(inspection.memory.bytes) / 1_048_576,
            "folder": loaded.configuration.outputPath,
            "stage": loaded.configuration.endStage.rawValue,
            "sources": inspection.sources.lines.map { line in
                [
                    "name": line.name, "share": line.share, "documents": line.trainDocuments,
                    "tokens": line.trainTokens, "held_out_tokens": line.validationTokens,
                    "budget_tokens": line.budgetInputs, "epochs": line.epochs,
                ] as [String: Any]
            },
        ]
        object["phase"] = loaded.phase
        if inspection.plan.madeSteps > 0 { object["made_steps"] = inspection.plan.madeSteps }
        if let time = inspection.time {
            object["seconds"] = time.seconds
            object["tokens_per_second"] = time.tokensPerSecond
            object["time_basis"] = time.basis.rawValue
        }
        return object
    }
}
