/// Swift text with its comments and the contents of its strings blanked, line for line.
///
/// What is left can be searched for words without finding them where they are only spoken of.
/// Code inside an interpolation is blanked with its string.
struct SwiftCode {
    let lines: [String]

    init(_ source: String) {
        var scanner = Scanner(bytes: Array(source.utf8))
        lines = scanner.blanked().split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
        ).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The modules a file imports, with the lines that do it, from 1.
    var imports: [(module: String, line: Int)] {
        let modifiers: Set = ["public", "package", "internal", "fileprivate", "private"]
        return lines.enumerated().compactMap { index, line in
            let words = line.split(separator: " ").drop { word in
                word.hasPrefix("@") || modifiers.contains(String(word))
            }
            guard words.first == "import", words.count > 1 else { return nil }
            // `import struct Module.Name` names its module before the dot.
            let path = words[words.index(before: words.endIndex)]
            return (String(path.prefix { $0 != "." }), index + 1)
        }
    }

    private struct Scanner {
        let bytes: [UInt8]
        var position = 0
        var result: [UInt8] = []

        mutating func blanked() -> [UInt8] {
            result.reserveCapacity(bytes.count)
            while position < bytes.count {
                if matches("//") {
                    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { skip() }
                } else if matches("/*") {
                    blankComment()
                } else if let hashes = stringOpening() {
                    blankString(hashes: hashes)
                } else {
                    result.append(bytes[position])
                    position += 1
                }
            }
            return result
        }

        func matches(_ text: StaticString, at offset: Int = 0) -> Bool {
            let start = position + offset
            guard start + text.utf8CodeUnitCount <= bytes.count else { return false }
            for index in 0..<text.utf8CodeUnitCount
            where bytes[start + index] != text.utf8Start[index] {
                return false
            }
            return true
        }

        /// Whether `text` stands here, followed by `hashes` times `#`.
        func matches(_ text: StaticString, hashes: Int) -> Bool {
            guard matches(text) else { return false }
            let rest = bytes[(position + text.utf8CodeUnitCount)...]
            return rest.prefix(hashes).count { $0 == UInt8(ascii: "#") } == hashes
        }

        /// Passes over bytes and keeps only their line breaks.
        mutating func skip(_ count: Int = 1) {
            for byte in bytes[position..<min(position + count, bytes.count)] {
                result.append(byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " "))
            }
            position += count
        }

        /// Comments nest.
        mutating func blankComment() {
            var depth = 0
            repeat {
                if matches("/*") {
                    depth += 1
                    skip(2)
                } else if matches("*/") {
                    depth -= 1
                    skip(2)
                } else {
                    skip()
                }
            } while depth > 0 && position < bytes.count
        }

        /// How many `#` stand before the quote, where a string begins here.
        func stringOpening() -> Int? {
            guard matches("\"") || matches("#") else { return nil }
            let hashes = bytes[position...].prefix { $0 == UInt8(ascii: "#") }.count
            return matches("\"", at: hashes) ? hashes : nil
        }

        mutating func blankString(hashes: Int) {
            let isLong = matches("\"\"\"", at: hashes)
            let quote: StaticString = isLong ? "\"\"\"" : "\""
            skip(hashes + quote.utf8CodeUnitCount)
            var depth = 0
            while position < bytes.count {
                if matches("\\", hashes: hashes), matches("(", at: 1 + hashes) {
                    depth += 1
                    skip(2 + hashes)
                } else if depth > 0 {
                    blankInterpolated(&depth)
                } else if matches("\\", hashes: hashes) {
                    skip(2 + hashes)
                } else if matches(quote, hashes: hashes) {
                    return skip(quote.utf8CodeUnitCount + hashes)
                } else {
                    skip()
                }
            }
        }

        private mutating func blankInterpolated(_ depth: inout Int) {
            if let hashes = stringOpening() { return blankString(hashes: hashes) }
            if matches("(") { depth += 1 }
            if matches(")") { depth -= 1 }
            skip()
        }
    }
}
