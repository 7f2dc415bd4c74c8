import LuaRuntime
import Telemetry
public import Training

/// What scripts make of probes.
extension ScriptedHooks {
    public func judge(
        _ facts: ProbeFacts, canTurn: ([DialChange]) throws -> Void
    ) throws -> ProbeVerdict {
        let door = "hooks.on_probe"
        guard slots.contains(where: { $0.unit.doors.function(door) != nil }) else {
            return ProbeVerdict()
        }
        let question = try question(door, RunFacts.of(facts), step: facts.progress.step)
        var verdict = ProbeVerdict()
        for slot in slots {
            var own: [DialChange] = []
            let answer = try call(
                slot, door, { question },
                accepting: { answer in
                    guard let dials = ProbeHookPoint.dials(in: answer, of: door) else { return }
                    let wishes = try wishes(.table(dials), of: slot, at: door)
                    do { try canTurn(wishes) } catch let error where !(error is TrainingError) {
                        throw slot.unit.badAnswer("\(error)", of: door)
                    }
                    own = wishes
                })
            guard let answer else { continue }
            verdict.changes += own
            guard verdict.action == .keep else { continue }
            let (action, reason) = answer.verdict(of: slot.name)
            switch action {
            case "rollback": verdict.action = .rollback(reason: reason)
            case "stop": verdict.action = .stop(reason: reason)
            default: break
            }
        }
        return verdict
    }

    public func scores(of answers: [ProbeAnswer], by door: String) throws -> [Double] {
        guard let slot = slots.first(where: { $0.unit.doors.function(door) != nil }) else {
            throw TrainingError.unscored(door)
        }
        return try answers.map { answer in
            let question = ScriptQuestion(
                door, try ScriptDispatch.payload(RunFacts.of(answer)), phase: .answer,
                occasion: "\(answer.row)", run: run)
            // The door's shape lets finite numbers through, and nil.
            guard let score = try call(slot, door, { question }).flatMap(ShapeCheck.number) else {
                throw slot.unit.badAnswer(
                    "it gave no number; a score tells what an answer is worth", of: door)
            }
            return score
        }
    }
}

extension LuaNode {
    /// What a decider's answer, which was checked, wants, and why, in the words of the journal.
    func verdict(of name: String) -> (action: String, reason: String) {
        var action = ""
        var reason = ""
        switch self {
        case .string(let word): action = word.description
        case .table(let table):
            if case .string(let word)? = table["action"] { action = word.description }
            if case .string(let text)? = table["reason"] {
                reason = PrintableText.line(text.beginning(500))
            }
        default: break
        }
        return (action, reason.isEmpty ? name : "\(name): \(reason)")
    }
}
