import Checkpoints
import Foundation

/// What a run's folder tells of its course: the curves of its losses, its stages, and what it came
/// from. The run may be under way.
public struct RunHistory: Sendable {
    /// One training step.
    public struct Step: Sendable, Hashable {
        /// Steps made, this one included.
        public let step: Int
        /// Input tokens so far.
        public let tokens: Int
        /// Of the batch; nil where it was not finite.
        public let loss: Double?
        /// That the update used.
        public let learningRate: Double
    }

    /// One scoring of held-out text.
    public struct Score: Sendable, Hashable {
        /// Steps made then.
        public let step: Int
        /// Nats a token.
        public let loss: Double
        /// Bits a byte of text.
        public let bitsPerByte: Double
    }

    /// A named checkpoint.
    public struct Mark: Sendable, Hashable {
        /// The stages that point at it; none for the newest checkpoint where no stage does.
        public let stages: [String]
        /// Its name.
        public let checkpoint: String
        /// Steps made then.
        public let step: Int
        /// Its parents' paths.
        public let parents: [String]
    }

    /// The run's folder.
    public let path: String
    /// The phase whose run it is; nil for a run alone.
    public let phase: String?
    /// Steps made before the run began; above 0 where it goes on from a checkpoint.
    public let firstStep: Int
    /// The steps that the run is to end at.
    public let totalSteps: Int?
    /// Every step, oldest first.
    public let steps: [Step]
    /// Every scoring, oldest first.
    public let scores: [Score]
    /// What stages point at, and the newest checkpoint, by rising step.
    public let marks: [Mark]

    /// Reads a run, or every phase that was begun of a recipe with several, in their order.
    ///
    /// - Throws: `TrainingError` for a folder that is neither.
    public static func read(run folder: String) throws -> [RunHistory] {
        guard let phases = try PhaseList(of: folder) else {
            return [try RunHistory(run: folder)]
        }
        let begun = phases.names.filter { isRun(folder + "/" + $0) }
        guard !begun.isEmpty else {
            throw TrainingError(.badRunFolder, "No phase of \(folder) has begun yet.")
        }
        return try begun.map { try RunHistory(run: folder + "/" + $0, phase: $0) }
    }

    /// Whether a run was ever in a folder.
    private static func isRun(_ folder: String) -> Bool {
        FileManager.default.fileExists(atPath: folder + "/metrics.jsonl")
    }

    private init(run folder: String, phase: String? = nil) throws {
        guard Self.isRun(folder) else {
            throw TrainingError(
                .badRunFolder,
                "There is no run in \(folder): it has no metrics.jsonl. Name the folder that a run "
                    + "wrote, such as runs/base.")
        }
        path = folder
        self.phase = phase
        var run: Line?
        var steps: [Step] = []
        var scores: [Score] = []
        let file = try MappedFile(path: folder + "/metrics.jsonl")
        let decoder = JSONDecoder()
        for text in try file.read(0..<file.byteCount).split(separator: 10) {
            // A line that is being written, or that a kill tore, is none.
            guard let line = try? decoder.decode(Line.self, from: Data(text)) else { continue }
            switch line.type {
            case "run": run = line
            case "step":
                steps.append(
                    Step(
                        step: line.step ?? 0, tokens: line.tokens ?? 0, loss: line.loss,
                        learningRate: line.learningRate ?? 0))
            case "evaluation":
                guard let loss = line.heldOut else { continue }
                scores.append(
                    Score(
                        step: line.step ?? 0, loss: loss, bitsPerByte: line.bitsPerByte ?? .nan))
            default: continue
            }
        }
        firstStep = run?.firstStep ?? 0
        totalSteps = run?.totalSteps
        self.steps = steps
        self.scores = scores
        marks = try Self.marks(of: folder)
    }

    /// The last step up to a number of steps made.
    public func step(upTo made: Int) -> Step? { steps.last { $0.step <= made } }

    /// The scoring at a number of steps made; nil where there was none.
    public func score(at made: Int) -> Score? { scores.last { $0.step == made } }

    /// The mean loss of as many steps before each, the steps themselves thinned to about `count`.
    ///
    /// - Parameter window: how many steps a mean is of.
    public func smoothedLoss(window: Int, count: Int) -> [(step: Int, loss: Double)] {
        let every = max(1, steps.count / max(1, count))
        var result: [(step: Int, loss: Double)] = []
        var sum = 0.0
        var known = 0
        for (index, step) in steps.enumerated() {
            if let loss = step.loss {
                sum += loss
                known += 1
            }
            if index >= window, let gone = steps[index - window].loss {
                sum -= gone
                known -= 1
            }
            if known > 0, (steps.count - 1 - index) % every == 0 {
                result.append((step.step, sum / Double(known)))
            }
        }
        return result
    }

    private static func marks(of folder: String) throws -> [Mark] {
        let store = try CheckpointStore(run: folder) { _ in }
        var stages: [String: [String]] = [:]
        for (stage, target) in try store.stages.all() { stages[target, default: []].append(stage) }
        let names = try store.names()
        if let newest = names.last { stages[newest, default: []] += [] }
        return stages.compactMap { name, stages in
            guard let step = CheckpointName.step(of: name) else { return nil }
            let parents = (try? store.open(name).manifest?.parents.keys.sorted()) ?? []
            return Mark(
                stages: stages.sorted(), checkpoint: name, step: step, parents: parents)
        }.sorted { ($0.step, $0.checkpoint) < ($1.step, $1.checkpoint) }
    }

    /// What is of use in a line of `metrics.jsonl`; numbers that are not finite are texts there.
    private struct Line: Decodable {
        let type: String
        let step: Int?
        let tokens: Int?
        let loss: Double?
        let learningRate: Double?
        let heldOut: Double?
        let bitsPerByte: Double?
        let firstStep: Int?
        let totalSteps: Int?

        private enum Keys: String, CodingKey {
            case type, step, loss
            case tokens = "num_tokens"
            case learningRate = "learning_rate"
            case heldOut = "eval_loss"
            case bitsPerByte = "eval_bits_per_byte"
            case firstStep = "first_step"
            case totalSteps = "total_steps"
        }

        init(from decoder: any Decoder) throws {
            let line = try decoder.container(keyedBy: Keys.self)
            func value<Value: Decodable>(_ key: Keys) -> Value? {
                try? line.decode(Value.self, forKey: key)
            }
            type = try line.decode(String.self, forKey: .type)
            step = value(.step)
            tokens = value(.tokens)
            loss = value(.loss)
            learningRate = value(.learningRate)
            heldOut = value(.heldOut)
            bitsPerByte = value(.bitsPerByte)
            firstStep = value(.firstStep)
            totalSteps = value(.totalSteps)
        }
    }
}
