import Checkpoints
public import Corpora
import Foundation
public import Tensors
import Tokenizers

/// What a run learned from in one of its steps, found again from recipe, journal and checkpoints.
///
/// Batches are a function of data, seed and the dials of the mix, and the journal knows when those
/// were turned, so nothing has to be kept a step: the stream is made anew from the newest checkpoint
/// before it. Rows are as the loader gave them; what hooks weighed otherwise is not shown.
public struct StepInspection: Sendable {
    /// A stretch of a document in a row.
    public struct Piece: Sendable {
        /// Counted from 0.
        public let row: Int
        /// Where it lies in the row.
        public let columns: Range<Int>
        /// File and line.
        public let origin: DocumentOrigin
        /// How often the source had been read through before.
        public let epoch: Int
        /// The first input's place in its document, in tokens.
        public let offset: Int
        /// The inputs.
        public let ids: [Int32]
        /// Tokens that count in the loss.
        public let trainedCount: Int
        /// What the inputs stand for, special tokens spelled out.
        public let text: String
    }

    /// Counted from 1.
    public let step: Int
    /// In the order of their rows.
    public let pieces: [Piece]
    /// What the model answered to its prompts, those to one prompt side by side.
    public let samples: [RolloutSample]
    /// B.
    public let rows: Int
    /// T.
    public let length: Int
    /// What the metrics say of the step.
    public let numbers: StepNumbers
    /// The same of the steps just before it, oldest first.
    public let before: [StepNumbers]

    /// How many steps stand beside one, to tell whether it stands out.
    public static let neighbours = 20

    /// - Parameters:
    ///   - configuration: the recipe that the run was started with.
    ///   - run: the run's folder; the run may be under way.
    ///   - progress: long work and the share done.
    /// - Throws: `TrainingError` for a folder that is no run and for a step that was not made,
    ///   `CorporaError` where the data is not what it was.
    public init(
        _ configuration: RunConfiguration, run folder: String, step: Int,
        on backend: BackendDescription, cacheFolder: String,
        remark: @escaping (String) -> Void, progress: @escaping (String, Double) -> Void
    ) throws {
        let known = try StepNumbers.read(run: folder, around: step, count: Self.neighbours)
        guard let numbers = known.last, numbers.step == step else {
            throw TrainingError(
                .badRequest,
                "\(folder) has no step \(step) in its metrics; steps are counted from 1.")
        }
        self.numbers = numbers
        before = Array(known.dropLast())
        samples = try RolloutJournal.samples(run: folder, step: step)
        self.step = step
        let start = try ModelStart(configuration, remark: remark)
        let data = try RunData(
            configuration, tokenizer: start.tokenizer, cacheFolder: cacheFolder,
            progress: progress)
        let plan = try RunPlan(
            configuration, model: start.configuration, trainingTokens: data.trainingTokens,
            tokensARow: data.tokensARow, backend: backend)
        let board = DialBoard(
            configuration, totalSteps: max(plan.totalSteps, step), readings: data.readings)
        let batch = try StepInspection.batch(
            of: step, configuration, data, board, run: folder,
            start.origin(configuration)?.state(going: data, seed: configuration.seed) { _ in },
            RunJournal.events(run: folder, remark: remark), progress)
        rows = batch.rows
        length = batch.length
        let tokenizer = start.tokenizer
        pieces = try batch.pieces.map { piece in
            let places = piece.row * batch.length..<(piece.row + 1) * batch.length
            let own = places.dropFirst(piece.columns.lowerBound).prefix(piece.columns.count)
            let ids = Array(batch.inputs[own])
            return Piece(
                row: piece.row, columns: piece.columns,
                origin: try data.mix.sources[piece.source].origin(ofDocument: piece.document),
                epoch: piece.epoch, offset: piece.offset, ids: ids,
                trainedCount: batch.lossWeights[own].count { $0 != 0 },
                text: tokenizer.decode(ids, skipsSpecialTokens: false))
        }
    }

    /// Makes the stream again up to a step.
    private static func batch(
        of step: Int, _ configuration: RunConfiguration, _ data: RunData, _ fresh: DialBoard,
        run folder: String, _ origin: RunState?, _ journal: [RunEvent],
        _ progress: (String, Double) -> Void
    ) throws -> Batch {
        let saved = newestState(in: folder, before: step) ?? origin
        var dials = fresh
        if let saved { dials.restore(saved.course.dials) { _ in } }
        let loader = try BatchLoader(
            mix: data.mix.with(weights: dials.sourceWeights()), packing: data.packing,
            rows: configuration.batch.size, seed: configuration.seed, prefetch: 0,
            admission: dials.admission, from: saved?.loader)
        let first = saved?.step ?? 0
        var turns = turns(in: journal, from: first)[...]
        for made in first..<step {
            // What is turned together takes effect together: no source might have a share between.
            var turned = dials
            while let turn = turns.first, turn.step <= made {
                turns.removeFirst()
                guard let path = turn.text("path"),
                    let value = DialValue(metric: turn.fields["value"])
                else { continue }
                let wish = DialChange(path: path, value: value, origin: "the journal")
                for change in try turned.check([wish], step: made) {
                    _ = turned.set(change, step: made)
                }
            }
            if let plan = try turned.dataPlan(after: dials) {
                try loader.replan(weights: plan.weights, admission: plan.admission)
            }
            dials = turned
            let batch = try loader.next()
            if made == step - 1 { return batch }
            if made % 256 == 255 {
                progress("reading to step \(step)", Double(made - first) / Double(step - first))
            }
        }
        preconditionFailure("The newest checkpoint before a step is of an earlier one.")
    }

    /// The turns of dials that are in force, those of a stretch that a resumed run made anew left
    /// out.
    private static func turns(in journal: [RunEvent], from step: Int) -> [RunEvent] {
        var turns: [RunEvent] = []
        for event in journal {
            if event.name == "resume" {
                turns.removeAll { $0.step >= event.step && $0.external == nil }
            }
            if event.name == "dial", event.step >= step { turns.append(event) }
        }
        return turns.sorted { $0.step < $1.step }
    }

    private static func newestState(in folder: String, before step: Int) -> RunState? {
        let checkpoints = folder + "/checkpoints"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints)) ?? []
        let steps = names.compactMap { name in
            CheckpointName.step(of: name).map { (step: $0, path: checkpoints + "/" + name) }
        }
        for candidate in steps.sorted(by: { $0.step > $1.step }) where candidate.step < step {
            // One that is just being deleted, or is damaged, leaves the one before it.
            if let file = try? CheckpointFolder(path: candidate.path, requiresManifest: true)
                .read(Snapshot.stateName),
                let state = try? RunState(json: file, path: candidate.path)
            {
                return state
            }
        }
        return nil
    }
}
