import Naming
import CXXHash
import Foundation

/// Writes a token shard aside, in memory that does not grow with it.
///
/// Nothing stands under the final name until `finish` has flushed and renamed; a writer that is
/// let go before leaves nothing behind.
final class ShardWriter {
    private let path: String
    private let aside: OpenFile
    private let recordsAside: OpenFile
    /// Loss weights, which stand behind all ids in the end; nil where every id counts 1.
    private let weightsAside: OpenFile?
    private var weights: [UInt8] = []
    private var header = ShardHeader()
    private var block: [UInt8] = []
    private var hashes: [UInt8] = []
    /// Of the rows so far whose documents are not all that a run sees of them; 0 for none.
    private var rowsHash: UInt64 = 0
    private var written = ShardHeader.byteCount
    private var records: [UInt8] = []
    private var files: [String] = []
    private var isFinished = false

    /// - Throws: `CorporaError` where the files cannot be created.
    init(
        path: String, vocabularySize: Int, tokenizerFingerprint: String, sourceKey: String,
        isWeighted: Bool = false
    ) throws {
        self.path = path
        aside = try OpenFile(creating: path + ".partial")
        recordsAside = try OpenFile(creating: path + ".index.partial")
        weightsAside = isWeighted ? try OpenFile(creating: path + ".weights.partial") : nil
        header.idWidth = vocabularySize <= 65_536 ? 2 : 4
        header.vocabularySize = vocabularySize
        header.tokenizerFingerprint = tokenizerFingerprint
        header.sourceKey = sourceKey
        block.reserveCapacity(ShardHeader.blockBytes)
        // The place of the header; zeros are no header, so a torn file never opens.
        try [UInt8](repeating: 0, count: ShardHeader.byteCount).withUnsafeBytes(aside.write)
    }

    deinit {
        unlink(path + ".index.partial")
        unlink(path + ".weights.partial")
        if !isFinished { unlink(path + ".partial") }
    }

    var documentCount: Int { header.documentCount }
    var tokenCount: Int { header.tokenCount }
    var textBytes: Int { header.textBytes }

    /// Appends a document of plain text.
    func append(_ ids: [Int32], of document: Document) throws {
        try append(EncodedDocument(document, ids: ids), of: document)
    }

    /// Appends one document.
    ///
    /// - Throws: `CorporaError` for an id outside the vocabulary or a failing disk.
    func append(_ encoded: EncodedDocument, of document: Document) throws {
        let ids = encoded.ids
        precondition(!ids.isEmpty, "A document in a shard has tokens.")
        let name = document.origin.file ?? ""
        if files.last != name { files.append(name) }
        var record = ShardRecord()
        record.firstToken = header.tokenCount
        record.textBytes = encoded.textBytes
        record.line = document.origin.line
        record.file = files.count - 1
        record.startsMidway = encoded.startsMidway
        record.goesOn = encoded.goesOn
        record.difficulty = document.difficulty
        try put(stored(ids, of: document))
        try keep(encoded)
        record.append(to: &records)
        if records.count >= ShardHeader.blockBytes { try flushRecords() }
        if let row = encoded.rowHash {
            rowsHash = withUnsafeBytes(of: (rowsHash.littleEndian, row.littleEndian)) {
                ContentHash.xxh3(Array($0))
            }
        }
        header.documentCount += 1
        header.tokenCount += ids.count
        header.textBytes += record.textBytes
    }

    /// Puts the weights of a document aside.
    private func keep(_ encoded: EncodedDocument) throws {
        guard let weightsAside else { return }
        var own = encoded.lossWeights ?? Array(repeating: 1, count: encoded.ids.count)
        if let second = encoded.second { own[second] = ShardHeader.secondBegins }
        for weight in own {
            withUnsafeBytes(of: weight.bitPattern.littleEndian) { weights += $0 }
        }
        guard weights.count >= ShardHeader.blockBytes else { return }
        try weights.withUnsafeBytes(weightsAside.write)
        weights.removeAll(keepingCapacity: true)
    }

    /// The ids as they are stored.
    private func stored(_ ids: [Int32], of document: Document) throws -> [UInt8] {
        let vocabularySize = header.vocabularySize
        if let foreign = ids.first(where: { $0 < 0 || Int($0) >= vocabularySize }) {
            throw CorporaError(
                .brokenTokenizer,
                "the tokenizer gave id \(foreign), but its ids end at \(vocabularySize - 1)",
                path: document.origin.file, line: document.origin.line)
        }
        let width = header.idWidth
        return [UInt8](unsafeUninitializedCapacity: ids.count * width) { bytes, count in
            let raw = UnsafeMutableRawBufferPointer(bytes)
            for (index, id) in ids.enumerated() {
                if width == 2 {
                    let value = UInt16(truncatingIfNeeded: id).littleEndian
                    raw.storeBytes(of: value, toByteOffset: 2 * index, as: UInt16.self)
                } else {
                    raw.storeBytes(of: id.littleEndian, toByteOffset: 4 * index, as: Int32.self)
                }
            }
            count = raw.count
        }
    }

    /// Completes the file, flushes it and gives it its name.
    func finish() throws {
        var last = ShardRecord()
        last.firstToken = header.tokenCount
        last.append(to: &records)
        try flushRecords()

        if let weightsAside {
            try weights.withUnsafeBytes(weightsAside.write)
            header.weightsOffset = written + block.count
            try put(weightsAside, byteCount: header.tokenCount * MemoryLayout<Float>.size)
        }
        header.recordsOffset = written + block.count
        try put(recordsAside, byteCount: (header.documentCount + 1) * ShardRecord.byteCount)
        header.originsOffset = written + block.count
        let rows = rowsHash == 0 ? [] : withUnsafeBytes(of: rowsHash.littleEndian) { Array($0) }
        header.dataHash = max(1, ContentHash.xxh3(hashes + block + rows))
        try put(Array(JSONEncoder().encode(files)))
        try flushBlock()
        header.hashesOffset = written
        header.hashesHash = ContentHash.xxh3(hashes)
        try hashes.withUnsafeBytes(aside.write)
        header.fileBytes = written + hashes.count
        try header.encoded().withUnsafeBytes { try aside.write($0, at: 0) }
        try aside.synchronize()
        guard rename(path + ".partial", path) == 0 else {
            throw CorporaError.system("rename", path + ".partial")
        }
        isFinished = true
        try OpenFile.synchronizeFolder(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    private func flushRecords() throws {
        try records.withUnsafeBytes(recordsAside.write)
        records.removeAll(keepingCapacity: true)
    }

    /// Appends what was put aside.
    private func put(_ aside: OpenFile, byteCount: Int) throws {
        var offset = 0
        while offset < byteCount {
            let count = min(ShardHeader.blockBytes, byteCount - offset)
            var chunk = [UInt8](repeating: 0, count: count)
            try chunk.withUnsafeMutableBytes { try aside.read(at: offset, into: $0) }
            try put(chunk)
            offset += count
        }
    }

    private func put(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(ShardHeader.blockBytes - block.count)
            block.append(contentsOf: part)
            rest = rest.dropFirst(part.count)
            if block.count == ShardHeader.blockBytes { try flushBlock() }
        }
    }

    private func flushBlock() throws {
        guard !block.isEmpty else { return }
        withUnsafeBytes(of: ContentHash.xxh3(block).littleEndian) { hashes += $0 }
        try block.withUnsafeBytes(aside.write)
        written += block.count
        block.removeAll(keepingCapacity: true)
    }
}
