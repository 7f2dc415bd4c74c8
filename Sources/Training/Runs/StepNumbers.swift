import Checkpoints
import Foundation

/// What a run's metrics say of a step.
public struct StepNumbers: Sendable, Decodable {
    /// Counted from 1.
    public let step: Int
    /// Nil where it was not finite.
    public let loss: Double?
    /// Nil where it was not finite.
    public let gradientNorm: Double?
    /// What the update went by.
    public let learningRate: Double?

    private enum CodingKeys: String, CodingKey {
        case step, loss
        case gradientNorm = "grad_norm"
        case learningRate = "learning_rate"
    }

    /// Reads a line of `metrics.jsonl`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        step = try container.decode(Int.self, forKey: .step)
        loss = try? container.decode(Double.self, forKey: .loss)
        gradientNorm = try? container.decode(Double.self, forKey: .gradientNorm)
        learningRate = try? container.decode(Double.self, forKey: .learningRate)
    }

    /// A step and those before it, oldest first, as far as the metrics have them.
    ///
    /// - Throws: `TrainingError` for a folder without metrics.
    static func read(run folder: String, around step: Int, count: Int) throws -> [StepNumbers] {
        let path = folder + "/metrics.jsonl"
        guard FileManager.default.fileExists(atPath: path) else {
            throw TrainingError(
                .badRunFolder, "\(folder) is not a run: it has no metrics.jsonl.")
        }
        let file = try MappedFile(path: path)
        let beginning = Array(#"{"type":"step","step":"#.utf8)
        let decoder = JSONDecoder()
        return try file.read(0..<file.byteCount).split(separator: 10).compactMap { line in
            guard line.starts(with: beginning) else { return nil }
            let digits = line.dropFirst(beginning.count).prefix { (48...57).contains($0) }
            guard let number = Int(String(decoding: digits, as: UTF8.self)), number <= step,
                step - number <= count
            else { return nil }
            return try? decoder.decode(StepNumbers.self, from: Data(line))
        }
    }
}
