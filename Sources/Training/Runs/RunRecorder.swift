import Checkpoints
import Foundation
import Telemetry
import Tensors
import Transformers

/// Writes what happens in a run to its folder: `metrics.jsonl`, one line a step, and the journal
/// `events.jsonl`.
///
/// Metric names are those of Hugging Face trainers (`loss`, `grad_norm`, `learning_rate`,
/// `num_tokens`, `eval_loss`). Fields that depend on the clock are `step_time_s`,
/// `tokens_per_second`, `mfu` and an event's `time`.
final class RunRecorder {
    private let folder: RunFolder
    private let recipe: RunRecipe
    private let resumedStep: Int?

    /// - Parameters:
    ///   - resumesAt: the state gone on from; metrics written after it are cut off.
    ///   - remark: hears of metrics that are gone. They are no reason not to train.
    init(
        _ folder: RunFolder, recipe: RunRecipe, resumesAt state: RunState?,
        remark: (String) -> Void
    ) throws {
        self.folder = folder
        self.recipe = recipe
        resumedStep = state?.step
        let known = state?.metricsOffset ?? 0
        if folder.metrics.offset < known {
            remark(
                "\(folder.metrics.path) has \(folder.metrics.offset) of the \(known) bytes that "
                    + "the checkpoint knows; what is missing was removed and is not made again.")
        }
        try folder.metrics.truncate(to: min(known, folder.metrics.offset))
    }

    /// The length of the metrics so far.
    var offset: Int { folder.metrics.offset }

    /// Records that the run starts or goes on, and with which recipe.
    func begin(_ state: RunState, plan: RunPlan) throws {
        for script in recipe.scripts { try folder.keep(script) }
        try folder.write(recipe.resolved, to: "resolved.json")
        try folder.write(String(decoding: recipe.source, as: UTF8.self), to: "recipe.lua")
        try event(
            resumedStep == nil ? "start" : "resume", step: state.step,
            ["scripts": .list(recipe.scripts.map { .string("\($0.path) \($0.hash)") })])
        guard offset == 0 else { return }
        try folder.metrics.record([
            "type": "run", "total_steps": .int(plan.totalSteps),
            "tokens_per_step": .int(plan.tokensAStep), "parameters": .int(plan.census.parameters),
            "precision": .string(plan.precision.rawValue),
            "seed": .int(Int(bitPattern: UInt(state.seed))),
            "backend": .string(state.backend.name),
            "instruction_set": .string(state.backend.instructionSet),
            "threads": .int(state.backend.threadCount), "products": .string(state.backend.products),
            "scripts": .list(recipe.scripts.map { .string("\($0.path) \($0.hash)") }),
        ])
    }

    func record(_ report: StepReport) throws {
        var record: MetricRecord = [
            "type": "step", "step": .int(report.step), "loss": .double(report.loss),
            "grad_norm": .double(report.gradientNorm),
            "learning_rate": .double(report.learningRate),
            "num_tokens": .int(report.totalTokens), "loss_tokens": .int(report.lossTokens),
        ]
        for (source, tokens) in report.tokensBySource.sorted(by: { $0.key < $1.key }) {
            record["tokens/\(source)"] = .int(tokens)
        }
        if report.isSkipped { record["skipped"] = true }
        record["step_time_s"] = .double(report.seconds)
        record["tokens_per_second"] = .double(Double(report.tokens) / report.seconds)
        if let utilisation = report.utilisation { record["mfu"] = .double(utilisation) }
        try folder.metrics.record(record)
    }

    func record(_ loss: HeldOutLoss, step: Int) throws {
        try folder.metrics.record([
            "type": "evaluation", "step": .int(step), "eval_loss": .double(loss.loss),
            "eval_bits_per_byte": .double(loss.bitsPerByte), "eval_tokens": .int(loss.tokens),
        ])
    }

    /// Journals an event: it is on the disk before what it announces takes effect.
    func event(_ name: String, step: Int, _ fields: [String: MetricValue] = [:]) throws {
        var record: MetricRecord = ["event": .string(name), "step": .int(step)]
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) { record[key] = value }
        record["time"] = .string(ISO8601DateFormatter().string(from: Date()))
        try folder.journal.append(record.jsonLine)
    }
}
