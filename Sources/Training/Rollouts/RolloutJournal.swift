import Checkpoints
import Foundation
import Telemetry

/// What a run's model answered in each step, and what that was worth: `samples.jsonl`, a line an
/// answer.
final class RolloutJournal {
    static let fileName = "samples.jsonl"
    private let sink: JSONLinesSink

    /// Opens the file of a run.
    ///
    /// - Parameter step: the run goes on after it; what was written of later ones is cut off.
    init(run folder: String, after step: Int) throws {
        let path = folder + "/" + RolloutJournal.fileName
        sink = try JSONLinesSink(path: path)
        try sink.truncate(to: RolloutJournal.bytes(of: path, upTo: step))
    }

    func record(_ rollouts: [Rollout], step: Int, _ sampler: RolloutSampler, sources: [String])
        throws
    {
        for (rollout, answer) in zip(rollouts, sampler.answers(rollouts, sources: sources)) {
            var record: MetricRecord = [
                "step": .int(step), "source": .string(answer.source), "place": .string(answer.place),
                "prompt": .string(answer.prompt), "completion": .string(answer.completion),
                "tokens": .int(answer.tokens), "finished": .bool(answer.isFinished),
                "reward": .double(rollout.reward), "advantage": .double(rollout.advantage),
            ]
            for (reward, value) in zip(sampler.settings.rewards, rollout.rewards) {
                record["rewards/\(reward.name)"] = .double(value)
            }
            try sink.record(record)
        }
    }

    /// The bytes of the lines of the first steps.
    private static func bytes(of path: String, upTo step: Int) throws -> Int {
        try lines(of: path).reduce(0) { bytes, line in
            number(of: line).map { $0 <= step } ?? false ? bytes + line.count + 1 : bytes
        }
    }

    /// The lines of a step.
    static func samples(run folder: String, step: Int) throws -> [RolloutSample] {
        let path = folder + "/" + fileName
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let decoder = JSONDecoder()
        return try lines(of: path).filter { number(of: $0) == step }.compactMap {
            try? decoder.decode(RolloutSample.self, from: Data($0))
        }
    }

    private static func lines(of path: String) throws -> [ArraySlice<UInt8>] {
        let file = try MappedFile(path: path)
        return file.byteCount == 0 ? [] : try file.read(0..<file.byteCount).split(separator: 10)
    }

    private static func number(of line: ArraySlice<UInt8>) -> Int? {
        let beginning = Array(#"{"step":"#.utf8)
        guard line.starts(with: beginning) else { return nil }
        let digits = line.dropFirst(beginning.count).prefix { (48...57).contains($0) }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}

/// An answer that a run's model wrote, as `samples.jsonl` keeps it.
public struct RolloutSample: Sendable, Hashable, Decodable {
    /// The source of the prompt.
    public let source: String
    /// Its file and line.
    public let place: String
    /// What the model was given.
    public let prompt: String
    /// What it wrote.
    public let completion: String
    /// Tokens of that.
    public let tokens: Int
    /// Whether it ended the answer itself.
    public let isFinished: Bool
    /// The rewards' weighted sum.
    public let reward: Double
    /// How much better it is than the other answers to its prompt.
    public let advantage: Double

    private enum CodingKeys: String, CodingKey {
        case source, place, prompt, completion, tokens, reward, advantage
        case isFinished = "finished"
    }
}
