/// What stands in place of a match: text with the match's groups in it.
///
/// `$1` and `${1}` are groups by number, `$0` the whole match, `${name}` a named group, `$$` a
/// dollar sign. A group that took no part stands for nothing.
public struct Replacement: Sendable, Hashable {
    private enum Piece: Sendable, Hashable {
        /// A range of `literals`.
        case text(Range<Int>)
        case group(Int)
    }

    private struct Use: Sendable, Hashable {
        let group: Int
        let count: Int
    }

    /// What one piece costs beside its bytes, in the bytes that could be copied meanwhile.
    private static let bytesPerPiece = 32
    /// The same for reading one group's name.
    private static let bytesPerName = 256

    private var pieces: [Piece] = []
    /// The text of all pieces, one after the other.
    private var literals: [UInt8] = []
    /// How often each group stands here, by number: what an expansion's size follows from.
    private var uses: [Use] = []

    /// Reads a template; `charge` is asked for that work.
    ///
    /// - Throws: `TextsError` of kind `replacement` for a dollar sign that names no group of
    ///   `pattern`, of kind `work` where there are more than `Bounds.mostItems` groups and texts
    ///   between them.
    public init(
        _ template: [UInt8], for pattern: Pattern, charge: @escaping WorkCharge = { _ in }
    ) throws {
        var meter = WorkMeter(charge)
        var counts: [Int: Int] = [:]
        var textStart = 0
        var index = 0
        while index < template.count {
            let byte = template[index]
            index += 1
            try meter.spend(1)
            guard byte == UInt8(ascii: "$") else {
                literals.append(byte)
                continue
            }
            if index < template.count, template[index] == UInt8(ascii: "$") {
                index += 1
                literals.append(byte)
                continue
            }
            try meter.spend(Self.bytesPerName)
            let group = try Self.group(in: template, at: &index, of: pattern)
            if textStart < literals.count { pieces.append(.text(textStart..<literals.count)) }
            textStart = literals.count
            guard pieces.count < Bounds.mostItems else {
                throw Bounds.tooMany("parts in the replacement")
            }
            pieces.append(.group(group))
            counts[group, default: 0] += 1
        }
        if textStart < literals.count { pieces.append(.text(textStart..<literals.count)) }
        uses = counts.map { Use(group: $0.key, count: $0.value) }.sorted { $0.group < $1.group }
        try meter.settle()
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

    /// The bytes that stand for one match.
    func byteCount(_ offsets: UnsafePointer<Int>) -> Int {
        uses.reduce(literals.count) { sum, use in
            let (start, end) = (offsets[2 * use.group], offsets[2 * use.group + 1])
            return start >= 0 && start < end ? sum + use.count * (end - start) : sum
        }
    }

    /// Adds what stands for one match; each piece is paid before it is copied.
    func write(
        _ text: UnsafeBufferPointer<UInt8>, _ offsets: UnsafePointer<Int>,
        to result: inout [UInt8], _ meter: inout WorkMeter
    ) throws {
        try literals.withUnsafeBufferPointer { literals in
            for piece in pieces {
                let bytes: UnsafeBufferPointer<UInt8>
                switch piece {
                case .text(let range): bytes = .init(rebasing: literals[range])
                case .group(let number):
                    let (start, end) = (offsets[2 * number], offsets[2 * number + 1])
                    bytes = .init(rebasing: text[start >= 0 && start < end ? start..<end : 0..<0])
                }
                try meter.spend(Self.bytesPerPiece + bytes.count)
                result.append(contentsOf: bytes)
            }
        }
    }
}
