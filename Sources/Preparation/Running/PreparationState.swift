import Checkpoints
import Corpora
import Foundation

/// Where a preparation is: all that it needs to go on as if it had never stopped.
struct PreparationState: Codable {
    static let fileName = "preparing.json"

    /// Which source is being read.
    var source = 0
    /// Where reading goes on in it, and how many documents behind that place are done.
    var position = ReadPosition.start
    var documentsSince = 0
    /// Bytes of the shard that is being written, `report.sources[source].shards` by number.
    var shardBytes = 0
    var droppedBytes = 0
    /// Bytes of each step's memory that count.
    var memories: [Int] = []
    var report = PreparationReport()

    /// The state that a folder was left in; nil where it holds none.
    static func of(_ folder: String) throws -> PreparationState? {
        let path = folder + "/" + fileName
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        do {
            return try JSONDecoder().decode(PreparationState.self, from: data)
        } catch {
            throw CorporaError(
                .damagedFile, "the state of the preparation is unreadable",
                advice: "Remove the folder and prepare again.", path: path)
        }
    }

    func save(to folder: String) throws {
        let bytes = try Array(JSONEncoder().encode(self))
        try AtomicFile(path: folder + "/" + Self.fileName).write { try $0.write(bytes) }
    }
}

extension PreparationReport {
    static let fileName = "report.json"

    /// The report of a finished preparation; nil where a folder holds none.
    static func of(_ folder: String) throws -> PreparationReport? {
        let path = folder + "/" + fileName
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        do {
            return try JSONDecoder().decode(PreparationReport.self, from: data)
        } catch {
            throw CorporaError(
                .damagedFile, "this is no report of a preparation",
                advice: "Name another folder with out, or remove this one.", path: path)
        }
    }

    func save(to folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let bytes = try Array(encoder.encode(self))
        try AtomicFile(path: folder + "/" + Self.fileName).write { try $0.write(bytes + [0x0a]) }
    }

    /// What differs between two lists of what decides a result; nil where nothing does.
    static func difference(
        _ old: [PreparationPlan.Part], _ new: [PreparationPlan.Part]
    ) -> String? {
        let before = Dictionary(old.map { ($0.what, $0.value) }) { first, _ in first }
        let after = Dictionary(new.map { ($0.what, $0.value) }) { first, _ in first }
        for part in new {
            guard let value = before[part.what] else { return "\(part.what) is new" }
            if value != part.value {
                return "\(part.what) has changed: it was \(value), and is \(part.value)"
            }
        }
        return old.first { after[$0.what] == nil }.map { "\($0.what) is gone" }
    }
}
