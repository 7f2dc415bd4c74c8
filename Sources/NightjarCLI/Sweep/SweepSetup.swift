import ArgumentParser
import Checkpoints
import Evaluation
import Foundation
import Naming
import Scripting
import Training

/// What a sweep comes to before anything is trained: every mistake that can be found is found here.
struct SweepSetup {
    /// A share of the source, and what the run with it will be.
    struct Point {
        let percent: Double
        let steps: Int
        /// Of the swept source among the inputs, 0 to 1.
        let share: Double
        /// Why it is not run; nil where it is.
        let refusal: String?
    }

    let base: LoadedRecipe
    let mix: MixSweep
    let design: SweepDesign
    let probes: SweepProbes
    /// The start that all runs share, pinned to a checkpoint; nil for new weights.
    let start: String?
    let seeds: [UInt64]
    let points: [Point]
    /// Input tokens of one reading of the source.
    let tokensAnEpoch: Int
    let folder: String
    let plan: SweepPlan
    /// The plan with the runs of earlier calls that this one does not name.
    private(set) var record: SweepPlan
    /// Nil where the recipe cannot be derived from.
    let chosenRecipe: ChosenRecipe?
    private let arguments: RecipeArguments

    /// - Parameter notes: hears what is to be known.
    init(_ sweep: Sweep, notes: Notes) throws {
        let arguments = sweep.recipe
        self.arguments = arguments
        let sequence = try arguments.loadPhases()
        guard sequence.folder == nil else {
            throw ValidationError(
                "The recipe has phases, and a sweep is of one run; write the phase to sweep as a "
                    + "recipe of its own, which begins from what is before it with model.from.")
        }
        base = sequence.recipes[0]
        base.warnings.forEach(notes.add)
        let configuration = base.configuration
        let mix = try MixSweep(sweep.mix)
        self.mix = mix
        design = sweep.design.design
        probes = try SweepProbes(
            domain: sweep.domain, general: sweep.general, of: mix, in: configuration)
        if design == .domain, mix.percents.contains(0) {
            throw ValidationError(
                "0 percent gives nothing of \"\(mix.source)\", however long the run; take it out of "
                    + "--mix, or fix the tokens in all with --design total.")
        }
        start = try SweepSetup.start(configuration, seeds: sweep.seeds, notes: notes)
        seeds = (0..<UInt64(sweep.seeds)).map { configuration.seed &+ $0 }
        folder = SweepSetup.folder(sweep.path, configuration)
        chosenRecipe = try ChosenRecipe(sweep.write, of: base, notes: notes)
        let (points, tokensAnEpoch) = try SweepSetup.points(
            mix, design, probes, base: configuration, start: start, notes: notes
        ) { try SweepSetup.load(arguments, $0) }
        self.points = points
        self.tokensAnEpoch = tokensAnEpoch
        let origin = base.origin
        plan = SweepPlan(
            recipe: origin.file, resolved: SweepSetup.fingerprint(base), start: start,
            source: mix.source, design: design, addedProbes: probes.added.map(\.name),
            // Every point is there once before any is repeated.
            runs: seeds.flatMap { seed in
                points.filter { $0.refusal == nil }.map { point in
                    SweepPlan.Run(
                        percent: point.percent, seed: seed, steps: point.steps,
                        folder: SweepPlan.folder(
                            source: mix.source, percent: point.percent, seed: seed,
                            own: configuration.seed))
                }
            })
        record = plan
        if let old = try earlierPlan(resumes: sweep.resume) {
            record.runs += old.runs.filter { run in
                !plan.runs.contains { $0.folder == run.folder }
            }
        }
    }

    /// Sentences about points that are not run.
    var refusals: [String] {
        points.compactMap { point in
            point.refusal.map { "\(label(point.percent)) is not run: \($0)" }
        }
    }

    /// A point as people read it.
    func label(_ percent: Double) -> String { "\(mix.source) \(MixSweep.text(percent)) %" }

    func point(of run: SweepPlan.Run) -> Point? {
        points.first { $0.percent == run.percent }
    }

    /// What is set in the recipe for a share, as on the command line.
    func settings(at percent: Double) throws -> [String] {
        let steps = points.first { $0.percent == percent }?.steps ?? 0
        return try SweepSetup.settings(
            mix, at: percent, steps: steps == recipeSteps ? nil : steps, in: base.configuration)
    }

    /// The recipe of a run, its probes and start in place.
    ///
    /// - Parameter resumes: whether the run goes on.
    /// - Throws: `ValidationError` where a file of it was edited since the sweep began.
    func load(
        _ run: SweepPlan.Run, resumes: Bool
    ) throws -> (recipe: LoadedRecipe, configuration: RunConfiguration) {
        var settings = try settings(at: run.percent)
        if run.seed != base.configuration.seed { settings.append("seed=\(run.seed)") }
        settings.append("out=\(folder)/\(run.folder)")
        let loaded = try SweepSetup.load(arguments, settings, resumes: resumes)
        if let edited = zip(loaded.scripts, base.scripts).first(where: { $0 != $1 }) {
            throw ValidationError(
                "\(edited.0.path) was edited while the sweep went on, and its points would no longer "
                    + "be of one recipe; put it back and call the same command with --resume.")
        }
        var configuration = loaded.configuration
        configuration.probes.recipes += probes.added
        if let start { configuration.model = .folder(start) }
        return (loaded, configuration)
    }

    private var recipeSteps: Int {
        points.max { $0.share < $1.share }?.steps ?? 0
    }

    static func load(
        _ arguments: RecipeArguments, _ settings: [String], resumes: Bool = false
    ) throws -> LoadedRecipe {
        try RecipeLoader.load(
            path: arguments.recipe, overrides: arguments.overrides + settings,
            workingFolder: FileManager.default.currentDirectoryPath, resumes: resumes,
            print: { _ in })
    }

    static func settings(
        _ mix: MixSweep, at percent: Double, steps: Int?, in configuration: RunConfiguration
    ) throws -> [String] {
        try mix.settings(at: percent, in: configuration.data).map {
            "\($0.path)=\(MixSweep.text($0.value))"
        } + (steps.map { ["steps=\($0)"] } ?? [])
    }

    /// The checkpoint that the recipe names, whatever is saved beside it while the sweep goes on.
    private static func start(
        _ configuration: RunConfiguration, seeds: Int, notes: Notes
    ) throws -> String? {
        guard !configuration.continues else {
            throw ValidationError(
                "model.continue takes over another run's place in its schedule and its data, and the "
                    + "points of a sweep begin anew; leave it out, and model.from alone is the start.")
        }
        switch configuration.model {
        case .end(let folder, _):
            // Phases are refused before.
            return try CheckpointReference(folder).resolve(warn: notes.add)
        case .folder(let reference):
            return try CheckpointReference(reference).resolve(warn: notes.add)
        case .new:
            guard seeds == 1 else {
                throw ValidationError(
                    "The recipe makes new weights (model.init), which are others for every seed, and "
                        + "the points of a sweep start from one model; train it first, and name it "
                        + "with model.from.")
            }
            notes.add(
                "The recipe makes new weights; every point begins with the same ones, those of seed "
                    + "\(configuration.seed). They know nothing that could be lost, so the tolerance "
                    + "says little: a trained start is named with model.from.")
            return nil
        }
    }

    private static func folder(_ path: String?, _ configuration: RunConfiguration) -> String {
        guard let path else { return configuration.outputPath + "-sweep" }
        return URL(filePath: path).standardizedFileURL.path
    }

    /// Everything that a recipe says, and the files that say it.
    private static func fingerprint(_ recipe: LoadedRecipe) -> String {
        let text = recipe.resolved.json + recipe.scripts.map(\.hash).joined(separator: "\n")
        return ContentHash(of: Array(text.utf8)).hex
    }

    /// What the folder holds of the sweep already; nil for a new one.
    private func earlierPlan(resumes: Bool) throws -> SweepPlan? {
        if let old = try SweepPlan(folder: folder) {
            guard resumes else {
                throw ValidationError(
                    "There is a sweep in \(folder) already. Go on with --resume, or give another "
                        + "folder with --to.")
            }
            try plan.checkGoesOn(from: old)
            return old
        }
        guard FileManager.default.fileExists(atPath: folder) else { return nil }
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder)
        guard isFolder.boolValue else {
            throw ValidationError("\(folder) is a file; give another folder with --to.")
        }
        // A sweep whose first run could not be opened leaves that run's empty folder.
        let own = Set(plan.runs.map(\.folder))
        let others = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { !$0.hasPrefix(".") && !own.contains($0) }
        guard others.isEmpty else {
            throw ValidationError(
                "\(folder) is not empty and is no sweep (it holds \"\(others.sorted()[0])\"); give "
                    + "another folder with --to.")
        }
        return nil
    }
}
