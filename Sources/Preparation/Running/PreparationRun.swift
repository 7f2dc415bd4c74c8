import Checkpoints
import Corpora
import Foundation

/// Takes sources through steps and writes what is left as a catalog, with a report and a data card.
///
/// The folder that it writes holds `data/SOURCE/part-000000.jsonl` and so on, one document a line
/// with its source, file and line; `catalog.json`, so that recipes draw from it; `dropped.jsonl` with
/// the place and the reason of every document that a step dropped; `report.json`; and `card.md`.
/// While it works it keeps its state there too: killed at any moment and called again it goes on, and
/// writes the same bytes as if it had never stopped.
public final class PreparationRun {
    /// How a preparation ended.
    public enum Ending: Sendable {
        /// Everything is written.
        case finished(PreparationReport)
        /// The folder held the result already.
        case unchanged(PreparationReport)
        /// It was asked to stop; its state is saved.
        case stopped
    }

    /// How far it is.
    public struct Progress: Sendable, Hashable {
        /// The source that is being read.
        public var source: String
        /// Bytes read of all sources.
        public var bytesRead: Int
        /// Bytes of all sources.
        public var bytesTotal: Int
        /// Documents read.
        public var documents: Int
        /// Documents that passed every step.
        public var kept: Int
    }

    let plan: PreparationPlan
    /// Where the result goes.
    public let folder: String
    private let readers: [DocumentReader]
    private let bytesTotal: Int
    var state = PreparationState()

    /// Checks the plan and finds its files; reads no text and writes nothing.
    ///
    /// - Throws: `CorporaError` for settings, and for files that are not there.
    public init(_ plan: PreparationPlan, folder: String) throws {
        var plan = plan
        // A filter sees documents whole; what is longer than this is still cut.
        for index in plan.sources.indices where plan.sources[index].maximumDocumentBytes == nil {
            plan.sources[index].maximumDocumentBytes = 16 << 20
        }
        try plan.validate()
        self.plan = plan
        self.folder = folder
        readers = try plan.sources.map { try DocumentReader($0) }
        bytesTotal = readers.reduce(0) { $0 + $1.byteCount }
    }

    /// Whether the folder holds a preparation that was begun and not finished.
    public var isUnfinished: Bool {
        FileManager.default.fileExists(atPath: folder + "/" + PreparationState.fileName)
    }

    /// Works until everything is written.
    ///
    /// - Parameters:
    ///   - resumes: whether an unfinished preparation is gone on with.
    ///   - progress: called every few MiB; false asks it to save its state and stop.
    /// - Throws: `CorporaError` for bad input, a folder that holds something else, a failing disk, and
    ///   what steps throw; the state saved last stays.
    public func run(
        resumes: Bool = false, progress: (Progress) throws -> Bool = { _ in true }
    ) throws -> Ending {
        let parts = try plan.parts(readers)
        if let finished = try PreparationReport.of(folder) {
            guard let difference = PreparationReport.difference(finished.madeOf, parts) else {
                try refuseNothingLeft(finished)
                return .unchanged(finished)
            }
            throw CorporaError(
                .badSetting, "the folder holds what was prepared otherwise: \(difference)",
                advice: "Name another folder with out, or remove this one.", path: folder)
        }
        let lock = try prepareFolder(resumes: resumes)
        defer { withExtendedLifetime(lock) {} }
        try begin(parts)
        for step in plan.steps { try (step as? EvaluationOverlap)?.readSets() }
        let output = try PreparationOutput(
            folder: folder, shardBytes: plan.shardBytes, droppedBytes: state.droppedBytes)
        try openMemories()
        while state.source < plan.sources.count {
            guard try prepare(state.source, output, progress) else { return .stopped }
            state.source += 1
            state.position = .start
            state.documentsSince = 0
            state.shardBytes = 0
        }
        try finish(output)
        return .finished(state.report)
    }

    // MARK: - Beginning

    /// The folder, locked.
    private func prepareFolder(resumes: Bool) throws -> RunLock {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw CorporaError(
                .system, "the folder cannot be made: \(error.localizedDescription)",
                advice: "Check its permissions, or name another with out.", path: folder)
        }
        let lock = try RunLock(run: folder)
        if let saved = try PreparationState.of(folder) {
            guard resumes else {
                throw CorporaError(
                    .badSetting,
                    "an unfinished preparation is here (\(saved.report.documents) documents read)",
                    advice: "Go on with --resume, or remove the folder.", path: folder)
            }
            state = saved
            return lock
        }
        // What a process left that was killed before its first state is part of nothing.
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        let strangers = names.filter { !$0.hasPrefix(".") && $0 != "run.lock" }
        guard strangers.isEmpty else {
            throw CorporaError(
                .badSetting, "the folder holds other things, such as \(strangers.sorted()[0])",
                advice: "Name a new folder with out.", path: folder)
        }
        return lock
    }

    private func begin(_ parts: [PreparationPlan.Part]) throws {
        if !state.report.madeOf.isEmpty {
            if let difference = PreparationReport.difference(state.report.madeOf, parts) {
                throw CorporaError(
                    .badSetting, "the preparation cannot go on: \(difference)",
                    advice: "Put it back, or remove the folder and prepare again.", path: folder)
            }
            return
        }
        state.report.madeOf = parts
        state.report.about = plan.about
        state.report.sources = plan.sources.map { source in
            var report = PreparationReport.SourceReport(
                name: source.name, licence: source.licence, about: source.about)
            if case .conversations = source.format { report.holdsConversations = true }
            return report
        }
        state.report.steps = plan.steps.map { .init(name: $0.name, settings: $0.settings) }
        if readsConversations {
            state.report.steps.insert(.init(name: Self.rowsName, settings: []), at: 0)
        }
        state.memories = plan.steps.map { _ in 0 }
        try state.save(to: folder)
    }

    private var memoryFolder: String { folder + "/memory" }

    private func openMemories() throws {
        for (index, step) in plan.steps.enumerated() {
            guard let memory = step.memory else { continue }
            try FileManager.default.createDirectory(
                atPath: memoryFolder, withIntermediateDirectories: true)
            try memory.open(
                path: "\(memoryFolder)/step-\(index + 1)", byteCount: state.memories[index])
        }
    }

    // MARK: - Working

    /// Takes one source through all steps, from where the state is.
    ///
    /// - Returns: false where it was asked to stop.
    private func prepare(
        _ number: Int, _ output: PreparationOutput, _ progress: (Progress) throws -> Bool
    ) throws -> Bool {
        let source = plan.sources[number]
        try output.open(
            source: source.name, shard: state.report.sources[number].shards,
            byteCount: state.shardBytes)
        let feed = BatchFeed(
            readers[number], from: state.position, skipping: state.documentsSince)
        defer { feed.cancel() }
        let before = readers[..<number].reduce(0) { $0 + $1.byteCount }
        var saved = ContinuousClock.now
        while true {
            let batch = try feed.next()
            try take(batch.documents, number, output)
            state.position = batch.position
            state.documentsSince = batch.documentsSince
            state.report.sources[number].read = batch.report
            let goesOn = try progress(
                Progress(
                    source: source.name, bytesRead: before + batch.report.bytes,
                    bytesTotal: bytesTotal, documents: state.report.documents,
                    kept: state.report.kept))
            if batch.isLast { break }
            if !goesOn || saved.duration(to: .now) >= .seconds(plan.saveSeconds) {
                try save(output)
                saved = .now
            }
            if !goesOn { return false }
        }
        try refuseEmpty(number)
        try refuseChanged(number)
        try output.closeShard()
        if state.report.sources[number].keptBytes > 0 {
            let folder = output.folder + "/" + PreparationOutput.sourceFolder(source.name)
            state.report.sources[number].shards =
                try FileManager.default.contentsOfDirectory(atPath: folder).count
        }
        return true
    }

    private func save(_ output: PreparationOutput) throws {
        let lengths = try output.save()
        state.shardBytes = lengths.shard
        state.droppedBytes = lengths.dropped
        for (index, step) in plan.steps.enumerated() {
            if let memory = step.memory { state.memories[index] = try memory.save() }
        }
        try state.save(to: folder)
    }

    private func refuseEmpty(_ number: Int) throws {
        let read = state.report.sources[number].read
        guard read.documents == 0 else { return }
        let remarks = read.remarks.joined(separator: "; ")
        throw CorporaError(
            .emptyCorpus,
            "source '\(plan.sources[number].name)' (\(plan.sources[number].place)) holds no document"
                + (remarks.isEmpty ? "" : " (\(remarks))"),
            advice: "Check its path, its format and its field.")
    }

    private func refuseChanged(_ number: Int) throws {
        let now = try DocumentReader(plan.sources[number]).files
        let then = readers[number].files
        guard now.count == then.count, zip(now, then).allSatisfy({ $0 == $1 }) else {
            throw CorporaError(
                .changedWhileRead,
                "the files of source '\(plan.sources[number].name)' changed while being read",
                advice: "Remove the folder and prepare again when they are complete.")
        }
    }

    // MARK: - Ending

    private func finish(_ output: PreparationOutput) throws {
        _ = try output.save()
        for step in plan.steps {
            guard let overlap = step as? EvaluationOverlap, overlap.passedOver > 0 else { continue }
            state.report.remarks.append(
                "\(overlap.passedOver) of \(overlap.rows) evaluation rows have too few words to be "
                    + "looked for: " + overlap.firstPassedOver.joined(separator: "; ")
                    + (overlap.passedOver > 3 ? "; ..." : ""))
        }
        for source in state.report.sources where source.kept == 0 {
            state.report.remarks.append(
                "nothing is left of source '\(source.name)', which is no category of the catalog")
        }
        for source in state.report.sources where source.kept > 0 && source.holdsConversations {
            state.report.remarks.append(
                "source '\(source.name)' holds conversations, which a catalog has no words for: read "
                    + "\(PreparationOutput.sourceFolder(source.name)) with nj.data.chat")
        }
        if state.report.sources.contains(where: { $0.kept > 0 && !$0.holdsConversations }) {
            try PreparedCatalog.write(state.report, about: plan.about, to: folder)
        }
        try DataCard.write(state.report, to: folder)
        try state.report.save(to: folder)
        for name in [PreparationState.fileName, "memory"] {
            try? FileManager.default.removeItem(atPath: folder + "/" + name)
        }
        try refuseNothingLeft(state.report)
    }

    private func refuseNothingLeft(_ report: PreparationReport) throws {
        guard report.kept == 0 else { return }
        throw CorporaError(
            .emptyCorpus, "the steps dropped every one of \(report.documents) documents",
            advice: "report.json and card.md say why; loosen a step and prepare into another folder.",
            path: folder)
    }
}
