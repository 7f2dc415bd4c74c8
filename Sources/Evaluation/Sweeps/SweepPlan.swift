import Foundation

/// What a sweep is to do: kept in its folder as `sweep.json`, so that it can be gone on with.
public struct SweepPlan: Codable, Sendable, Hashable {
    /// A run of the sweep.
    public struct Run: Codable, Sendable, Hashable {
        /// The swept source's share.
        public var percent: Double
        /// Where the run's random streams begin.
        public var seed: UInt64
        /// How many it makes.
        public var steps: Int
        /// The run's folder, below that of the sweep.
        public var folder: String

        /// A run with a share and a seed.
        public init(percent: Double, seed: UInt64, steps: Int, folder: String) {
            self.percent = percent
            self.seed = seed
            self.steps = steps
            self.folder = folder
        }
    }

    /// The file's name in the folder of a sweep.
    public static let fileName = "sweep.json"

    /// The recipe, an absolute path.
    public var recipe: String
    /// A hash of all that the recipe says, `--set` included.
    public var resolved: String
    /// The checkpoint that every run starts from; nil where each makes the same new weights.
    public var start: String?
    /// The source whose share is swept.
    public var source: String
    /// What the runs have in common.
    public var design: String
    /// Probes that the recipe does not have and the runs do.
    public var addedProbes: [String]
    /// In the order in which they are made.
    public var runs: [Run]

    /// A plan from its parts.
    public init(
        recipe: String, resolved: String, start: String?, source: String, design: SweepDesign,
        addedProbes: [String], runs: [Run]
    ) {
        self.recipe = recipe
        self.resolved = resolved
        self.start = start
        self.source = source
        self.design = design.rawValue
        self.addedProbes = addedProbes
        self.runs = runs
    }

    /// The folder of a run, such as `customer-075`, and `customer-075-seed-4` where the seed is not
    /// the recipe's own: a sweep with more seeds goes on from one with fewer.
    public static func folder(source: String, percent: Double, seed: UInt64, own: UInt64) -> String {
        let text = MixSweep.text(percent)
        let whole = text.prefix { $0 != "." }.count
        return "\(source)-" + String(repeating: "0", count: max(0, 3 - whole)) + text
            + (seed == own ? "" : "-seed-\(seed)")
    }

    /// What the folder of a sweep says of it; nil where no sweep was begun there.
    ///
    /// - Throws: `EvaluationError` for a file that is no plan.
    public init?(folder: String) throws {
        let path = folder + "/" + SweepPlan.fileName
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            self = try JSONDecoder().decode(
                SweepPlan.self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw EvaluationError(
                .unreadable,
                "\(path) is not what a sweep has written; give another folder with --to.")
        }
    }

    /// The plan as a file, whole lines.
    public var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
        }
    }

    /// Whether this plan may go on with the runs of an earlier one, whose points may be others as
    /// long as those of the same name are the same.
    ///
    /// - Throws: `EvaluationError` that names what differs.
    public func checkGoesOn(from old: SweepPlan) throws {
        func check(_ what: String, _ before: String, _ now: String) throws {
            guard before != now else { return }
            throw EvaluationError(
                .badSetting,
                "The sweep was begun with \(what) \(before), and now it is \(now); set it back, or "
                    + "begin another sweep with --to.")
        }
        try check("the recipe", old.recipe, recipe)
        try check("the source", old.source, source)
        try check("--design", old.design, design)
        try check("the start", old.start ?? "new weights", start ?? "new weights")
        guard old.resolved == resolved else {
            throw EvaluationError(
                .badSetting,
                "The recipe, or what is set beside it, says something else than when the sweep was "
                    + "begun; set it back, or begin another sweep with --to.")
        }
        // Probes are measured while a run goes on: what one lacks cannot be had from it any more.
        func text(_ probes: [String]) -> String {
            probes.isEmpty ? "none" : probes.joined(separator: ", ")
        }
        try check("added probes", text(old.addedProbes), text(addedProbes))
        for run in runs {
            guard let before = old.runs.first(where: { $0.folder == run.folder }) else { continue }
            try check("steps of \(run.folder)", "\(before.steps)", "\(run.steps)")
        }
    }
}
