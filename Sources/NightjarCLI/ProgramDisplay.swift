import Foundation
import Scripting
import Telemetry
import Tensors
import Training
import Transformers

/// Shows the runs of a program on standard error, each under its name, and prints for the script on
/// standard output.
final class ProgramDisplay {
    private let display = ProgressDisplay()
    private let style = TerminalStyle.detect(descriptor: 2)
    private var remarks: Set<String> = []
    /// Why the script's words went nowhere.
    private var outputFailure: (any Error)?

    /// What watches one run.
    func observer(_ name: String, isQuiet: Bool) -> any RunObserver {
        ProgramRunObserver(name: name, isQuiet: isQuiet, display: self)
    }

    /// One line of the script's own.
    func print(_ line: String) {
        guard outputFailure == nil else { return }
        // On a terminal, the live line and the script's words share the screen.
        if style.isLive { display.finish() }
        let shown = isatty(1) == 1 ? PrintableText.lines(line) : line
        do { try Output.text(shown + "\n") } catch { outputFailure = error }
    }

    /// What a script logs.
    func say(_ line: ScriptLogLine) {
        guard line.level != .debug else { return }
        let colour: TerminalColour = line.level == .warn ? .yellow : .dim
        display.message(
            style.paint("\(line.owner): ", colour) + PrintableText.lines(line.text))
    }

    /// A sentence about a run or the program, once.
    func remark(_ sentence: String) {
        guard remarks.insert(sentence).inserted else { return }
        display.message(style.paint("note: ", .yellow) + PrintableText.lines(sentence))
    }

    func update(_ state: ProgressState) { display.update(state) }

    func message(_ text: String) { display.message(text) }

    func finish() { display.finish() }

    /// - Throws: what kept the script's words from standard output.
    func throwIfUnheard() throws {
        if let outputFailure { throw outputFailure }
    }
}

/// One of a program's runs.
private final class ProgramRunObserver: RunObserver {
    private let name: String
    private let isQuiet: Bool
    private let display: ProgramDisplay
    private var speed = Throughput()

    init(name: String, isQuiet: Bool, display: ProgramDisplay) {
        self.name = name
        self.isQuiet = isQuiet
        self.display = display
    }

    func runBegins(_ start: RunStart) {
        say(
            "steps \(start.step)/\(start.totalSteps), parameters "
                + "\(HumanFormat.count(start.plan.census.parameters)), precision "
                + start.plan.precision.rawValue)
    }

    func stepEnds(_ report: StepReport) {
        guard !isQuiet else { return }
        speed.record(units: Double(report.tokens), seconds: report.seconds)
        display.update(
            ProgressState(
                title: name, step: report.step, totalSteps: report.totalSteps,
                loss: report.loss, tokensPerSecond: speed.perSecond,
                modelFlopsUtilisation: report.utilisation))
    }

    func evaluationEnds(_ loss: HeldOutLoss, step: Int) {
        say("step \(step): held-out loss \(HumanFormat.fixed(loss.loss, digits: 4))")
    }

    func checkpointIsSaved(_ checkpoint: String, step: Int) {
        say("step \(step): saved \(checkpoint)")
    }

    func stageIsReached(_ stage: Stage, checkpoint: String, step: Int) {
        say("step \(step): stage \(stage.rawValue) is \(checkpoint)")
    }

    func remark(_ sentence: String) { display.remark("\(name): \(sentence)") }

    func prepares(_ what: String, share: Double) {
        guard !isQuiet else { return }
        display.update(ProgressState(title: what, step: Int(share * 100), totalSteps: 100))
    }

    private func say(_ text: String) {
        if !isQuiet { display.message("\(name): \(text)") }
    }
}
