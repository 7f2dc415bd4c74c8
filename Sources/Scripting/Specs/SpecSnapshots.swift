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

    init(spec: String, policy: SpecRunner.Snapshots) {
        path = (spec.hasSuffix(".lua") ? String(spec.dropLast(4)) : spec) + ".snapshots"
        self.policy = policy
        kept = SpecSnapshots.read(path)
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

    private static func read(_ path: String) -> [String: String] {
        guard let data = FileManager.default.contents(atPath: path) else { return [:] }
        var kept: [String: String] = [:]
        var name: String?
        var lines: [Substring] = []
        func finish() {
            while lines.last?.isEmpty == true { lines.removeLast() }
            if let name { kept[name] = lines.joined(separator: "\n") }
            lines = []
        }
        for line in String(decoding: data, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if line.hasPrefix("-- ") {
                finish()
                name = String(line.dropFirst(3))
            } else {
                lines.append(line)
            }
        }
        finish()
        return kept
    }
}
