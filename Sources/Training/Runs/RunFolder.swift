import Checkpoints
import Foundation
import Telemetry

/// The folder a run writes to, locked until it is released.
///
///     recipe.lua  resolved.json  hooks.json  scripts/<hash>
///     metrics.jsonl  events.jsonl  samples.jsonl
///     checkpoints/step-000500/  stages/  control/
public final class RunFolder {
    public let path: String
    /// Whether a run was here before.
    public let hadRun: Bool
    let store: CheckpointStore
    let metrics: JSONLinesSink
    let journal: JournalFile
    /// Nil once the run is over.
    private var lock: RunLock?

    /// Opens the folder for one process, making it where there is none.
    ///
    /// - Parameters:
    ///   - resumes: an existing run is refused without it.
    ///   - warn: gets a sentence for each thing that was put right.
    /// - Throws: `TrainingError` for an existing run, `CheckpointError` where another process holds
    ///   it or the disk fails.
    public init(path: String, resumes: Bool, warn: @escaping @Sendable (String) -> Void) throws {
        self.path = path
        let journalPath = path + "/events.jsonl"
        let existed = FileManager.default.fileExists(atPath: path)
        // A run begins with its first event: one that failed while its data was prepared left
        // nothing to go on from, and nothing to lose.
        let hasJournal = !(FileManager.default.contents(atPath: journalPath) ?? Data()).isEmpty
        hadRun = hasJournal || RunFolder.holdsCheckpoints(path)
        if hadRun, !resumes {
            // A run under way is the more telling answer.
            _ = try RunLock(run: path)
            throw TrainingError(
                .badRunFolder,
                "There is a run in \(path) already. Go on with --resume, or give the recipe "
                    + "another name or out.")
        }
        // An empty journal shows whose folder it is.
        if hadRun, !hasJournal {
            warn("\(journalPath) was removed; it begins anew.")
        } else if existed, !FileManager.default.fileExists(atPath: journalPath) {
            let contents = try RunFolder.entries(of: path)
            guard contents.isEmpty else {
                throw TrainingError(
                    .badRunFolder,
                    "\(path) is not empty and is not a run (it holds \"\(contents[0])\"); give "
                        + "the recipe another name or out.")
            }
        }
        if !existed {
            do {
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: true)
            } catch {
                throw TrainingError(
                    .badRunFolder,
                    "The run folder \(path) cannot be made: \(error.localizedDescription)")
            }
        }
        let lock = try RunLock(run: path)
        self.lock = lock
        store = try CheckpointStore(run: path, lock: lock, warn: warn)
        journal = try JournalFile(path: journalPath)
        metrics = try JSONLinesSink(path: path + "/metrics.jsonl")
    }

    /// The newest checkpoint in which every byte is as it was written; nil where none was saved.
    ///
    /// - Throws: `CheckpointError` where there are some and all are damaged: to start over would
    ///   write over what may still be rescued.
    func newestWhole() throws -> CheckpointFolder? {
        if let newest = try store.newestWhole() { return newest }
        let names = try store.names()
        guard names.isEmpty else {
            throw CheckpointError(
                .damaged,
                "none of the run's checkpoints is whole (\(names.joined(separator: ", "))); "
                    + "restore one, or start a new run under another name",
                path: store.folder)
        }
        return nil
    }

    /// Lets another process, or another trainer in this one, have the folder; nothing is written
    /// to it from here any more.
    func release() { lock = nil }

    /// Writes a small file of the run, whole or not at all.
    func write(_ text: String, to name: String) throws {
        try AtomicFile(path: path + "/" + name).write(text)
    }

    /// Keeps the bytes of a script under its hash.
    func keep(_ script: RunScript) throws {
        let folder = path + "/scripts"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        try AtomicFile(path: folder + "/" + script.hash).write { try $0.write(script.bytes) }
    }

    /// What a run that never began may leave behind.
    private static let ownNames: Set = [
        "run.lock", "events.jsonl", "metrics.jsonl", "checkpoints", "control", "hooks.json",
        RolloutJournal.fileName,
    ]

    private static func holdsCheckpoints(_ path: String) -> Bool {
        let names = try? FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")
        return (names ?? []).contains { CheckpointName.step(of: $0) != nil }
    }

    /// What stands in a folder that no run made.
    private static func entries(of path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        guard isFolder.boolValue else {
            throw TrainingError(.badRunFolder, "\(path) is a file; give the recipe another out.")
        }
        return try FileManager.default.contentsOfDirectory(atPath: path)
            .filter { !$0.hasPrefix(".") && !ownNames.contains($0) }.sorted()
    }
}

/// A Lua file that was in force in a run.
public struct RunScript: Sendable, Hashable {
    /// Relative to the recipe's folder.
    public let path: String
    public let bytes: [UInt8]
    /// XXH3-128, hexadecimal.
    public let hash: String

    public init(path: String, bytes: [UInt8], hash: String) {
        self.path = path
        self.bytes = bytes
        self.hash = hash
    }
}
