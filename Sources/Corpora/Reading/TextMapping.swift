import Naming

/// Which fields of a row make its text: one, or several in a template.
///
///     text                        the field of that name
///     answer.text                 a field within an object; within a list, a number counts from 0
///     {title}\n\n{abstract}       fields in a text of their own; {{ and }} are braces
///
/// A name may hold dots itself: `{"a.b": "x"}` has `a.b`. Of what a row has twice, the last counts.
public struct TextMapping: Sendable, Hashable {
    enum Piece: Sendable, Hashable {
        case literal([UInt8])
        /// An index into `fields`.
        case field(Int)
    }

    /// As it was written.
    public let written: String
    /// The fields' names and paths, in the order in which they are first named.
    public let fields: [String]
    let pieces: [Piece]
    /// The same as bytes.
    let paths: [[UInt8]]

    /// Whether the text is one field as it is.
    var isPlain: Bool { pieces == [.field(0)] }

    /// Reads a mapping as it is written.
    ///
    /// - Throws: `CorporaError` that says what is wrong with it.
    public init(_ written: String) throws {
        func refuse(_ message: String) -> CorporaError {
            CorporaError(
                .badSetting, "the field \"\(shortened(written, to: 80))\" \(message)",
                advice: "Write a name, a path such as answer.text, or a template such as "
                    + "\"{title} {text}\".")
        }
        self.written = written
        guard !written.isEmpty else { throw refuse("has no name") }
        guard written.contains("{") || written.contains("}") else {
            self.fields = [written]
            self.pieces = [.field(0)]
            self.paths = [Array(written.utf8)]
            return
        }
        var fields: [String] = []
        var pieces: [Piece] = []
        var literal: [UInt8] = []
        var rest = Array(written.utf8)[...]
        let (open, close) = (UInt8(ascii: "{"), UInt8(ascii: "}"))
        while let byte = rest.popFirst() {
            if byte == open || byte == close, rest.first == byte {
                rest.removeFirst()
                literal.append(byte)
            } else if byte == close {
                throw refuse("has a } without its {")
            } else if byte == open {
                guard let end = rest.firstIndex(of: close) else {
                    throw refuse("has a { without its }")
                }
                let name = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
                guard !name.isEmpty, !name.contains("{") else { throw refuse("has no name in {}") }
                rest = rest[(end + 1)...]
                if !literal.isEmpty { pieces.append(.literal(literal)) }
                literal = []
                let index = fields.firstIndex(of: name) ?? fields.count
                if index == fields.count { fields.append(name) }
                pieces.append(.field(index))
            } else {
                literal.append(byte)
            }
        }
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        guard !fields.isEmpty else { throw refuse("names no field between { and }") }
        self.fields = fields
        self.pieces = pieces
        self.paths = fields.map { Array($0.utf8) }
    }

    /// The text of values in the order of `fields`; empty where they all are.
    public func text(of values: [[UInt8]]) -> [UInt8] {
        if isPlain { return values[0] }
        guard values.contains(where: { !$0.isEmpty }) else { return [] }
        var text: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .literal(let bytes): text += bytes
            case .field(let index): text += values[index]
            }
        }
        return text
    }
}
