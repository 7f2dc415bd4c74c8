/// The normalisation of a SentencePiece model: its character map, and what becomes of spaces.
///
/// Every space is written U+2581.
public struct SentencePieceNormalization: Sendable, Hashable {
    /// The rules, where there are any.
    public let map: CharacterMap?
    /// Puts a space in front of the text.
    public let addsPrefix: Bool
    /// Spaces at the ends go, and several become one.
    public let removesExtraSpaces: Bool
    /// Pieces that the rules leave as they are.
    public let kept: [[UInt8]]
    private let matcher: AddedTokenMatcher

    /// Rules, and what becomes of spaces.
    public init(
        map: CharacterMap?, addsPrefix: Bool, removesExtraSpaces: Bool, kept: [[UInt8]] = []
    ) {
        self.map = map
        self.addsPrefix = addsPrefix
        self.removesExtraSpaces = removesExtraSpaces
        self.kept = kept
        matcher = AddedTokenMatcher(
            kept.enumerated().map { AddedToken(id: Int32($0), content: $1, isSpecial: false) })
    }

    static let space: [UInt8] = Array("\u{2581}".utf8)

    public static func == (
        left: SentencePieceNormalization, right: SentencePieceNormalization
    ) -> Bool {
        left.map == right.map && left.addsPrefix == right.addsPrefix
            && left.removesExtraSpaces == right.removesExtraSpaces && left.kept == right.kept
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(map)
        hasher.combine(addsPrefix)
        hasher.combine(removesExtraSpaces)
        hasher.combine(kept)
    }

    func add(to hash: inout Fingerprint) {
        hash.add("SentencePiece")
        hash.add(map?.bytes ?? [])
        hash.add(addsPrefix)
        hash.add(removesExtraSpaces)
        hash.add(kept.count)
        for piece in kept { hash.add(piece) }
    }

    /// Rewrites well-formed UTF-8; nothing is put in front where not `mayPrefix`.
    func apply(to text: inout [UInt8], mayPrefix: Bool) {
        let result = text.withUnsafeBufferPointer { buffer in
            var writer = Writer(
                removesExtraSpaces: removesExtraSpaces, prefixes: addsPrefix && mayPrefix,
                capacity: buffer.count)
            guard !matcher.isEmpty else {
                rewrite(buffer, 0..<buffer.count, &writer)
                return writer.finished()
            }
            matcher.forEachPiece(buffer, matchesSpecial: true) { piece in
                switch piece {
                case .text(let range): rewrite(buffer, range, &writer)
                case .token(let id):
                    kept[Int(id)].withUnsafeBufferPointer { writer.append($0[...]) }
                }
            }
            return writer.finished()
        }
        text = result
    }

    private func rewrite(
        _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ writer: inout Writer
    ) {
        guard let base = text.baseAddress else { return }
        var index = range.lowerBound
        while index < range.upperBound {
            if let map, let rule = map.match(text, index, range.upperBound, isLongest: true) {
                writer.append(map.texts[rule.text])
                index += rule.length
            } else {
                let length = UTF8Scan.decode(base, index).length
                writer.append(text[index..<(index + length)])
                index += length
            }
        }
    }

    /// Writes what the rules give, one match at a time.
    private struct Writer {
        let removesExtraSpaces: Bool
        let prefixes: Bool
        private var result: [UInt8] = []
        private var isAfterSpace: Bool
        private var hasBegun = false

        init(removesExtraSpaces: Bool, prefixes: Bool, capacity: Int) {
            self.removesExtraSpaces = removesExtraSpaces
            self.prefixes = prefixes
            isAfterSpace = removesExtraSpaces
            result.reserveCapacity(capacity + capacity / 4 + 3)
        }

        mutating func append(_ unit: Slice<UnsafeBufferPointer<UInt8>>) {
            if !hasBegun {
                if removesExtraSpaces, unit.count == 1, unit.first == 0x20 { return }
                hasBegun = true
                if prefixes { result.append(contentsOf: space) }
            }
            var unit = unit
            while isAfterSpace, unit.first == 0x20 { unit = unit.dropFirst() }
            for byte in unit {
                if byte == 0x20 {
                    result.append(contentsOf: space)
                } else {
                    result.append(byte)
                }
            }
            if let last = unit.last { isAfterSpace = removesExtraSpaces && last == 0x20 }
        }

        mutating func finished() -> [UInt8] {
            while removesExtraSpaces, result.suffix(3) == space[...] { result.removeLast(3) }
            return result
        }
    }
}
