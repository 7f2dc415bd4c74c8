import Checkpoints
import Foundation

/// The runs of a recipe with phases: each in a folder of its own below one that lists them, and
/// only one process at work on them.
///
///     phases.json  run.lock
///     stable/      decay/     sft/      each a run's folder
public final class PhaseSequence {
    /// The folder of all phases.
    public let path: String
    /// In the order in which they run.
    public let names: [String]
    /// The phase to begin or to go on with; those before it are over.
    public let current: Int
    private let lock: RunLock

    /// Takes the folder, making it where there is none.
    ///
    /// - Parameters:
    ///   - resumes: phases that were begun are refused without it.
    /// - Throws: `TrainingError` for a folder that holds something else or other phases,
    ///   `CheckpointError` where another process is at work on it.
    public init(path: String, names: [String], resumes: Bool) throws {
        self.path = path
        self.names = names
        try Self.make(path)
        lock = try RunLock(run: path)
        let begun = names.map { Self.isBegun(path + "/" + $0) }
        let listed = try PhaseList(of: path)?.names
        if listed == nil { try Self.checkEmpty(path, besides: names) }
        if let first = begun.firstIndex(of: true), !resumes {
            throw TrainingError(
                .badRunFolder,
                "There is a run in \(path)/\(names[first]) already. Go on with --resume, or give "
                    + "the recipe another name or out.")
        }
        let done = (listed ?? []).filter { Self.isBegun(path + "/" + $0) }
        guard done.elementsEqual(names.prefix(done.count)) else {
            throw TrainingError(
                .badState,
                "\(path) has gone through the phases \(done.joined(separator: ", ")), and the "
                    + "recipe's are \(names.joined(separator: ", ")). Put those back in their "
                    + "order, or give the recipe another name or out.")
        }
        current = max(0, done.count - 1)
        if listed != names { try PhaseList(names: names).write(to: path) }
    }

    /// Whether a run was ever in a folder.
    private static func isBegun(_ run: String) -> Bool {
        let journal = FileManager.default.contents(atPath: run + "/" + RunJournal.fileName)
        return !(journal ?? Data()).isEmpty
    }

    private static func make(_ path: String) throws {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard !isFolder.boolValue else { return }
            throw TrainingError(
                .badRunFolder, "\(path) is a file; give the recipe another name or out.")
        }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw TrainingError(
                .badRunFolder,
                "The folder \(path) cannot be made: \(error.localizedDescription)")
        }
    }

    /// Throws where a folder without a list of phases holds anything else than what a sequence
    /// that was just begun leaves.
    private static func checkEmpty(_ path: String, besides names: [String]) throws {
        let own = Set(names + ["run.lock"])
        let others = try FileManager.default.contentsOfDirectory(atPath: path)
            .filter { !$0.hasPrefix(".") && !own.contains($0) }.sorted()
        guard let first = others.first else { return }
        throw TrainingError(
            .badRunFolder,
            first == RunJournal.fileName || others.contains("checkpoints")
                ? "\(path) is a run without phases; give the recipe another name or out."
                : "\(path) is not empty and has no phases (it holds \"\(first)\"); give the recipe "
                    + "another name or out.")
    }
}
