import Checkpoints
import Foundation
import LuaRuntime

/// What a run's folder tells of it, as tables.
struct RunRecords {
    let path: String
    private let context: ScriptContext

    init(_ path: String, _ context: ScriptContext) {
        self.path = path
        self.context = context
    }

    /// The largest file that is read.
    private static let mostBytes = 256 << 20

    /// Whether a run was ever here.
    var isRun: Bool {
        FileManager.default.fileExists(atPath: path + "/events.jsonl")
    }

    /// The lines of `metrics.jsonl`; one that a kill tore is left out.
    func metrics() throws -> [LuaNode] { try rows("metrics.jsonl").map(Self.numbers) }

    /// The lines of `events.jsonl`.
    func events() throws -> [LuaNode] { try rows("events.jsonl") }

    /// What was in force: `resolved.json`; nil where it is gone.
    func configuration() throws -> LuaNode {
        guard let bytes = try contents("resolved.json") else { return .nil }
        return try json(bytes)
    }

    /// The names of the checkpoints, oldest first.
    func checkpoints() -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: path + "/checkpoints")
        return (names ?? []).filter { CheckpointName.step(of: $0) != nil }.sorted {
            (CheckpointName.step(of: $0) ?? 0) < (CheckpointName.step(of: $1) ?? 0)
        }
    }

    private func rows(_ name: String) throws -> [LuaNode] {
        guard let bytes = try contents(name) else { return [] }
        try context.charge(bytes.count)
        var lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        // What follows the last line's end is torn, or nothing.
        lines.removeLast()
        return try lines.enumerated().filter { !$0.element.isEmpty }.map { index, line in
            do { return try json(Array(line)) } catch let refusal as Refusal {
                throw Refusal("\(path)/\(name):\(index + 1): \(refusal.message)")
            }
        }
    }

    private func json(_ bytes: [UInt8]) throws -> LuaNode {
        try LuaJSONReader.read(
            bytes,
            LuaJSONReader.Options(
                library: context.library, dropsNull: true, bigIntegers: "number"))
    }

    private func contents(_ name: String) throws -> [UInt8]? {
        let file = path + "/" + name
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        guard let handle = FileHandle(forReadingAtPath: file),
            let data = try handle.read(upToCount: Self.mostBytes + 1)
        else { return FileManager.default.isReadableFile(atPath: file) ? [] : nil }
        guard data.count <= Self.mostBytes else {
            throw Refusal("\(file) has more than \(Self.mostBytes) bytes")
        }
        return Array(data)
    }

    /// JSON has no NaN and no infinity; metrics tell them as texts.
    private static func numbers(_ row: LuaNode) -> LuaNode {
        guard case .table(var table) = row else { return row }
        for (index, field) in table.fields.enumerated() {
            guard case .string(let text) = field.value else { continue }
            switch text.description {
            case "NaN": table.fields[index].value = .number(.nan)
            case "Infinity": table.fields[index].value = .number(.infinity)
            case "-Infinity": table.fields[index].value = .number(-.infinity)
            default: break
            }
        }
        return .table(table)
    }
}
