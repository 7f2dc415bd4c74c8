import Corpora
import Naming
import Training

/// Hooks made of closures, which write down the order of their calls.
final class ClosureHooks: RunHooks {
    var calls: [String] = []
    var onFilter: (BatchFacts) throws -> BatchEdit? = { _ in nil }
    var onDecide: (GradientFacts) throws -> GradientVerdict = { _ in .keep }
    var onSteer: (ProgressFacts) throws -> [DialChange] = { _ in [] }
    var onMoment: (RunMoment) -> Void = { _ in }
    var onProbe: (ProbeFacts) throws -> ProbeVerdict = { _ in ProbeVerdict() }
    var onRewards: ([RolloutAnswer]) throws -> [[Double]] = { _ in [] }
    var onSave: () throws -> [String: [UInt8]] = { [:] }
    var restored: [String: [UInt8]]?
    var measured = HookMeasurements()

    func observe(_ moment: RunMoment) {
        calls.append(moment.name)
        onMoment(moment)
    }

    func filter(_ batch: BatchFacts) throws -> BatchEdit? {
        calls.append("batch")
        return try onFilter(batch)
    }

    func decide(_ facts: GradientFacts) throws -> GradientVerdict {
        calls.append("gradients")
        return try onDecide(facts)
    }

    func steer(
        _ progress: ProgressFacts, canTurn: ([DialChange]) throws -> Void
    ) throws -> [DialChange] {
        calls.append("steer")
        return try onSteer(progress)
    }

    func judge(
        _ facts: ProbeFacts, canTurn: ([DialChange]) throws -> Void
    ) throws -> ProbeVerdict {
        calls.append("probe")
        let verdict = try onProbe(facts)
        try canTurn(verdict.changes)
        return verdict
    }

    func rewards(of answers: [RolloutAnswer], by rewards: [Reward]) throws -> [[Double]] {
        calls.append("rewards")
        return try onRewards(answers)
    }

    func saveState() throws -> [String: [UInt8]] { try onSave() }

    func restoreState(_ state: [String: [UInt8]]) throws { restored = state }

    func takeMeasurements() -> HookMeasurements { measured }
}

/// Hooks whose every answer depends on every call so far: a call too many, too few, out of order
/// or with other facts changes all that follows.
final class DigestHooks: RunHooks {
    private(set) var digest = "begin"
    /// Called before each call is answered, those at start, end and resume left out.
    var onCall: () -> Void = {}

    private func take(_ what: String) -> Int {
        onCall()
        digest = ContentHash(of: Array("\(digest) \(what)".utf8)).hex
        return Int(digest.prefix(7), radix: 16) ?? 0
    }

    func observe(_ moment: RunMoment) {
        switch moment {
        case .start, .resume, .error, .end: break
        case .stepStart(let step): _ = take("start \(step)")
        case .stepEnd(let report):
            _ = take(
                "end \(report.step) \(report.loss) \(report.tokensBySource.sorted { $0.key < $1.key }) \(report.isSkipped)"
            )
        case .evaluate(let loss, let step): _ = take("evaluate \(step) \(loss.loss)")
        case .checkpoint(let name, _): _ = take(name)
        case .rollback(let report): _ = take("\(report)")
        }
    }

    func filter(_ batch: BatchFacts) throws -> BatchEdit? {
        let number = take("\(batch)")
        guard number % 3 != 0 else { return nil }
        return BatchEdit(
            weights: batch.documents.indices.map { Double((number + $0) % 4) / 2 })
    }

    func decide(_ facts: GradientFacts) throws -> GradientVerdict {
        let number = take(
            "\(facts.step) \(facts.loss) \(facts.gradientNorm) \(facts.learningRate) "
                + "\(facts.history.losses) \(facts.rollbackTarget ?? -1) \(facts.rollbacks)")
        if facts.step == 6 { return .rollback(reason: "six") }
        return number % 4 == 0 ? .skip(reason: "fourth") : .keep
    }

    func steer(
        _ progress: ProgressFacts, canTurn: ([DialChange]) throws -> Void
    ) throws -> [DialChange] {
        let number = take(
            "\(progress.step) \(progress.tokens) \(progress.history.losses) "
                + "\(progress.dials.sorted { $0.key < $1.key }) \(String(describing: progress.lastHeldOut?.loss)) "
                + "\(String(describing: progress.firstHeldOut?.lossBySource["sums"])) \(String(describing: progress.bestHeldOut?.step))"
        )
        func change(_ path: String, _ value: DialValue) -> DialChange {
            DialChange(path: path, value: value, origin: "digest")
        }
        switch number % 5 {
        case 0: return [change("optimizer.lr", .number(Double(1 + number % 7) * 2e-3))]
        case 1: return [change("data.birds.weight", .integer(1 + number % 3))]
        case 2: return [change("data.max_document_tokens", .integer(58 + number % 5))]
        case 3:
            return [
                change("gradient_clip", number % 2 == 0 ? .nothing : .number(0.5)),
                change("optimizer.weight_decay", .number(Double(number % 4) / 20)),
            ]
        default: return []
        }
    }

    func saveState() throws -> [String: [UInt8]] { ["digest": Array(digest.utf8)] }

    func restoreState(_ state: [String: [UInt8]]) throws {
        digest = String(decoding: state["digest"] ?? [], as: UTF8.self)
    }
}

/// An error of a script.
struct ScriptFailure: Error, CustomStringConvertible {
    let description: String
}
