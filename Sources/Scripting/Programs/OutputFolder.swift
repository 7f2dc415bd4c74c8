import Checkpoints
import Foundation
import LuaRuntime
import Telemetry

/// The one folder that a program writes files to.
struct OutputFolder {
    private let path: String

    init(_ path: String) { self.path = path }

    /// Writes a file below the folder, whole or not at all.
    ///
    /// - Returns: its path.
    /// - Throws: `ShapeFault` for a name that leads out; `Refusal` where the disk refuses.
    func save(_ bytes: [UInt8], as name: String) throws -> String {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isBelow = parts.allSatisfy { part in
            !part.isEmpty && part != "." && part != ".." && !part.utf8.contains { $0 < 32 }
        }
        guard isBelow, name.utf8.count <= 1000 else {
            throw ShapeFault(
                path: LuaPath(["name"]),
                sentence: "\"\(PrintableText.line(name))\" leads out of the folder, or is no name; "
                    + "write one such as report.md or plots/loss.svg")
        }
        do {
            var folder = path
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            for part in parts.dropLast() {
                folder += "/" + part
                try step(into: folder)
            }
            let file = folder + "/" + (parts.last ?? "")
            try AtomicFile(path: file).write { try $0.write(bytes) }
            return file
        } catch let error as CheckpointError {
            throw Refusal("\(error)")
        } catch let error as CocoaError {
            throw Refusal(error.localizedDescription)
        }
    }

    /// Makes a folder where there is none; a link is not followed, for it may lead anywhere.
    private func step(into folder: String) throws {
        var status = stat()
        guard lstat(folder, &status) == 0 else {
            return try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: false)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw Refusal("\(folder) is no folder")
        }
    }
}

extension RunRecords {
    /// The names of the run folders in a folder, sorted.
    static func folders(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().filter {
            FileManager.default.fileExists(atPath: "\(folder)/\($0)/events.jsonl")
        }
    }
}
