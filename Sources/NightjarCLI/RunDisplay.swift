import Foundation
import Scripting
import Telemetry
import Tensors
import Training
import Transformers

/// Shows a run on standard error: a live line on a terminal, plain lines elsewhere.
final class RunDisplay: RunObserver {
    /// Whether what scripts say to find mistakes is shown too.
    var isVerbose = false
    private let display = ProgressDisplay()
    private let style = TerminalStyle.detect(descriptor: 2)
    private var speed = Throughput()
    private var lastHeldOut: HeldOutLoss?

    /// Whether the run came as far as its first step.
    private(set) var hasBegun = false

    func runBegins(_ start: RunStart) {
        hasBegun = true
        let plan = start.plan
        display.finish()
        display.message(
            style.paint("run ", .dim) + PrintableText.line(RunDisplay.relative(start.folder))
                + style.paint("  parameters ", .dim) + HumanFormat.count(plan.census.parameters)
                + (plan.adapted == nil
                    ? ""
                    : style.paint("  of adapters ", .dim)
                        + HumanFormat.count(plan.trainedParameters))
                + style.paint("  precision ", .dim) + plan.precision.rawValue
                + style.paint("  steps ", .dim) + "\(start.step)/\(start.totalSteps)"
                + style.paint("  tokens a step ", .dim) + HumanFormat.count(plan.tokensAStep)
                + style.paint("  ready after ", .dim)
                + HumanFormat.fixed(start.preparationSeconds, digits: 2) + "s")
    }

    func stepEnds(_ report: StepReport) {
        speed.record(units: Double(report.tokens), seconds: report.seconds)
        var notes = ["lr \(RunDisplay.scientific(report.learningRate))"]
        if let rollouts = report.rollouts {
            notes.append("reward \(HumanFormat.fixed(rollouts.reward, digits: 3))")
        }
        if let lastHeldOut {
            notes.append("held-out \(HumanFormat.fixed(lastHeldOut.loss, digits: 3))")
        }
        display.update(
            ProgressState(
                title: "train", step: report.step, totalSteps: report.totalSteps,
                loss: report.loss, tokensPerSecond: speed.perSecond,
                modelFlopsUtilisation: report.utilisation, notes: notes))
    }

    func evaluationEnds(_ loss: HeldOutLoss, step: Int) {
        lastHeldOut = loss
        display.message(
            "step \(step): " + style.paint("held-out loss ", .dim)
                + style.paint(HumanFormat.fixed(loss.loss, digits: 4), .bold)
                + (loss.bitsPerByte.isNaN
                    ? ""
                    : style.paint("  bits/byte ", .dim)
                        + style.paint(HumanFormat.fixed(loss.bitsPerByte, digits: 4), .bold))
                + (loss.pairs.map {
                    style.paint("  pairs right ", .dim)
                        + style.paint(HumanFormat.percent($0.accuracy), .bold)
                } ?? "")
                + loss.named.map { name, loss in
                    style.paint("  \(PrintableText.line(name)) ", .dim)
                        + HumanFormat.fixed(loss, digits: 4)
                }.joined())
    }

    func probesEnd(_ reading: ProbeReading) {
        for result in reading.results {
            guard let value = result.headline else { continue }
            display.message(
                "step \(reading.step): "
                    + style.paint("probe \(PrintableText.line(result.name)) ", .dim)
                    + "\(value.name) "
                    + style.paint(HumanFormat.fixed(value.value, digits: 4), .bold)
                    + style.paint(value.interval.map { "  \($0)" } ?? "", .dim))
        }
    }

    func checkpointIsSaved(_ name: String, step: Int) {
        display.message("step \(step): " + style.paint("saved ", .green) + name)
    }

    func stageIsReached(_ stage: Stage, checkpoint: String, step: Int) {
        display.message(
            "step \(step): " + style.paint("stage ", .green) + "\(stage.rawValue) is \(checkpoint)")
    }

    /// A phase of several is next.
    func phaseBegins(_ name: String, number: Int, of count: Int) {
        display.message(style.paint("phase \(number) of \(count): \(name)", .bold))
    }

    func remark(_ sentence: String) {
        display.message(style.paint("note: ", .yellow) + PrintableText.lines(sentence))
    }

    /// Shows what a script says.
    func say(_ line: ScriptLogLine) {
        let text = PrintableText.lines(line.text)
        switch line.level {
        case .debug where !isVerbose: break
        case .debug: display.message(style.paint("\(line.owner): \(text)", .dim))
        case .info: display.message(style.paint("\(line.owner): ", .dim) + text)
        case .warn: display.message(style.paint("\(line.owner): ", .yellow) + text)
        }
    }

    func prepares(_ what: String, share: Double) {
        display.update(
            ProgressState(title: what, step: Int(share * 100), totalSteps: 100))
    }

    /// The run is over; the last line stays.
    func finish() { display.finish() }

    /// A path as the user would type it here.
    private static func relative(_ path: String) -> String {
        let here = FileManager.default.currentDirectoryPath + "/"
        return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
    }

    private static func scientific(_ value: Double) -> String {
        guard value > 0 else { return "0" }
        var exponent = 0
        var mantissa = value
        while mantissa < 1 {
            mantissa *= 10
            exponent -= 1
        }
        while mantissa >= 10 {
            mantissa /= 10
            exponent += 1
        }
        return HumanFormat.fixed(mantissa, digits: 2) + "e\(exponent)"
    }
}
