import Scripting
import Telemetry

/// A resolved recipe as rows of path and value, as `--set` spells them.
enum ResolvedTable {
    static func render(_ resolved: ResolvedValue, style: TerminalStyle) -> String {
        var table = AlignedTable(columns: ["", ""])
        add(resolved, path: "", to: &table)
        return table.render(style: style) + "\n"
    }

    private static func add(_ value: ResolvedValue, path: String, to table: inout AlignedTable) {
        switch value {
        case .record(let entries):
            for entry in entries {
                add(
                    entry.value, path: path.isEmpty ? entry.key : "\(path).\(entry.key)", to: &table
                )
            }
        case .list(let elements):
            for (index, element) in elements.enumerated() {
                add(element, path: "\(path)[\(index + 1)]", to: &table)
            }
        case .null: table.add([path, "-"])
        case .boolean(let flag): table.add([path, "\(flag)"])
        case .integer(let number): table.add([path, "\(number)"])
        case .number(let number): table.add([path, "\(number)"])
        case .string(let text): table.add([path, text])
        }
    }
}
