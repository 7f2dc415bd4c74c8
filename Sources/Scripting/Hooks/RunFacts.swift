import LuaRuntime
import Templates
import Tensors
import Training
import Transformers

/// What handlers receive, made of what the run tells.
enum RunFacts {
    typealias Facts = LuaTable<LuaValue>

    /// The handler's name for a moment: `on_step_end`.
    static func hook(_ moment: RunMoment) -> String { "on_\(moment.name)" }

    /// - Parameters:
    ///   - totalSteps: the run's length, for moments that do not tell it.
    ///   - tokens: input tokens so far, for the same.
    ///   - name: the run's name.
    static func of(
        _ moment: RunMoment, totalSteps: Int, tokens: Int, name: String
    ) -> Facts {
        switch moment {
        case .start(let start), .resume(let start):
            Facts([
                "step": .count(start.step), "total_steps": .count(start.totalSteps),
                "name": .string(LuaString(name)),
                "parameters": .count(start.plan.census.parameters),
                "precision": .string(LuaString(start.plan.precision.rawValue)),
            ])
        case .stepStart(let step):
            Facts([
                "step": .count(step - 1), "total_steps": .count(totalSteps),
                "progress": progress(step - 1, totalSteps), "tokens": .count(tokens),
            ])
        case .stepEnd(let report): of(report)
        case .evaluate(let loss, let step):
            Facts([
                "step": .count(step), "progress": progress(step, totalSteps),
                "loss": .number(loss.loss), "bits_per_byte": .number(loss.bitsPerByte),
            ])
        case .checkpoint(let name, let step):
            Facts(["step": .count(step), "name": .string(LuaString(name))])
        case .rollback(let report):
            Facts([
                "step": .count(report.step), "target": .count(report.target),
                "count": .count(report.count), "origin": .string(LuaString(report.origin)),
                "reason": .string(LuaString(report.reason)),
            ])
        case .error(let sentence, let step):
            Facts(["step": .count(step), "message": .string(LuaString(sentence))])
        case .end(let summary):
            Facts([
                "step": .count(summary.steps), "tokens": .count(summary.tokens),
                "ending": .string(LuaString("\(summary.ending)")),
            ])
        }
    }

    static func of(_ report: StepReport) -> Facts {
        let sources = report.tokensBySource.sorted { $0.key < $1.key }.map {
            Facts.Field(key: .string(LuaString($0.key)), value: .count($0.value))
        }
        var facts = Facts([
            "step": .count(report.step), "total_steps": .count(report.totalSteps),
            "progress": progress(report.step, report.totalSteps),
            "tokens": .count(report.totalTokens), "loss": .number(report.loss),
            "gradient_norm": .number(report.gradientNorm),
            "learning_rate": .number(report.learningRate),
            "loss_tokens": .count(report.lossTokens),
            "tokens_by_source": .table(LuaTable(fields: sources)),
            "skipped": .boolean(report.isSkipped),
        ])
        if let rollouts = report.rollouts { facts.set("reward", .number(rollouts.reward)) }
        return facts
    }

    static func of(_ batch: BatchFacts, totalSteps: Int) -> Facts {
        let documents = batch.documents.map { document in
            var facts = Facts([
                "source": .string(LuaString(document.source)),
                // Positions count from 1 in scripts.
                "index": .count(document.index + 1), "tokens": .count(document.tokens),
                "epoch": .count(document.epoch), "weight": .number(document.weight),
            ])
            if let difficulty = document.difficulty {
                facts.set("difficulty", .number(difficulty))
            }
            return LuaValue.table(facts)
        }
        return Facts([
            "step": .count(batch.step - 1), "progress": progress(batch.step - 1, totalSteps),
            "rows": .count(batch.rows), "tokens": .count(batch.tokens),
            "documents": .table(LuaTable(array: documents)),
        ])
    }

    static func of(_ gradients: GradientFacts, totalSteps: Int) -> Facts {
        let made = gradients.history.entries.filter { !$0.isSkipped }
        var facts = Facts([
            "step": .count(gradients.step - 1),
            "progress": progress(gradients.step - 1, totalSteps),
            "learning_rate": .number(gradients.learningRate),
            "rollbacks": .count(gradients.rollbacks),
            "losses": .table(LuaTable(array: made.map { .number($0.loss) })),
            "gradient_norms": .table(LuaTable(array: made.map { .number($0.gradientNorm) })),
        ])
        if gradients.loss.isFinite { facts.set("loss", .number(gradients.loss)) }
        if gradients.gradientNorm.isFinite {
            facts.set("gradient_norm", .number(gradients.gradientNorm))
        }
        return facts
    }

    static func of(_ progress: ProgressFacts) -> Facts {
        let dials = progress.dials.sorted { $0.key < $1.key }.map {
            Facts.Field(key: .string(LuaString($0.key)), value: LuaValue($0.value))
        }
        var facts = Facts([
            "step": .count(progress.step), "total_steps": .count(progress.totalSteps),
            "progress": .number(progress.progress), "tokens": .count(progress.tokens),
            "dials": .table(LuaTable(fields: dials)),
        ])
        if let last = progress.history.entries.last { facts.set("loss", .number(last.loss)) }
        if let first = progress.firstHeldOut {
            facts.set("first_held_out_loss", .number(first.loss))
        }
        if let last = progress.lastHeldOut {
            facts.set("held_out_loss", .number(last.loss))
            facts.set("held_out_step", .count(last.step))
            let sources = last.lossBySource.sorted { $0.key < $1.key }.map {
                Facts.Field(key: .string(LuaString($0.key)), value: .number($0.value))
            }
            facts.set("held_out_by_source", .table(LuaTable(fields: sources)))
        }
        if let best = progress.bestHeldOut {
            facts.set("best_held_out_loss", .number(best.loss))
        }
        if let last = progress.lastProbes { facts.set("probes", of(last)) }
        if let first = progress.firstProbes { facts.set("start", of(first)) }
        if !progress.lossBySource.isEmpty {
            let sources = progress.lossBySource.sorted { $0.key < $1.key }.map {
                Facts.Field(key: .string(LuaString($0.key)), value: .number($0.value))
            }
            facts.set("loss_by_source", .table(LuaTable(fields: sources)))
        }
        return facts
    }

    static func of(_ facts: ProbeFacts) -> Facts {
        let progress = facts.progress
        var table = Facts([
            "step": .count(progress.step), "total_steps": .count(progress.totalSteps),
            "progress": .number(progress.progress), "rollbacks": .count(progress.rollbacks),
            "max_rollbacks": .count(facts.maximumRollbacks),
            "dials": .table(
                LuaTable(
                    fields: progress.dials.sorted { $0.key < $1.key }.map {
                        Facts.Field(key: .string(LuaString($0.key)), value: LuaValue($0.value))
                    })),
        ])
        if let last = progress.lastProbes { table.set("probes", of(last)) }
        if let first = progress.firstProbes { table.set("start", of(first)) }
        if let target = facts.rollbackTarget { table.set("rollback_step", .count(target)) }
        return table
    }

    /// Numbers by probe and name, with the ends of their intervals: `general.loss_low`.
    private static func of(_ reading: ProbeReading) -> LuaValue {
        .table(
            LuaTable(
                fields: reading.results.map { result in
                    var table = Facts(["count": .count(result.count), "step": .count(reading.step)])
                    for value in result.values {
                        table.set(value.name, .number(value.value))
                        if let low = value.low, let high = value.high {
                            table.set("\(value.name)_low", .number(low))
                            table.set("\(value.name)_high", .number(high))
                        }
                    }
                    return Facts.Field(key: .string(LuaString(result.name)), value: .table(table))
                }))
    }

    static func of(_ answer: ProbeAnswer) -> Facts {
        var table = Facts([
            "row": .count(answer.row), "prompt": .string(LuaString(answer.prompt)),
            "completion": .string(LuaString(answer.completion)),
        ])
        if let expected = answer.expected { table.set("answer", .string(LuaString(expected))) }
        return table
    }

    static func of(_ answer: RolloutAnswer, step: Int) -> Facts {
        let row = (try? TemplateValue(json: answer.row)).flatMap(LuaValue.init(json:))
        return Facts([
            "step": .count(step), "source": .string(LuaString(answer.source)),
            "row": row ?? .table(LuaTable()), "prompt": .string(LuaString(answer.prompt)),
            "completion": .string(LuaString(answer.completion)), "tokens": .count(answer.tokens),
            "finished": .boolean(answer.isFinished),
        ])
    }

    /// What `nj.run.get` gives where there is no run.
    static let none = run(name: "self-test", seed: 0, step: 0, totalSteps: 0, tokens: 0)

    static func run(
        name: String, seed: UInt64, step: Int, totalSteps: Int, tokens: Int
    ) -> LuaValue {
        .table(
            Facts([
                "name": .string(LuaString(name)), "seed": .integer(Int64(bitPattern: seed)),
                "step": .count(step), "total_steps": .count(totalSteps), "tokens": .count(tokens),
                "progress": progress(step, totalSteps),
            ]))
    }

    private static func progress(_ step: Int, _ totalSteps: Int) -> LuaValue {
        .number(totalSteps > 0 ? min(1, Double(step) / Double(totalSteps)) : 0)
    }
}

extension LuaTable where Element == LuaValue {
    mutating func set(_ name: String, _ value: LuaValue) {
        fields.append(Field(key: .string(LuaString(name)), value: value))
    }
}

extension LuaValue {
    static func count(_ value: Int) -> LuaValue { .integer(Int64(value)) }

    /// A dial's value as scripts see it.
    init(_ dial: DialValue) {
        switch dial {
        case .number(let value): self = .number(value)
        case .integer(let value): self = .integer(Int64(value))
        case .boolean(let value): self = .boolean(value)
        case .nothing: self = "none"
        }
    }
}

extension DialValue {
    /// What a script answers for a dial; nil where it can be no dial's value.
    init?(_ node: LuaNode) {
        switch node {
        case .integer(let value): self = .integer(Int(value))
        case .number(let value): self = .number(value)
        case .boolean(false), .string("none"): self = .nothing
        case .boolean(let value): self = .boolean(value)
        default: return nil
        }
    }
}
