import Checkpoints
import Optimizers
import Synchronization
import Tensors
import Transformers

/// Saves checkpoints in the background and lets old ones go.
final class CheckpointKeeper {
    private let folder: RunFolder
    private let settings: CheckpointSettings
    /// How many of the newest are kept; a dial.
    var keepLast: Int
    private let lineage: RunLineage
    private let base: AdapterBase?
    private let tokenizerFiles: [(name: String, contents: [UInt8])]
    private let saver = BackgroundSaver()
    private let finished = Finished()
    /// The step of the newest snapshot that was handed over for saving.
    private(set) var lastStep: Int?

    /// - Parameter savedStep: the step the run goes on from, which is saved already.
    init(
        folder: RunFolder, settings: CheckpointSettings, lineage: RunLineage,
        base: AdapterBase? = nil, tokenizerFiles: [(name: String, contents: [UInt8])],
        savedStep: Int?
    ) {
        self.folder = folder
        self.settings = settings
        keepLast = settings.keepLast
        self.lineage = lineage
        self.base = base
        self.tokenizerFiles = tokenizerFiles
        lastStep = savedStep
    }

    /// Copies the run's state and starts to write it; waits for a save still under way.
    ///
    /// - Parameter stage: what points at the checkpoint as soon as it is whole.
    /// - Throws: what made this save or the last one fail.
    func save(
        _ state: inout RunState, model: Decoder, optimizer: any Optimizer,
        hookState: [String: [UInt8]], scripts: [String: String], stage: Stage? = nil
    ) throws {
        var lineage = lineage
        lineage.scripts.merge(scripts) { $1 }
        if let scored = state.lastHeldOut, scored.step == state.step, scored.loss.isFinite,
            settings.keepBest > 0
        {
            state.best.removeAll { $0.step == scored.step }
            state.best.append(scored)
            state.best.sort { ($0.loss, $0.step) < ($1.loss, $1.step) }
            state.best.removeLast(max(0, state.best.count - settings.keepBest))
        }
        let snapshot = try Snapshot(
            of: state, model: model, base: base, run: folder.path, optimizer: optimizer,
            tokenizerFiles: tokenizerFiles, hookState: hookState)
        let protected =
            state.best.map(\.step) + state.course.requestedTargets
            + [state.course.rollbackTarget].compactMap { $0 }
        let retention = Retention(
            keepLast: keepLast, protected: Set(protected.map(CheckpointName.of(step:))))
        try saver.submit { [store = folder.store, lineage, finished] in
            let saved = try store.save(
                step: snapshot.state.step, contents: snapshot.contents(lineage: lineage))
            // Before anything is let go: what a stage names stays.
            if let stage { try store.stages.point(stage.rawValue, at: saved.name) }
            try store.prune(retention)
            finished.add(.init(name: saved.name, step: snapshot.state.step, stage: stage))
        }
        lastStep = state.step
    }

    /// Checkpoints that were completed since the last call.
    func takeFinished() -> [Saved] { finished.take() }

    /// A checkpoint that is whole on the disk.
    struct Saved: Sendable {
        let name: String
        let step: Int
        /// What points at it since.
        let stage: Stage?
    }

    /// Throws the error of a save that failed since the last call; never waits.
    func throwIfFailed() throws { try forgettingFailures { try saver.throwIfFailed() } }

    /// Waits until everything is written; throws the error of a save that failed.
    func wait() throws { try forgettingFailures { try saver.wait() } }

    /// A step whose save failed is not saved.
    private func forgettingFailures(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            lastStep = nil
            throw error
        }
    }

    private final class Finished: Sendable {
        private let list = Mutex<[Saved]>([])

        func add(_ saved: Saved) { list.withLock { $0.append(saved) } }

        func take() -> [Saved] {
            list.withLock { list in
                defer { list = [] }
                return list
            }
        }
    }
}
