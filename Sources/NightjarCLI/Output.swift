import Foundation

/// Standard output: results for people, or one JSON object a line for programs.
enum Output {
    /// Prints an object on one line, keys in alphabetical order.
    static func json(_ object: [String: Any]) throws {
        let data = try JSONSerialization.data(
            withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        try StandardStreams.output(Array(data) + [0x0A])
    }

    /// Writes text as it is, at once.
    static func text(_ text: String) throws { try StandardStreams.output(Array(text.utf8)) }
}
