import Checkpoints
import Foundation
import Naming
import Synchronization

/// A tokenized corpus in a file, opened in milliseconds whatever its size.
///
/// Opening maps the file and reads the header and the block hashes, 8 bytes a MiB. These are read
/// by themselves: the first touch of a map may read megabytes ahead. Every MiB is checked against
/// its hash when it is first touched. A file that another process truncates under the map gives an
/// error that names it.
public final class TokenShard: TokenSource {
    public let name: String
    public let path: String
    public let fingerprint: String
    private let header: ShardHeader
    private let file: ShardMap
    private let hashes: [UInt64]
    /// One bit for every block that was found whole.
    private let checked: Mutex<[UInt64]>
    /// The source's files, once somebody has asked for them.
    private let files = Mutex<[String]?>(nil)

    /// Opens a shard.
    ///
    /// - Parameters:
    ///   - name: the source's name in mixes and messages.
    ///   - tokenizerFingerprint: what the ids must have been made with; nil accepts any.
    /// - Throws: `CorporaError` naming the file: missing, of another format, cut short, damaged,
    ///   or made with another tokenizer.
    public init(path: String, name: String, tokenizerFingerprint: String? = nil) throws {
        file = try ShardMap(path: path)
        let length = file.byteCount
        guard length >= ShardHeader.byteCount else {
            throw CorporaError(
                .truncatedFile, "the file has only \(length) bytes",
                advice: "Remove it; it is made again.", path: path)
        }
        var bytes = [UInt8](repeating: 0, count: ShardHeader.byteCount)
        let opened = try OpenFile(reading: path)
        try bytes.withUnsafeMutableBytes { try opened.read(at: 0, into: $0) }
        header = try ShardHeader(bytes, path: path, fileBytes: length)
        if let wanted = tokenizerFingerprint, wanted != header.tokenizerFingerprint {
            throw CorporaError(
                .foreignTokenizer,
                "its ids were made with another tokenizer (\(header.tokenizerFingerprint), "
                    + "not \(wanted))",
                advice: "Tokenize the source again.", path: path)
        }
        var table = [UInt8](repeating: 0, count: 8 * header.blockCount)
        let hashesOffset = header.hashesOffset
        try table.withUnsafeMutableBytes { try opened.read(at: hashesOffset, into: $0) }
        guard ContentHash.xxh3(table) == header.hashesHash else {
            throw CorporaError(
                .damagedFile, "the table of hashes is damaged",
                advice: "Remove it; it is made again.", path: path)
        }
        hashes = table.withUnsafeBytes { table in
            (0..<table.count / 8).map {
                UInt64(littleEndian: table.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self))
            }
        }
        let data =
            header.dataHash == 0
            ? table : withUnsafeBytes(of: header.dataHash.littleEndian) { Array($0) }
        fingerprint = ContentHash(of: data + Array(header.tokenizerFingerprint.utf8)).hex
        checked = Mutex([UInt64](repeating: 0, count: (hashes.count + 63) / 64))
        self.name = name
        self.path = path
    }

    public var documentCount: Int { header.documentCount }
    public var tokenCount: Int { header.tokenCount }
    public var byteCount: Int { header.textBytes }
    public var vocabularySize: Int { header.vocabularySize }
    public var tokenizerFingerprint: String { header.tokenizerFingerprint }
    /// Size of the file in bytes.
    public var fileBytes: Int { header.fileBytes }
    var sourceKey: String { header.sourceKey }

    public func extent(ofDocument index: Int) throws -> DocumentExtent {
        let (record, end) = try record(index)
        return DocumentExtent(
            tokenCount: end - record.firstToken, byteCount: record.textBytes,
            startsMidway: record.startsMidway, goesOn: record.goesOn,
            difficulty: record.difficulty)
    }

    public func run(ofDocument index: Int, tokens: Range<Int>) throws -> TokenRun {
        let (record, end) = try record(index)
        precondition(
            tokens.lowerBound >= 0 && record.firstToken + tokens.upperBound <= end,
            "Tokens are read within their document.")
        let width = header.idWidth
        let offset = ShardHeader.byteCount + (record.firstToken + tokens.lowerBound) * width
        return try withUnsafeTemporaryAllocation(
            byteCount: tokens.count * width, alignment: 4
        ) { bytes in
            try read(at: offset, into: bytes)
            let ids = [Int32](unsafeUninitializedCapacity: tokens.count) { ids, count in
                for i in 0..<tokens.count {
                    ids[i] =
                        width == 2
                        ? Int32(
                            UInt16(
                                littleEndian: bytes.load(
                                    fromByteOffset: 2 * i, as: UInt16.self)))
                        : Int32(littleEndian: bytes.load(fromByteOffset: 4 * i, as: Int32.self))
                }
                count = tokens.count
            }
            var weights = try weights(of: record.firstToken + tokens.lowerBound, tokens.count)
            let second = weights?.firstIndex(of: ShardHeader.secondBegins)
            if let second { weights?[second] = 0 }
            return TokenRun(
                document: index, offset: tokens.lowerBound, ids: ids, lossWeights: weights,
                second: second)
        }
    }

    /// How many ids count in the loss; reads every weight, where there are any.
    func lossTokenCount() throws -> Int {
        guard header.weightsOffset > 0 else { return tokenCount }
        let chunk = 1 << 16
        return try stride(from: 0, to: tokenCount, by: chunk).reduce(0) { sum, first in
            let weights = try weights(of: first, min(chunk, tokenCount - first)) ?? []
            return sum + weights.count { $0 > 0 }
        }
    }

    /// The loss weights of so many ids from one on; nil where all count 1.
    private func weights(of first: Int, _ count: Int) throws -> [Float]? {
        guard header.weightsOffset > 0 else { return nil }
        return try withUnsafeTemporaryAllocation(byteCount: 4 * count, alignment: 4) { bytes in
            try read(at: header.weightsOffset + 4 * first, into: bytes)
            return (0..<count).map {
                Float(
                    bitPattern: UInt32(
                        littleEndian: bytes.load(fromByteOffset: 4 * $0, as: UInt32.self)))
            }
        }
    }

    public func origin(ofDocument index: Int) throws -> DocumentOrigin {
        let record = try record(index).record
        let files = try fileNames()
        guard files.indices.contains(record.file) else {
            throw damaged("document \(index) has no file")
        }
        let file = files[record.file]
        return DocumentOrigin(source: name, file: file.isEmpty ? nil : file, line: record.line)
    }

    private func fileNames() throws -> [String] {
        if let known = files.withLock({ $0 }) { return known }
        var json = [UInt8](repeating: 0, count: header.hashesOffset - header.originsOffset)
        try json.withUnsafeMutableBytes { try read(at: header.originsOffset, into: $0) }
        guard let names = try? JSONDecoder().decode([String].self, from: Data(json)) else {
            throw damaged("the list of file names is unreadable")
        }
        files.withLock { $0 = names }
        return names
    }

    /// Reads and checks the whole file.
    public func verify() throws {
        for block in hashes.indices { try check(block) }
    }

    private func record(_ index: Int) throws -> (record: ShardRecord, endToken: Int) {
        precondition(
            index >= 0 && index < documentCount, "Document indices lie below the document count.")
        return try withUnsafeTemporaryAllocation(
            byteCount: 2 * ShardRecord.byteCount, alignment: 8
        ) { bytes in
            try read(at: header.recordsOffset + index * ShardRecord.byteCount, into: bytes)
            let bytes = UnsafeRawBufferPointer(bytes)
            let end = ShardRecord(
                UnsafeRawBufferPointer(rebasing: bytes[ShardRecord.byteCount...])
            ).firstToken
            let record = ShardRecord(bytes)
            guard record.firstToken < end, end <= tokenCount else {
                throw damaged("document \(index) has no valid place")
            }
            return (record, end)
        }
    }

    private func read(at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws {
        guard bytes.count > 0 else { return }
        let first = (offset - ShardHeader.byteCount) / ShardHeader.blockBytes
        let last = (offset + bytes.count - 1 - ShardHeader.byteCount) / ShardHeader.blockBytes
        for block in first...last {
            let isKnown = checked.withLock { $0[block / 64] >> (block % 64) & 1 != 0 }
            if !isKnown {
                try check(block)
                checked.withLock { $0[block / 64] |= 1 << (block % 64) }
            }
        }
        try file.read(at: offset, into: bytes)
    }

    private func check(_ block: Int) throws {
        let offset = ShardHeader.byteCount + block * ShardHeader.blockBytes
        let count = min(ShardHeader.blockBytes, header.hashesOffset - offset)
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
        defer { bytes.deallocate() }
        try file.read(at: offset, into: bytes)
        guard ContentHash.xxh3(UnsafeRawBufferPointer(bytes)) == hashes[block] else {
            throw damaged("bytes \(offset) to \(offset + count) do not match their hash")
        }
    }

    private func damaged(_ message: String) -> CorporaError {
        CorporaError(.damagedFile, message, advice: "Remove it; it is made again.", path: path)
    }
}
