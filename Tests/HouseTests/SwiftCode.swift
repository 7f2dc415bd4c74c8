/// Swift text with its comments and the contents of its strings blanked, line for line.
///
/// What is left can be searched for words without finding them where they are only spoken of.
/// Code inside an interpolation is blanked with its string.
struct SwiftCode {
    let lines: [String]

    init(_ source: String) {
        var scanner = Scanner(characters: Array(source.unicodeScalars))
        lines = scanner.blanked().split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
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
        let characters: [Unicode.Scalar]
        var position = 0
        var result = String.UnicodeScalarView()

        mutating func blanked() -> String {
            while position < characters.count {
                if matches("//") {
                    while position < characters.count, characters[position] != "\n" { skip() }
                } else if matches("/*") {
                    blankComment()
                } else if let hashes = stringOpening() {
                    blankString(hashes: hashes)
                } else {
                    result.append(characters[position])
                    position += 1
                }
            }
            return String(result)
        }

        func matches(_ text: String, at offset: Int = 0) -> Bool {
            let wanted = text.unicodeScalars
            let start = position + offset
            return start + wanted.count <= characters.count
                && characters[start ..< start + wanted.count].elementsEqual(wanted)
        }

        /// Passes over characters and keeps only their line breaks.
        mutating func skip(_ count: Int = 1) {
            for character in characters[position ..< min(position + count, characters.count)] {
                result.append(character == "\n" ? "\n" : " ")
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
            } while depth > 0 && position < characters.count
        }

        /// How many `#` stand before the quote, where a string begins here.
        func stringOpening() -> Int? {
            let hashes = characters[position...].prefix { $0 == "#" }.count
            return matches("\"", at: hashes) ? hashes : nil
        }

        mutating func blankString(hashes: Int) {
            let fence = String(repeating: "#", count: hashes)
            let quote = matches("\"\"\"", at: hashes) ? "\"\"\"" : "\""
            skip(hashes + quote.count)
            var depth = 0
            while position < characters.count {
                if matches("\\" + fence + "(") {
                    depth += 1
                    skip(2 + hashes)
                } else if depth > 0 {
                    blankInterpolated(&depth)
                } else if matches("\\" + fence) {
                    skip(2 + hashes)
                } else if matches(quote + fence) {
                    return skip(quote.count + hashes)
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
