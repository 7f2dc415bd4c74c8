extension DocumentReader {
    /// How difficult a row says it is.
    enum Difficulty {
        /// As it says; nil where it does not.
        case known(Float16?)
        /// The field holds something else than a number of 0 or more; what it holds, in words.
        case wrong(String)
    }

    /// The difficulty of a row of JSON, which is valid UTF-8.
    func difficulty(of row: [UInt8]) -> Difficulty {
        guard let difficultyMapping else { return .known(nil) }
        switch JSONRow.text(by: difficultyMapping, in: row) {
        case .text(let bytes, _): return DocumentReader.difficulty(bytes)
        case .missing: return .known(nil)
        // A row that is no object is refused for that.
        case .malformed: return .known(nil)
        case .wrongType(_, let kind): return kind == "null" ? .known(nil) : .wrong(kind)
        }
    }

    /// A sentence about a field that holds something else than a difficulty.
    func wrongDifficulty(_ value: String) -> String {
        "'\(source.difficulty ?? "")' is \(value), and a difficulty is a number of 0 to 65504"
    }

    /// The difficulty that a text spells; empty for none.
    static func difficulty(_ bytes: [UInt8]) -> Difficulty {
        let text = String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace }
        if text.isEmpty { return .known(nil) }
        guard let number = Double(text), number >= 0, number <= Double(Float16.greatestFiniteMagnitude)
        else { return .wrong("\"\(text.prefix(40))\"") }
        return .known(Float16(number))
    }
}
