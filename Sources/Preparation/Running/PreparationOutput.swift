import Checkpoints
import Corpora
import Foundation

/// The files that a preparation writes: shards of each source, and what was dropped.
final class PreparationOutput {
    let folder: String
    private let shardBytes: Int
    private var shard: AppendFile?
    private let dropped: AppendFile

    init(folder: String, shardBytes: Int, droppedBytes: Int) throws {
        self.folder = folder
        self.shardBytes = shardBytes
        dropped = try AppendFile(path: folder + "/dropped.jsonl", byteCount: droppedBytes)
    }

    static func sourceFolder(_ name: String) -> String { "data/" + name }

    /// Goes on with a source's shard of a number, at a length.
    func open(source: String, shard number: Int, byteCount: Int) throws {
        let folder = self.folder + "/" + Self.sourceFolder(source)
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            // What was written behind the last saved state was never part of anything.
            for name in try FileManager.default.contentsOfDirectory(atPath: folder)
            where name > Self.shardName(number) {
                try FileManager.default.removeItem(atPath: folder + "/" + name)
            }
        } catch {
            throw CorporaError(
                .system, "the folder cannot be written: \(error.localizedDescription)",
                advice: "Check its permissions.", path: folder)
        }
        shard = try AppendFile(path: folder + "/" + Self.shardName(number), byteCount: byteCount)
    }

    /// Writes a document that stays; gives whether the shard is full.
    func keep(_ item: PreparedItem, file: String) throws -> Bool {
        guard let shard else { preconditionFailure("a source is open while documents come") }
        try shard.append { line in
            if let row = item.row {
                DocumentLine.kept(row: row, item.document, file: file, into: &line)
            } else {
                DocumentLine.kept(item.document, file: file, into: &line)
            }
        }
        return shard.byteCount >= shardBytes
    }

    /// Writes down a document that goes.
    func drop(
        _ document: Document, file: String, step: String, reason: Verdict.Reason, text: Bool
    ) throws {
        try dropped.append {
            DocumentLine.dropped(
                document, file: file, step: step, reason: reason, text: text, into: &$0)
        }
    }

    /// Brings everything to the disk; gives the lengths that count.
    func save() throws -> (shard: Int, dropped: Int) {
        try shard?.synchronize()
        try dropped.synchronize()
        return (shard?.byteCount ?? 0, dropped.byteCount)
    }

    /// Ends the open shard, and removes it where nothing stands in it.
    func closeShard() throws {
        try shard?.synchronize()
        if let shard, shard.byteCount == 0 { try? FileManager.default.removeItem(atPath: shard.path) }
        shard = nil
    }

    /// Numbers of equal length, so that names sort as they count.
    private static func shardName(_ number: Int) -> String {
        let digits = String(number)
        return "part-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".jsonl"
    }
}
