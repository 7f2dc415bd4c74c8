/// What stands in place of a match: text with the match's groups in it.
///
/// `$1` and `${1}` are groups by number, `$0` the whole match, `${name}` a named group, `$$` a
/// dollar sign. A group that took no part stands for nothing.
public struct Replacement: Sendable, Hashable {
    private enum Piece: Sendable, Hashable {
        case text([UInt8])
        case group(Int)
    }

    private var pieces: [Piece] = []

    /// Reads a template.
    ///
    /// - Throws: `TextsError` of kind `replacement` for a dollar sign that names no group of
    ///   `pattern`.
    public init(_ template: [UInt8], for pattern: Pattern) throws {
        var text: [UInt8] = []
        var index = 0
        while index < template.count {
            let byte = template[index]
            index += 1
            guard byte == UInt8(ascii: "$") else {
                text.append(byte)
                continue
            }
            if index < template.count, template[index] == UInt8(ascii: "$") {
                index += 1
                text.append(byte)
                continue
            }
            let group = try Self.group(in: template, at: &index, of: pattern)
            if !text.isEmpty { pieces.append(.text(text)) }
            pieces.append(.group(group))
            text = []
        }
        if !text.isEmpty { pieces.append(.text(text)) }
    }

    /// The number of the group whose name begins at `index`, after the dollar sign.
    private static func group(
        in template: [UInt8], at index: inout Int, of pattern: Pattern
    ) throws -> Int {
        let start = index - 1
        let isBraced = index < template.count && template[index] == UInt8(ascii: "{")
        if isBraced { index += 1 }
        let from = index
        while index < template.count, isBraced ? template[index] != 125 : isDigit(template[index]) {
            index += 1
        }
        let name = String(decoding: template[from..<index], as: UTF8.self)
        func fault(_ sentence: String) -> TextsError {
            TextsError(.replacement, "\(sentence), at its byte \(start + 1)", offset: start)
        }
        if isBraced {
            guard index < template.count else { throw fault("the replacement's ${ is not closed") }
            index += 1
        }
        guard !name.isEmpty else {
            throw fault("the replacement's $ names no group; write $$ for a dollar sign")
        }
        if name.utf8.allSatisfy(isDigit) {
            guard let number = Int(name), number <= pattern.groupCount else {
                throw fault(
                    "the replacement names group \(name) of a pattern with "
                        + "\(pattern.groupCount)")
            }
            return number
        }
        guard let number = pattern.number(ofGroup: name) else {
            throw fault("the pattern has no group called \"\(name)\"")
        }
        return number
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }

    /// Adds what stands for one match.
    func write(_ text: [UInt8], _ offsets: UnsafePointer<Int>, to result: inout [UInt8]) {
        for piece in pieces {
            switch piece {
            case .text(let bytes): result += bytes
            case .group(let number):
                let (start, end) = (offsets[2 * number], offsets[2 * number + 1])
                if start >= 0, start < end { result += text[start..<end] }
            }
        }
    }
}
