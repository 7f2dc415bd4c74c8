/// The filter `wordwrap`: Python's `textwrap.wrap`, paragraph by paragraph.
extension Interpreter {
    func wrapped(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let given = try bind(
            arguments, to: ["width", "break_long_words", "wrapstring", "break_on_hyphens"],
            of: "wordwrap")
        let text = try self.text(value)
        let width = try integer(given[0], or: 79)
        let separator = given[2] ?? .none
        let joint = separator.isNone ? "\n" : try self.text(separator)
        guard width > 0 else { throw failure(.value, "'wordwrap' needs a width of 1 at least.") }
        try chargeMemory(text.utf8.count, of: 32)
        var pieces: [Value] = []
        for line in lines(text) {
            let breaksOnHyphens = given[3]?.isTrue ?? true
            var chunks = chunks(Array(line.unicodeScalars), breaksOnHyphens)
            chunks.reverse()
            var made: [Value] = []
            while !chunks.isEmpty {
                let row = row(
                    &chunks, width, breaksWords: given[1]?.isTrue ?? true, breaksOnHyphens,
                    !made.isEmpty)
                if let row { made.append(try string(row)) }
            }
            pieces.append(try joined(made, by: joint))
        }
        return try joined(pieces, by: joint)
    }

    /// One row of what is left, taken from the end; nil where only blanks were left.
    private func row(
        _ chunks: inout [[Unicode.Scalar]], _ width: Int, breaksWords: Bool,
        _ breaksOnHyphens: Bool, _ isLater: Bool
    ) -> [Unicode.Scalar]? {
        func isBlank(_ chunk: [Unicode.Scalar]?) -> Bool {
            chunk?.allSatisfy(\.isWrapSpace) ?? false
        }
        if isLater, isBlank(chunks.last) { chunks.removeLast() }
        var row: [[Unicode.Scalar]] = []
        var length = 0
        while let chunk = chunks.last, length + chunk.count <= width {
            length += chunk.count
            row.append(chunks.removeLast())
        }
        if let chunk = chunks.last, chunk.count > width {
            if breaksWords {
                let room = width - length
                var end = room
                // A word is broken after its last hyphen that fits, if letters stand before it.
                if breaksOnHyphens, let hyphen = chunk.prefix(room).lastIndex(of: "-"), hyphen > 0,
                    chunk[..<hyphen].contains(where: { $0 != "-" }), chunk.count > room
                {
                    end = hyphen + 1
                }
                row.append(Array(chunk[..<end]))
                chunks[chunks.count - 1] = Array(chunk[end...])
            } else if row.isEmpty {
                row.append(chunks.removeLast())
            }
        }
        if isBlank(row.last) { row.removeLast() }
        return row.isEmpty ? nil : row.flatMap(\.self)
    }

    /// Runs of blanks, and words cut after hyphens between letters.
    private func chunks(
        _ line: [Unicode.Scalar], _ breaksOnHyphens: Bool
    ) -> [[Unicode.Scalar]] {
        var chunks: [[Unicode.Scalar]] = []
        var start = 0
        for index in line.indices where index > start {
            let changes = line[index].isWrapSpace != line[index - 1].isWrapSpace
            if changes || breaksOnHyphens && isHyphenBreak(line, index, from: start) {
                chunks.append(Array(line[start..<index]))
                start = index
            }
        }
        if start < line.count { chunks.append(Array(line[start...])) }
        return chunks
    }

    /// Whether a word may be cut before an index: after a hyphen with two letters before it and
    /// one of them right before, and with two after it.
    private func isHyphenBreak(_ line: [Unicode.Scalar], _ index: Int, from start: Int) -> Bool {
        func isLetter(_ place: Int) -> Bool {
            line.indices.contains(place) && line[place].isWordPart && !line[place].isPythonDecimal
        }
        guard line[index - 1] == "-", index - 2 >= start else { return false }
        let hasBefore =
            isLetter(index - 2)
            && (isLetter(index - 3)
                || index - 3 >= start && line[index - 3] == "-" && isLetter(index - 4))
        let hasAfter =
            isLetter(index)
            && (isLetter(index + 1)
                || index + 1 < line.count && line[index + 1] == "-" && isLetter(index + 2))
        return hasBefore && hasAfter
    }
}

extension Unicode.Scalar {
    /// The blanks that wrapping knows are those of ASCII.
    fileprivate var isWrapSpace: Bool { value == 32 || value >= 9 && value <= 13 }
}
