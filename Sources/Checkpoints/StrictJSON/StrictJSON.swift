/// JSON as files of settings must have it (RFC 8259): one value, no key twice, whole characters.
public enum StrictJSON {
    /// What is wrong with a text as JSON, and where.
    public struct Problem: Error, Sendable, CustomStringConvertible {
        /// What is wrong.
        public let message: String
        /// From 1.
        public let line: Int
        /// In characters, from 1.
        public let column: Int

        public var description: String { "line \(line), column \(column): \(message)" }
    }

    /// - Returns: nil where the text is JSON.
    public static func problem(in bytes: [UInt8]) -> Problem? {
        do throws(JSONProblem) {
            _ = try JSONReader.read(bytes)
            return nil
        } catch {
            let before = bytes.prefix(error.offset)
            let line = before.split(separator: 0x0A, omittingEmptySubsequences: false).last ?? []
            return Problem(
                message: error.message, line: before.count { $0 == 0x0A } + 1,
                column: String(decoding: line, as: UTF8.self).count + 1)
        }
    }
}
