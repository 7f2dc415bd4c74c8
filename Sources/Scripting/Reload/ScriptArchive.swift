import Checkpoints
import Foundation
import Naming
import Telemetry

/// The scripts that were ever in force in a run, by their hashes: `scripts/<hash>` in its folder.
struct ScriptArchive {
    private let folder: String

    init(run: String) { folder = run + "/scripts" }

    /// Keeps the files of a version; it is on the disk when this returns.
    func keep(_ files: [LoadedScript]) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        for file in files {
            let path = folder + "/" + file.hash
            guard !FileManager.default.fileExists(atPath: path) else { continue }
            try AtomicFile(path: path).write { try $0.write(file.bytes) }
        }
    }

    /// A version by what the journal tells of its files.
    ///
    /// - Throws: `ScriptingError` for a file that is gone or damaged.
    func files(_ entries: [Entry]) throws -> [LoadedScript] {
        try entries.map { entry in
            let path = folder + "/" + entry.hash
            guard let data = FileManager.default.contents(atPath: path) else {
                throw ScriptingError(.unreadable, "this version's file is gone", path: path)
            }
            let file = LoadedScript(path: entry.path, bytes: Array(data), module: entry.module)
            guard file.hash == entry.hash else {
                throw ScriptingError(
                    .unreadable, "this version's file is not what it was", path: path)
            }
            return file
        }
    }

    /// One file of a version, in a line of the journal: its hash, the name that `require` knows
    /// (`-` for the main file), its path.
    struct Entry: Hashable, Sendable {
        let hash: String
        let module: String?
        let path: String

        init(_ file: LoadedScript) {
            hash = file.hash
            module = file.module
            path = file.path
        }

        init?(_ text: String) {
            let parts = text.split(separator: " ", maxSplits: 2).map(String.init)
            guard parts.count == 3 else { return nil }
            hash = parts[0]
            module = parts[1] == "-" ? nil : parts[1]
            path = parts[2]
        }

        var text: String { "\(hash) \(module ?? "-") \(path)" }
    }
}

/// What a version of a script is made of.
struct ScriptVersion: Hashable, Sendable {
    let hash: String
    let entries: [ScriptArchive.Entry]

    init(_ unit: ScriptUnit) {
        hash = unit.hash
        entries = unit.files.map(ScriptArchive.Entry.init)
    }

    init?(hash: String, lines: [String]) {
        let entries = lines.compactMap(ScriptArchive.Entry.init)
        guard !entries.isEmpty, entries.count == lines.count else { return nil }
        self.hash = hash
        self.entries = entries
    }

    /// The first digits, for people.
    var short: String { String(hash.prefix(8)) }
}
