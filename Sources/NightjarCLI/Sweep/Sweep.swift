import ArgumentParser
import Evaluation
import Foundation
import Scripting
import Telemetry
import Training

/// `nightjar sweep`: one recipe with several shares of a source.
struct Sweep: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains a recipe with several shares of one source, and chooses among them.",
        discussion: """
            Every point starts from the same checkpoint and is a run of its own. The table shows what \
            the domain gains and what general text loses, with 95 % intervals, and which points no \
            other beats in both; plot.svg, report.md and report.json stand beside the runs. The \
            chosen mix is written as a recipe beside the original. Ctrl-C saves and ends with code \
            130; --resume goes on, and with other points or more --seeds adds to what is there.
            """)

    @OptionGroup var recipe: RecipeArguments

    @Option(
        help: ArgumentHelp(
            "The source and its shares of the mix in percent, as in customer=100,75,50.",
            valueName: "source=p,p,..."))
    var mix: String

    @Option(
        help: ArgumentHelp(
            "What the points have in common: the tokens in all, or those of the domain.",
            discussion: "With domain, steps grow as the share shrinks; the largest has the recipe's."))
    var design = DesignArgument.total

    @Option(
        help: ArgumentHelp(
            "The probe, or a number of one such as quiz/accuracy_norm, that measures the domain.",
            discussion: "By default one named domain or like the source, else held-out loss."))
    var domain: String?

    @Option(
        help: ArgumentHelp(
            "The same for what is to be kept.",
            discussion: "By default one named general or replay, else held-out loss."))
    var general: String?

    @Option(help: "The share of the start's general number that the chosen mix may lose.")
    var tolerance = 0.015

    @Option(help: "Runs of each point, with seeds from the recipe's on.")
    var seeds = 1

    @Option(
        name: .customLong("to"), help: "The folder to write; by default that of the run and -sweep.",
        completion: .directory)
    var path: String?

    @Option(
        help: "The recipe to write, in the folder of the original; by default RECIPE-chosen.lua.",
        completion: .file(extensions: ["lua"]))
    var write: String?

    @Flag(help: "Go on with the sweep: what is finished is not run again.")
    var resume = false

    @Flag(help: "Show what the runs' scripts say with nj.log.debug.")
    var verbose = false

    @Flag(help: "Print the report as one JSON object on standard output.")
    var json = false

    func validate() throws {
        guard tolerance.isFinite, tolerance >= 0 else {
            throw ValidationError("--tolerance is \(tolerance); give a share of 0 or more.")
        }
        guard (1...100).contains(seeds) else {
            throw ValidationError("--seeds is \(seeds); give 1 to 100.")
        }
    }

    mutating func run() throws {
        let notes = Notes()
        let setup = try SweepSetup(self, notes: notes)
        setup.refusals.forEach(notes.add)
        StopSignal.install()
        let runner = SweepRunner(setup, resumes: resume, isVerbose: verbose, notes: notes)
        let points = try runner.run()
        guard !StopSignal.isRequested else {
            notes.add(
                "\(runner.finishedCount) of \(setup.plan.runs.count) runs are finished; the same "
                    + "command with --resume goes on")
            throw InterruptedRun()
        }
        let measured = try SweepReport(
            points, source: setup.mix.source, tokensAnEpoch: setup.tokensAnEpoch,
            domain: setup.probes.domain, general: setup.probes.general, tolerance: tolerance)
        guard let report = measured else { throw SweepFailure(points) }
        let page = SweepPage(report, setup, tolerance: tolerance)
        let chosen = try setup.chosenRecipe.flatMap { file in
            try report.chosen.flatMap { row in try file.write(row, page, notes: notes) }
        }
        try page.write(to: setup.folder, recipe: chosen, notes: notes.all)
        guard !json else { return try Output.json(page.object(recipe: chosen, notes: notes.all)) }
        try Output.text(page.text(recipe: chosen))
    }
}

/// `--design` of a sweep.
enum DesignArgument: String, ExpressibleByArgument, CaseIterable {
    case total, domain

    var design: SweepDesign {
        switch self {
        case .total: .total
        case .domain: .domain
        }
    }
}

/// A sweep of which no point came to its end by itself.
struct SweepFailure: Error, CustomStringConvertible {
    let description: String
    /// Whether the user can put it right: no point could be begun.
    let isUserMistake: Bool

    init(_ points: [SweepPoint]) {
        var reasons: [String] = []
        var hasRun = false
        for point in points {
            switch point.state {
            case .refused(let reason): reasons.append(reason)
            case .failed(let reason):
                reasons.append(reason)
                hasRun = true
            case .finished, .open: continue
            }
        }
        isUserMistake = !hasRun
        description = "No point of the sweep came to its end: " + reasons.joined(separator: "; ")
    }
}
