/// A SentencePiece `.model`, as its protocol buffer has it.
///
/// Fields follow `sentencepiece_model.proto` of the SentencePiece library.
struct SentencePieceFile {
    /// What a piece is for.
    enum Kind: UInt64 {
        case normal = 1
        case unknown
        case control
        case userDefined
        case unused
        case byte
    }

    struct Piece {
        var text: [UInt8] = []
        var score: Float = 0
        var kind = Kind.normal
    }

    /// The algorithms that a file may ask for.
    enum Algorithm: UInt64 {
        case unigram = 1
        case bpe
        case word
        case char
    }

    var pieces: [Piece] = []
    var algorithm = Algorithm.unigram
    var byteFallback = false
    var spaceIsSuffix = false
    var unknown: Int32 = 0
    var beginning: Int32 = 1
    var end: Int32 = 2
    var padding: Int32 = -1
    var map: [UInt8] = []
    var addsPrefix = true
    var removesExtraSpaces = true
    var escapesSpaces = true

    /// Reads a file; throws with the byte where it is not one.
    init(_ contents: [UInt8]) throws {
        try contents.withUnsafeBufferPointer { bytes in
            var reader = ProtobufReader(bytes, 0..<bytes.count, message: "model")
            while let (number, value) = try reader.next() {
                guard case .bytes(let range) = value else { continue }
                switch number {
                case 1: pieces.append(try Self.piece(bytes, range, pieces.count))
                case 2: try readTrainer(bytes, range)
                case 3: try readNormalizer(bytes, range)
                default: break
                }
            }
        }
        guard !pieces.isEmpty else {
            throw TokenizerError(
                .malformed, "holds no piece: not a SentencePiece model", key: "model")
        }
        try checkKinds()
    }

    /// Every file has one piece for what is unknown, and bytes under their own names.
    private func checkKinds() throws {
        let unknown = pieces.indices.filter { pieces[$0].kind == .unknown }
        guard unknown.count == 1 else {
            throw TokenizerError(
                .inconsistent,
                unknown.isEmpty
                    ? "no piece is of the kind \"unknown\", so that unknown text would become another"
                    : "is of the kind \"unknown\", as piece \(unknown[0]) is",
                key: unknown.isEmpty ? "model" : "piece \(unknown[1])")
        }
        for (id, piece) in pieces.enumerated() where piece.kind == .byte {
            let text = String(decoding: piece.text, as: UTF8.self)
            let digits = text.dropFirst(3).dropLast()
            guard text.hasPrefix("<0x"), text.hasSuffix(">"), digits.count == 2,
                UInt8(digits, radix: 16) != nil
            else {
                throw TokenizerError(
                    .inconsistent, "is a byte, and \(text.debugDescription) names none",
                    key: "piece \(id)")
            }
        }
    }

    private static func piece(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ id: Int
    ) throws -> Piece {
        var reader = ProtobufReader(bytes, range, message: "piece \(id)")
        var piece = Piece()
        while let (number, value) = try reader.next() {
            switch (number, value) {
            case (1, .bytes(let text)): piece.text = Array(bytes[text])
            case (2, .fixed32(let bits)): piece.score = Float(bitPattern: bits)
            case (3, .integer(let kind)):
                guard let kind = Kind(rawValue: kind) else {
                    throw TokenizerError(
                        .unsupported, "is of kind \(kind), which is not known", key: "piece \(id)")
                }
                piece.kind = kind
            default: break
            }
        }
        let isText = piece.text.withUnsafeBufferPointer {
            $0.baseAddress.map { UTF8Scan.validRunEnd($0, 0, piece.text.count) }
                == piece.text.count
        }
        guard !piece.text.isEmpty, isText else {
            throw TokenizerError(
                .malformed, piece.text.isEmpty ? "is empty" : "is not UTF-8", key: "piece \(id)")
        }
        return piece
    }

    private mutating func readTrainer(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
    ) throws {
        var reader = ProtobufReader(bytes, range, message: "trainer_spec")
        func id(_ value: UInt64) -> Int32 { Int32(truncatingIfNeeded: value) }
        while let (number, value) = try reader.next() {
            guard case .integer(let integer) = value else { continue }
            switch number {
            case 3:
                guard let known = Algorithm(rawValue: integer) else {
                    throw TokenizerError(
                        .unsupported, "algorithm \(integer) is not known",
                        key: "trainer_spec.model_type")
                }
                algorithm = known
            case 24: spaceIsSuffix = integer != 0
            case 35: byteFallback = integer != 0
            case 40: unknown = id(integer)
            case 41: beginning = id(integer)
            case 42: end = id(integer)
            case 43: padding = id(integer)
            default: break
            }
        }
    }

    private mutating func readNormalizer(
        _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
    ) throws {
        var reader = ProtobufReader(bytes, range, message: "normalizer_spec")
        while let (number, value) = try reader.next() {
            switch (number, value) {
            case (2, .bytes(let range)): map = Array(bytes[range])
            case (3, .integer(let flag)): addsPrefix = flag != 0
            case (4, .integer(let flag)): removesExtraSpaces = flag != 0
            case (5, .integer(let flag)): escapesSpaces = flag != 0
            default: break
            }
        }
    }
}
