import Naming

/// The checkpoints of one run: saves them, finds the newest whole one, and lets old ones go.
///
/// They stand in `checkpoints/` of the run's folder. One process writes, under the run's lock; any
/// may read. Every change of a folder is atomic, so that a reader meets whole checkpoints only.
public final class CheckpointStore: Sendable {
    /// The run's folder.
    public let run: String
    /// The folder that holds the checkpoints.
    public let folder: String
    /// The stages of the run.
    public let stages: StagePointers

    private let fileSystem: any FileSystem
    private let isLocked: Bool
    private let warn: @Sendable (String) -> Void

    /// Opens the checkpoints of the run in folder `run`, which need not exist yet.
    ///
    /// With the run's `lock`, what killed processes left behind is put right at once; without it,
    /// reading changes nothing, and saving spares what live processes may be writing. `warn` gets
    /// one sentence for each thing that is skipped or left lying.
    public init(
        run: String, lock: RunLock? = nil, fileSystem: any FileSystem = PosixFileSystem(),
        warn: @escaping @Sendable (String) -> Void
    ) throws(CheckpointError) {
        self.run = run
        folder = run + "/checkpoints"
        stages = StagePointers(run: run, fileSystem: fileSystem)
        self.fileSystem = fileSystem
        isLocked = lock != nil
        self.warn = warn
        if isLocked { try clearLeftovers() }
    }

    /// Writes a checkpoint for `step`; one of that step is replaced. After an error every earlier
    /// checkpoint is as it was.
    @discardableResult
    public func save(step: Int, contents: CheckpointContents) throws -> SavedCheckpoint {
        try fileSystem.makeFolders(folder)
        try clearLeftovers()
        let name = CheckpointName.of(step: step)
        let target = AtomicFolder(in: folder, name: name, fileSystem: fileSystem)
        let manifest = try contents.write(step: step, to: target)
        return SavedCheckpoint(name: name, path: target.path, manifest: manifest)
    }

    /// The names of all checkpoints by rising step, whole or not.
    public func names() throws(CheckpointError) -> [String] {
        guard try kind(of: folder) == .folder else { return [] }
        let all = try fileSystem.uninterrupted { () throws(SystemCallFailure) in
            try fileSystem.names(in: folder)
        }
        return all.compactMap { name in CheckpointName.step(of: name).map { ($0, name) } }
            .sorted { $0 < $1 }
            .map(\.1)
    }

    /// Opens a checkpoint by name or step name, however padded. Throws where there is none, naming
    /// those there are, and where it is damaged.
    public func open(_ name: String) throws(CheckpointError) -> CheckpointFolder {
        let names = try names()
        let step = CheckpointName.step(of: name)
        guard
            let match = names.first(where: { $0 == name })
                ?? names.first(where: { step != nil && CheckpointName.step(of: $0) == step })
        else {
            throw CheckpointError(
                .unknownName,
                "the run has no checkpoint \"\(name)\"; \(nearestNameHint(to: name, among: names))",
                path: folder)
        }
        return try CheckpointFolder(path: folder + "/" + match)
    }

    /// The newest checkpoint in which every byte is as it was written; nil where there is none.
    ///
    /// Broken ones are skipped with a warning that names the file and the reason. With `verifying`
    /// false only presence, lengths and headers count, and damage inside shows when it is read.
    public func newestWhole(verifying: Bool = true) throws(CheckpointError) -> CheckpointFolder? {
        for name in try names().reversed() {
            do throws(CheckpointError) {
                let checkpoint = try CheckpointFolder(path: folder + "/" + name)
                if verifying { try checkpoint.verify() }
                return checkpoint
            } catch {
                warn("skipping checkpoint \(name): \(error)")
            }
        }
        return nil
    }

    /// Removes the checkpoints that `retention` lets go, sparing those that a stage names and those
    /// that a kept checkpoint names as a parent. Returns the names removed.
    ///
    /// Broken checkpoints neither count among the newest nor go: they are evidence, and a warning
    /// names them. A checkpoint that cannot be removed is a warning too; the run goes on.
    @discardableResult
    public func prune(_ retention: Retention) throws(CheckpointError) -> [String] {
        // A replaced folder still lying about would take the place of the one removed.
        guard try clearLeftovers() else { return [] }
        var whole: [String] = []
        var spared = Set(try stages.all().values)
        for name in try names() {
            do throws(CheckpointError) {
                let checkpoint = try CheckpointFolder(path: folder + "/" + name)
                whole.append(name)
                for parent in checkpoint.manifest?.parents.keys.sorted() ?? [] {
                    spared.formUnion(localTargets(of: parent))
                }
            } catch {
                warn("leaving broken checkpoint \(name) alone: \(error)")
            }
        }
        var removed: [String] = []
        for name in retention.removable(among: whole, alsoProtected: spared) {
            // Renamed first: killed halfway, what is left is no longer a checkpoint's name.
            let aside = folder + "/" + Leftover(name, .deleted).name
            do throws(CheckpointError) {
                try fileSystem.removeTree(aside)
                try fileSystem.move(folder + "/" + name, to: aside)
                removed.append(name)
                try fileSystem.removeTree(aside)
            } catch {
                warn("cannot remove checkpoint \(name): \(error)")
            }
        }
        return removed
    }

    /// The names in this run that a parent reference stands for.
    private func localTargets(of reference: String) -> Set<String> {
        let mark = reference.split(separator: "@", omittingEmptySubsequences: false)
        let tail = mark.count > 1 ? String(mark[mark.count - 1]) : lastName(of: reference)
        guard let step = CheckpointName.step(of: tail) else { return [tail] }
        return [tail, CheckpointName.of(step: step)]
    }

    /// Whether everything that earlier processes left is gone.
    @discardableResult
    private func clearLeftovers() throws(CheckpointError) -> Bool {
        var isClear = true
        for place in [run, folder, stages.folder] where try kind(of: place) == .folder {
            let kept = try Leftover.clear(place, exclusive: isLocked, fileSystem: fileSystem)
            for error in kept { warn("cannot remove what an earlier save left: \(error)") }
            isClear = isClear && kept.isEmpty
        }
        return isClear
    }

    private func kind(of path: String) throws(CheckpointError) -> FileKind {
        try fileSystem.uninterrupted { () throws(SystemCallFailure) in
            try fileSystem.kind(of: path)
        }
    }
}

/// A checkpoint that was just written.
public struct SavedCheckpoint: Hashable, Sendable {
    /// Its name in the run, such as `step-000500`.
    public let name: String
    /// Its folder.
    public let path: String
    /// What it consists of.
    public let manifest: Manifest
}
