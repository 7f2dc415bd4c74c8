import Naming

/// The first 512 bytes of a shard: what it holds and where.
///
/// The layout, little-endian throughout: header; ids, each `idWidth` bytes; where ids have loss
/// weights, an f32 for each; a record for every document and one more (`ShardRecord`); the source's file names as JSON; one XXH3-64 for every
/// MiB of what lies between header and hashes.
struct ShardHeader: Sendable, Hashable {
    static let magic = Array("NJTOKENS".utf8)
    static let format = 1
    static let byteCount = 512
    static let blockBytes = 1 << 20
    /// The loss weight of the id at which the second side of a pair of answers begins: nothing
    /// predicts it, so that its weight is free to say so.
    static let secondBegins = -Float.infinity

    /// 2 where the vocabulary has at most 65,536 ids, else 4.
    var idWidth = 2
    var vocabularySize = 0
    var documentCount = 0
    var tokenCount = 0
    /// Bytes of text.
    var textBytes = 0
    var recordsOffset = 0
    var originsOffset = 0
    var hashesOffset = 0
    var fileBytes = 0
    /// XXH3-64 of the block hashes.
    var hashesHash: UInt64 = 0
    var tokenizerFingerprint = ""
    /// The key of source files and settings, for the cache.
    var sourceKey = ""
    /// The hash of ids and records, file names left out: the same data in another folder is the
    /// same. 0 in shards from before it was kept.
    var dataHash: UInt64 = 0
    /// Where the loss weights begin; 0 where every id counts 1.
    var weightsOffset = 0

    var blockCount: Int {
        (hashesOffset - Self.byteCount + Self.blockBytes - 1) / Self.blockBytes
    }

    init() {}

    func encoded() -> [UInt8] {
        var bytes = Self.magic
        func put(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
        put(UInt64(Self.format))
        for value in [
            idWidth, vocabularySize, documentCount, tokenCount, textBytes, recordsOffset,
            originsOffset, hashesOffset, fileBytes,
        ] {
            put(UInt64(value))
        }
        put(hashesHash)
        for text in [tokenizerFingerprint, sourceKey] {
            let utf8 = Array(text.utf8)
            precondition(utf8.count <= 64, "A fingerprint in a shard header fits 64 bytes.")
            bytes += utf8 + [UInt8](repeating: 0, count: 64 - utf8.count)
        }
        put(dataHash)
        put(UInt64(weightsOffset))
        bytes += [UInt8](repeating: 0, count: Self.byteCount - 8 - bytes.count)
        put(ContentHash.xxh3(bytes))
        return bytes
    }

    /// Reads and checks a header: its own hash, and that the sections fit the file's length.
    init(_ bytes: [UInt8], path: String, fileBytes actual: Int) throws {
        func number(_ index: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(bytes[8 * index + $1]) << (8 * $1) }
        }
        guard bytes.starts(with: Self.magic) else {
            throw CorporaError(
                .foreignFormat, "this is no token shard", advice: "Remove it; it is made again.",
                path: path)
        }
        guard number(1) == Self.format else {
            throw CorporaError(
                .foreignFormat,
                "the shard has format \(number(1)); this build reads format "
                    + "\(Self.format)",
                advice: "Remove it; it is made again.", path: path)
        }
        guard number(Self.byteCount / 8 - 1) == ContentHash.xxh3(Array(bytes.dropLast(8))) else {
            throw CorporaError(
                .damagedFile, "the header's hash does not match",
                advice: "Remove it; it is made again.", path: path)
        }
        func count(_ index: Int) -> Int { Int(truncatingIfNeeded: number(index)) }
        idWidth = count(2)
        vocabularySize = count(3)
        documentCount = count(4)
        tokenCount = count(5)
        textBytes = count(6)
        recordsOffset = count(7)
        originsOffset = count(8)
        hashesOffset = count(9)
        fileBytes = count(10)
        hashesHash = number(11)
        func text(_ offset: Int) -> String {
            String(decoding: bytes[offset..<offset + 64].prefix { $0 != 0 }, as: UTF8.self)
        }
        tokenizerFingerprint = text(96)
        sourceKey = text(160)
        dataHash = number(28)
        weightsOffset = count(29)
        guard actual == fileBytes else {
            throw CorporaError(
                .truncatedFile, "the file has \(actual) bytes of \(fileBytes)",
                advice: "Remove it; it is made again.", path: path)
        }
    }
}

/// One document in a shard's index, 32 bytes.
struct ShardRecord: Sendable, Hashable {
    static let byteCount = 32

    /// The document's first id; the next record's ends it.
    var firstToken = 0
    var textBytes = 0
    var line = 0
    /// The index of the file's name.
    var file = 0
    var startsMidway = false
    var goesOn = false
    /// In half precision, beside the flags.
    var difficulty: Float16?

    init() {}

    func append(to bytes: inout [UInt8]) {
        for value in [firstToken, textBytes, line] {
            withUnsafeBytes(of: UInt64(value).littleEndian) { bytes += $0 }
        }
        var flags: UInt32 = (startsMidway ? 1 : 0) | (goesOn ? 2 : 0)
        if let difficulty { flags |= 4 | UInt32(difficulty.bitPattern) << 16 }
        withUnsafeBytes(of: UInt32(file).littleEndian) { bytes += $0 }
        withUnsafeBytes(of: flags.littleEndian) { bytes += $0 }
    }

    init(_ bytes: UnsafeRawBufferPointer) {
        func number(_ offset: Int) -> Int {
            Int(
                truncatingIfNeeded: UInt64(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        }
        firstToken = number(0)
        textBytes = number(8)
        line = number(16)
        let last = number(24)
        file = last & 0xffff_ffff
        startsMidway = last >> 32 & 1 != 0
        goesOn = last >> 32 & 2 != 0
        if last >> 32 & 4 != 0 {
            difficulty = Float16(bitPattern: UInt16(truncatingIfNeeded: last >> 48))
        }
    }
}
