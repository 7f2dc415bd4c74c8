import LuaRuntime

/// A recipe as it is in force: plain values in a fixed order, every default filled in, functions
/// shown by where they stand.
public enum ResolvedValue: Sendable, Hashable {
    /// A key that is left open.
    case null
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case list([ResolvedValue])
    case record([Entry])

    /// A key with its value.
    public struct Entry: Sendable, Hashable {
        public let key: String
        public let value: ResolvedValue
    }

    /// The value under a key of a record.
    public subscript(key: String) -> ResolvedValue? {
        guard case .record(let entries) = self else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// - Parameter describe: a function at a path, in words.
    init(_ node: LuaNode, at path: LuaPath = LuaPath(), describe: (LuaFunction, LuaPath) -> String)
    {
        switch node {
        case .nil: self = .null
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .integer(Int(value))
        case .number(let value): self = .number(value)
        case .string(let value): self = .string(value.description)
        case .function(let function): self = .string(describe(function, path))
        case .object(let object): self = .string(object.typeName)
        case .table(let table):
            if table.fields.isEmpty, !table.array.isEmpty {
                self = .list(
                    table.array.enumerated().map { index, element in
                        ResolvedValue(
                            element, at: path.appending(.integer(Int64(index + 1))),
                            describe: describe)
                    })
            } else {
                self = .record(
                    table.fields.map { field in
                        Entry(
                            key: LuaPath([field.key]).description,
                            value: ResolvedValue(
                                field.value, at: path.appending(field.key), describe: describe))
                    })
            }
        }
    }
}

extension ResolvedValue {
    /// `resolved.json`: JSON text in the order of the keys, two spaces a level, newline at the end.
    public var json: String {
        var text = ""
        write(to: &text, indent: "")
        return text + "\n"
    }

    private func write(to text: inout String, indent: String) {
        switch self {
        case .null: text += "null"
        case .boolean(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        // Shapes let no NaN or infinity in; open keys of a model may. JSON has no word for them.
        case .number(let value): text += value.isFinite ? "\(value)" : "\"\(value)\""
        case .string(let value): JSONText.quote(value, to: &text)
        case .list(let elements):
            Self.writeAll(elements, "[", "]", to: &text, indent) { element, text, inner in
                element.write(to: &text, indent: inner)
            }
        case .record(let entries):
            Self.writeAll(entries, "{", "}", to: &text, indent) { entry, text, inner in
                JSONText.quote(entry.key, to: &text)
                text += ": "
                entry.value.write(to: &text, indent: inner)
            }
        }
    }

    private static func writeAll<Element>(
        _ elements: [Element], _ open: String, _ close: String, to text: inout String,
        _ indent: String, _ write: (Element, inout String, String) -> Void
    ) {
        guard !elements.isEmpty else {
            text += open + close
            return
        }
        text += open
        for (index, element) in elements.enumerated() {
            text += (index > 0 ? ",\n" : "\n") + indent + "  "
            write(element, &text, indent + "  ")
        }
        text += "\n" + indent + close
    }
}
