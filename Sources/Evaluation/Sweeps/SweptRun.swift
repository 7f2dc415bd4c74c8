import Checkpoints
import Foundation

/// A run of a sweep that came to its end, as its metrics tell.
public struct SweptRun: Sendable {
    /// Input tokens of all steps.
    public let tokens: Int
    /// Input tokens of all steps by source; of a source that gave none there is no entry.
    public let tokensBySource: [String: Int]
    /// What its probes came to before the first step.
    private let before: ProbeLine
    /// What they came to after the last one.
    private let after: ProbeLine

    /// When a number was measured.
    public enum Moment: Sendable, Hashable {
        /// At step 0.
        case start
        /// After the last step.
        case end
    }

    /// Reads the run in a folder.
    ///
    /// - Parameter steps: how many it was to make.
    /// - Returns: nil where it has not made them all, has not measured its probes after them, or
    ///   has no checkpoint of the last one.
    /// - Throws: `EvaluationError` where its metrics cannot be read.
    public init?(folder: String, steps: Int) throws {
        let path = folder + "/metrics.jsonl"
        let checkpoint = folder + "/checkpoints/" + CheckpointName.of(step: steps)
        guard FileManager.default.fileExists(atPath: checkpoint),
            FileManager.default.fileExists(atPath: path)
        else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw EvaluationError(.unreadable, "\(path) cannot be read.")
        }
        var tokens: [String: Int] = [:]
        var all = 0
        var first: ProbeLine?
        var last: ProbeLine?
        // What follows the last line's end is torn, or nothing.
        for line in data.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
            guard
                let object = try? JSONSerialization.jsonObject(with: line) as? [String: Any],
                let step = object["step"] as? Int
            else { continue }
            switch object["type"] as? String {
            case "step":
                all = object["num_tokens"] as? Int ?? all
                for case (let key, let count as Int) in object where key.hasPrefix("tokens/") {
                    tokens[String(key.dropFirst(7)), default: 0] += count
                }
            case "probe":
                let reading = ProbeLine(
                    text: String(decoding: line, as: UTF8.self),
                    numbers: object.compactMapValues(SweptRun.number))
                if step == 0 { first = first ?? reading }
                if step == steps { last = reading }
            default: break
            }
        }
        guard let first, let last else { return nil }
        self.tokens = all
        tokensBySource = tokens.filter { $0.value > 0 }
        (before, after) = (first, last)
    }

    /// A number of a probe, with its name.
    ///
    /// - Throws: `EvaluationError` that names the nearest, where there is none of that name.
    public func estimate(
        _ measure: SweepMeasure, at moment: Moment
    ) throws -> (name: String, estimate: Estimate) {
        try (moment == .start ? before : after).estimate(measure)
    }

    /// Metrics tell NaN and infinity as texts.
    private static func number(_ value: Any) -> Double? {
        switch value as? String {
        case "NaN": .nan
        case "Infinity": .infinity
        case "-Infinity": -.infinity
        default: value as? Double
        }
    }
}
