import Checkpoints
import Foundation
import Telemetry

/// A run's journal, read: `events.jsonl`.
public enum RunJournal {
    /// The journal's name in a run's folder.
    public static let fileName = "events.jsonl"

    /// Every event, oldest first; none where there is no journal.
    ///
    /// The run may be under way in another process: a last line that is not whole yet, or was torn
    /// by a kill, is left out.
    ///
    /// - Parameter remark: hears of lines that are no event; they are passed over.
    /// - Throws: `CheckpointError` where the file cannot be read.
    public static func events(
        run folder: String, remark: (String) -> Void = { _ in }
    ) throws -> [RunEvent] {
        let path = folder + "/" + fileName
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        let file = try MappedFile(path: path)
        var lines = try file.read(0..<file.byteCount)
            .split(separator: 10, omittingEmptySubsequences: false)
        // What follows the last line's end is torn, or nothing.
        lines.removeLast()
        var events: [RunEvent] = []
        let decoder = JSONDecoder()
        for (index, line) in lines.enumerated() where !line.isEmpty {
            if let event = try? decoder.decode(Line.self, from: Data(line)).event {
                events.append(event)
            } else {
                remark("\(path):\(index + 1) is no event and is passed over.")
            }
        }
        return events
    }

    private struct Line: Decodable {
        let event: RunEvent

        private struct Key: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            func value<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
                try container.decode(type, forKey: Key(stringValue: name))
            }
            var event = RunEvent(
                name: try value(String.self, "event"), step: try value(Int.self, "step"))
            if container.contains(Key(stringValue: "external")) {
                event.external = try value(Int.self, "external")
            }
            for key in container.allKeys
            where !ScriptEvent.reservedNames.contains(key.stringValue) {
                event.fields[key.stringValue] = try container.decode(Field.self, forKey: key).value
            }
            self.event = event
        }
    }

    /// A JSON value; a number that is whole comes back as an integer.
    private struct Field: Decodable {
        let value: MetricValue

        init(from decoder: any Decoder) throws {
            if let list = try? decoder.singleValueContainer().decode([Field].self) {
                value = .list(list.map(\.value))
                return
            }
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                value = .bool(flag)
            } else if let whole = try? container.decode(Int.self) {
                value = .int(whole)
            } else if let number = try? container.decode(Double.self) {
                value = .double(number)
            } else if let group = try? container.decode([String: Field].self) {
                var record = MetricRecord()
                for (name, field) in group.sorted(by: { $0.key < $1.key }) {
                    record[name] = field.value
                }
                value = .record(record)
            } else {
                value = .string(try container.decode(String.self))
            }
        }
    }
}
