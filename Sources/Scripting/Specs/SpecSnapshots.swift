import Foundation
import LuaRuntime

/// The snapshots of a spec: values it gave once, kept beside it in a file that people read.
final class SpecSnapshots {
    /// `<name>_spec.snapshots`.
    let path: String
    private let policy: SpecRunner.Snapshots
    private var kept: [String: String]
    private(set) var written = 0
    private var isChanged = false

    /// - Throws: `ScriptingError` where something else than snapshots lies at the path.
    init(spec: String, policy: SpecRunner.Snapshots) throws {
        path = (spec.hasSuffix(".lua") ? String(spec.dropLast(4)) : spec) + ".snapshots"
        self.policy = policy
        kept = try SpecSnapshots.read(path)
    }

    /// Whether a name comes back from the file as it was: it stands on a line of its own there.
    static func isName(_ name: String) -> Bool {
        name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    /// - Returns: what was kept, where it differs; nil where it is equal or was kept now.
    func difference(_ name: String, _ value: LuaValue) -> String? {
        let text = LuaSpelling.of(value, isMultiline: true)
        if let old = kept[name], old == text { return nil }
        if policy == .update || (policy == .keepNew && kept[name] == nil) {
            kept[name] = text
            written += 1
            isChanged = true
            return nil
        }
        return kept[name] ?? "no snapshot, and new ones are not kept here"
    }

    /// Writes what was added.
    func save() throws {
        guard isChanged else { return }
        let text = kept.sorted { $0.key < $1.key }.map { name, value in
            "-- \(name)\n\(value)\n"
        }.joined(separator: "\n")
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    private static func read(_ path: String) throws -> [String: String] {
        // Looked at first: opening a pipe would wait for somebody who writes to it.
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            return [:]
        }
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let type = try FileManager.default.attributesOfItem(atPath: target)[.type]
        guard !isFolder.boolValue, type as? FileAttributeType == .typeRegular else {
            throw damaged(path, isFolder.boolValue ? "it is a folder" : "it is no plain file")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ScriptingError(.unreadable, "the snapshots cannot be read", path: path)
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw damaged(path, "it is no UTF-8 text")
        }
        return try parse(text, of: path)
    }

    private static func parse(_ text: String, of path: String) throws -> [String: String] {
        var kept: [String: String] = [:]
        var name: String?
        var lines: [Substring] = []
        func finish() throws {
            while lines.last?.isEmpty == true { lines.removeLast() }
            if let name {
                kept[name] = lines.joined(separator: "\n")
            } else if !lines.isEmpty {
                throw damaged(path, "it does not begin with a line \"-- NAME\"")
            }
            lines = []
        }
        // By bytes: a mark that combines with the space before it still begins a name.
        for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
            // Some tools end lines with a carriage return as well; a value has none of its own.
            let line = Substring(line.last == 0x0D ? line.dropLast() : line)
            if line.utf8.starts(with: "-- ".utf8) {
                try finish()
                name = String(Substring(line.utf8.dropFirst(3)))
            } else {
                lines.append(line)
            }
        }
        try finish()
        return kept
    }

    private static func damaged(_ path: String, _ reason: String) -> ScriptingError {
        ScriptingError(
            .badFile,
            "the snapshots of a spec are to be kept here, but \(reason); mend it or move it away",
            path: path)
    }
}
