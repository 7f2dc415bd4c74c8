import LuaRuntime
import Training

/// What runs tell a program, as tables with the names of `metrics.jsonl`.
enum RunReports {
    typealias Facts = LuaTable<LuaValue>

    /// How many steps the mean loss looks back.
    static let meanSteps = 20

    static func of(_ report: StepReport, history: StepHistory) -> LuaNode {
        var facts = Facts([
            "step": .count(report.step), "total_steps": .count(report.totalSteps),
            "loss": .number(report.loss),
            "loss_mean": .number(mean(history, before: report.step) ?? report.loss),
            "grad_norm": .number(report.gradientNorm),
            "learning_rate": .number(report.learningRate),
            "num_tokens": .count(report.totalTokens), "loss_tokens": .count(report.lossTokens),
            "skipped": .boolean(report.isSkipped),
        ])
        if let reason = report.skipReason { facts.set("skip_reason", .text(reason.rawValue)) }
        if let target = report.rolledBackTo { facts.set("rolled_back_to", .count(target)) }
        for (name, value) in report.rollouts?.named ?? [] { facts.set(name, .number(value)) }
        for (source, tokens) in report.tokensBySource.sorted(by: { $0.key < $1.key }) {
            facts.set("tokens/\(source)", .count(tokens))
        }
        if report.passedOver > 0 { facts.set("documents_passed_over", .count(report.passedOver)) }
        facts.set("step_time_s", .number(report.seconds))
        facts.set("tokens_per_second", .number(Double(report.tokens) / report.seconds))
        if let utilisation = report.utilisation { facts.set("mfu", .number(utilisation)) }
        return LuaNode(.table(facts))
    }

    static func of(_ report: ForwardReport) -> LuaNode {
        LuaNode(
            .table(
                Facts([
                    "step": .count(report.step), "loss": .number(report.loss),
                    "grad_norm": .number(report.gradientNorm),
                    "learning_rate": .number(report.learningRate),
                    "tokens": .count(report.tokens),
                ])))
    }

    static func of(_ loss: HeldOutLoss) -> LuaNode {
        let sources = loss.lossBySource.sorted { $0.key < $1.key }.map {
            Facts.Field(key: .string(LuaString($0.key)), value: .number($0.value))
        }
        return LuaNode(
            .table(
                Facts([
                    "loss": .number(loss.loss), "bits_per_byte": .number(loss.bitsPerByte),
                    "tokens": .count(loss.tokens), "by_source": .table(LuaTable(fields: sources)),
                ])))
    }

    static func of(_ report: RollbackReport) -> LuaNode {
        LuaNode(
            .table(
                Facts([
                    "step": .count(report.step), "to": .count(report.target),
                    "count": .count(report.count),
                ])))
    }

    static func of(_ summary: RunSummary) -> LuaNode {
        var facts = Facts([
            "ending": .text("\(summary.ending)"), "steps": .count(summary.steps),
            "tokens": .count(summary.tokens), "folder": .text(summary.folder),
            "seconds": .number(summary.seconds), "steps_now": .count(summary.stepsNow),
        ])
        if let reason = summary.reason { facts.set("reason", .text(reason)) }
        if let mark = summary.replayBreak {
            facts.set("not_replayable_from_step", .count(mark.step))
        }
        if let checkpoint = summary.checkpoint { facts.set("checkpoint", .text(checkpoint)) }
        if let loss = summary.heldOutBefore { facts.set("held_out_before", .number(loss.loss)) }
        if let loss = summary.heldOutAfter {
            facts.set("held_out_after", .number(loss.loss))
            facts.set("bits_per_byte", .number(loss.bitsPerByte))
        }
        return LuaNode(.table(facts))
    }

    /// The mean loss of the steps before one; nil where there are none that count.
    static func mean(_ history: StepHistory, before step: Int) -> Double? {
        let losses = history.entries.filter {
            $0.step < step && $0.step >= step - meanSteps && !$0.isSkipped && $0.loss.isFinite
        }.map(\.loss)
        return losses.isEmpty ? nil : losses.reduce(0, +) / Double(losses.count)
    }
}

extension LuaValue {
    static func text(_ text: String) -> LuaValue { .string(LuaString(text)) }
}
