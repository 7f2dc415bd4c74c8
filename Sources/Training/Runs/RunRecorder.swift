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
    /// Of how many sources each step names all, those that gave nothing too.
    private static let mostSourcesNamed = 64

    private let folder: RunFolder
    private let recipe: RunRecipe
    private let resumedStep: Int?
    /// The serial number of the last event from outside.
    private var lastSerial = 0

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
    ///
    /// - Parameters:
    ///   - inForce: hashes of scripts by path, where they are not those on the disk.
    ///   - takesEdited: whether those on the disk are to take their place.
    func begin(
        _ state: RunState, plan: RunPlan, inForce: [String: String], takesEdited: Bool
    ) throws {
        let scripts = MetricValue.list(
            recipe.scripts.map { .string("\($0.path) \(inForce[$0.path] ?? $0.hash)") })
        for script in recipe.scripts { try folder.keep(script) }
        try folder.write(recipe.resolved, to: "resolved.json")
        try folder.write(String(decoding: recipe.source, as: UTF8.self), to: "recipe.lua")
        var fields: [String: MetricValue] = ["scripts": scripts]
        if takesEdited { fields[RunEvent.editedKey] = true }
        if let origin = recipe.origin { fields.merge(origin.fields) { $1 } }
        if let branch = state.course.branch { fields["from"] = .string(branch.checkpoint) }
        try event(resumedStep == nil ? "start" : "resume", step: state.step, fields)
        guard offset == 0 else { return }
        var run: MetricRecord = [
            "type": "run", "total_steps": .int(plan.totalSteps),
            "tokens_per_step": .int(plan.tokensAStep), "parameters": .int(plan.census.parameters),
            "precision": .string(plan.precision.rawValue),
            "seed": .int(Int(bitPattern: UInt(state.seed))),
            "backend": .string(state.backend.name),
            "instruction_set": .string(state.backend.instructionSet),
            "threads": .int(state.backend.threadCount), "products": .string(state.backend.products),
            "scripts": scripts,
        ]
        if let branch = state.course.branch {
            run["first_step"] = .int(branch.step)
            run["from"] = .string(branch.checkpoint)
        }
        try folder.metrics.record(run)
    }

    /// - Parameter fields: what hooks measured; names of the step's own are not replaced.
    func record(_ report: StepReport, fields: MetricRecord = [:]) throws {
        var record: MetricRecord = [
            "type": "step", "step": .int(report.step), "loss": .double(report.loss),
            "grad_norm": .double(report.gradientNorm),
            "learning_rate": .double(report.learningRate),
            "num_tokens": .int(report.totalTokens), "loss_tokens": .int(report.lossTokens),
        ]
        if let parts = report.lossParts {
            record["kl"] = .double(parts.divergence)
            record["cross_entropy"] = .double(parts.crossEntropy)
            if parts.sampledRows > 0 { record["on_policy_rows"] = .int(parts.sampledRows) }
        }
        for (name, value) in report.pairs?.named ?? [] { record[name] = .double(value) }
        for (name, value) in report.rollouts?.named ?? [] { record[name] = .double(value) }
        // Of very many sources a step draws from few.
        let namesAll = report.tokensBySource.count <= RunRecorder.mostSourcesNamed
        for (source, tokens) in report.tokensBySource.sorted(by: { $0.key < $1.key })
        where namesAll || tokens > 0 {
            record["tokens/\(source)"] = .int(tokens)
            if let loss = report.lossBySource[source] {
                record["loss/\(source)"] = .double(loss)
            }
        }
        if report.isSkipped { record["skipped"] = true }
        if let reason = report.skipReason { record["skip_reason"] = .string(reason.rawValue) }
        if let target = report.rolledBackTo { record["rolled_back_to"] = .int(target) }
        if report.passedOver > 0 { record["documents_passed_over"] = .int(report.passedOver) }
        if let errors = report.hookErrors { record["hook_errors"] = .int(errors) }
        if !report.isReplayable { record["replayable"] = false }
        record["step_time_s"] = .double(report.seconds)
        record["tokens_per_second"] = .double(Double(report.tokens) / report.seconds)
        if let utilisation = report.utilisation { record["mfu"] = .double(utilisation) }
        if let seconds = report.hookSeconds { record["hook_time_s"] = .double(seconds) }
        for field in fields.fields where record[field.name] == nil {
            record[field.name] = field.value
        }
        try folder.metrics.record(record)
    }

    func record(_ loss: HeldOutLoss, step: Int) throws {
        var record: MetricRecord = [
            "type": "evaluation", "step": .int(step), "eval_loss": .double(loss.loss),
            "eval_bits_per_byte": .double(loss.bitsPerByte), "eval_tokens": .int(loss.tokens),
        ]
        // Of pairs alone there is no such number.
        if loss.pairs != nil, loss.bitsPerByte.isNaN { record["eval_bits_per_byte"] = nil }
        for (name, value) in loss.pairs?.named ?? [] { record["eval_\(name)"] = .double(value) }
        if loss.lossBySource.count > 1 {
            for (source, value) in loss.lossBySource.sorted(by: { $0.key < $1.key }) {
                record["eval_loss/\(source)"] = .double(value)
            }
        }
        try folder.metrics.record(record)
    }

    /// One line for all probes of a step: `probe/NAME/VALUE`, with the ends of its interval.
    func record(_ reading: ProbeReading) throws {
        var record: MetricRecord = ["type": "probe", "step": .int(reading.step)]
        for result in reading.results {
            let prefix = "probe/\(result.name)"
            for value in result.values {
                record["\(prefix)/\(value.name)"] = .double(value.value)
                if let low = value.low, let high = value.high {
                    record["\(prefix)/\(value.name)_low"] = .double(low)
                    record["\(prefix)/\(value.name)_high"] = .double(high)
                }
            }
            record["\(prefix)/count"] = .int(result.count)
        }
        try folder.metrics.record(record)
    }

    func record(_ turned: TurnedDial) throws {
        try folder.metrics.record([
            "type": "dial", "step": .int(turned.step), "path": .string(turned.change.path),
            "value": turned.change.value.metric, "before": turned.before.metric,
            "origin": .string(turned.change.origin),
        ])
    }

    /// Journals an event: it is on the disk before what it announces takes effect.
    func event(_ name: String, step: Int, _ fields: [String: MetricValue] = [:]) throws {
        try append(RunEvent(name: name, step: step, fields: fields))
    }

    /// Journals an event that came from outside; a run resumed from before it repeats it.
    ///
    /// - Returns: its serial number.
    func externalEvent(
        _ name: String, step: Int, _ fields: [String: MetricValue] = [:]
    ) throws -> Int {
        let serial = lastSerial + 1
        try append(RunEvent(name: name, step: step, external: serial, fields: fields))
        lastSerial = serial
        return serial
    }

    /// Goes on counting after the events of earlier processes; what nobody can have counted to is
    /// somebody's mistake.
    func countSerials(of journal: [RunEvent]) {
        let serials = journal.compactMap(\.external).filter { $0 < 1 << 40 }
        lastSerial = max(0, serials.max() ?? 0)
    }

    private func append(_ event: RunEvent) throws {
        var record: MetricRecord = ["event": .string(event.name), "step": .int(event.step)]
        if let serial = event.external { record["external"] = .int(serial) }
        for (key, value) in event.fields.sorted(by: { $0.key < $1.key }) { record[key] = value }
        record["time"] = .string(ISO8601DateFormatter().string(from: Date()))
        try folder.journal.append(record.jsonLine)
    }
}

extension DialValue {
    /// The value as metrics and journal write it.
    var metric: MetricValue {
        switch self {
        case .number(let value): .double(value)
        case .integer(let value): .int(value)
        case .boolean(let value): .bool(value)
        case .nothing: .string("none")
        }
    }

    /// What `metric` wrote; the dial's type decides between number and integer.
    init?(metric: MetricValue?) {
        switch metric {
        case .int(let value): self = .integer(value)
        case .double(let value): self = .number(value)
        case .bool(let value): self = .boolean(value)
        case .string("none"): self = .nothing
        default: return nil
        }
    }
}
