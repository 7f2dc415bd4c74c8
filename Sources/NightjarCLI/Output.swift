import Foundation
import Telemetry

/// Standard output: results for people, or one JSON object a line for programs.
enum Output {
    /// Prints an object on one line, keys in alphabetical order.
    static func json(_ object: [String: Any]) throws {
        let data = try JSONSerialization.data(
            withJSONObject: object.mapValues(finite),
            options: [.sortedKeys, .withoutEscapingSlashes])
        try StandardStreams.output(Array(data) + [0x0A])
    }

    /// JSON has no NaN and no infinity: they are told as texts, as in `metrics.jsonl`.
    private static func finite(_ value: Any) -> Any {
        guard let number = value as? Double, !number.isFinite else { return value }
        return number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
    }

    /// Writes what a model or a stranger wrote: a terminal obeys nothing in it, a file gets it as it
    /// is.
    static func shown(_ text: String) throws {
        try self.text(isatty(1) == 1 ? PrintableText.lines(text) : text)
    }

    /// Writes text as it is, at once.
    static func text(_ text: String) throws { try StandardStreams.output(Array(text.utf8)) }
}
