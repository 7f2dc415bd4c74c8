import Foundation

/// Standard output: results for people, or one JSON object a line for programs.
enum Output {
    /// Prints an object on one line, keys in alphabetical order.
    static func json(_ object: [String: Any]) throws {
        let data = try JSONSerialization.data(
            withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        text(String(decoding: data, as: UTF8.self) + "\n")
    }

    /// Writes text as it is, at once.
    static func text(_ text: String) {
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}
