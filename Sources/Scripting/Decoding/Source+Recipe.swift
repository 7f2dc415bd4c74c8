import Conversations
import Corpora
import LuaRuntime
import Training

extension WeightedSource {
    /// The recipe's `data`: one source, which is then called "data", or the named ones of a mix.
    ///
    /// - Throws: `ShapeFault`.
    static func list(
        recipe table: CompleteTable, places: RecipePlaces, at path: LuaPath
    ) throws -> [WeightedSource] {
        guard table.kind == "mix" else {
            return [
                WeightedSource(source: try Source(recipe: table, name: "data", places, at: path))
            ]
        }
        return try table.sources.map { name, entry in
            let place = path.appending(.string(LuaString(name)))
            return WeightedSource(
                source: try Source(recipe: entry, name: name, places, at: place),
                weight: entry.number("weight"))
        }
    }
}

extension CompleteTable {
    /// The sources of a mix, sorted by name.
    fileprivate var sources: [(name: String, entry: CompleteTable)] {
        table.fields.compactMap { field in
            guard case .string(let name) = field.key,
                !ShapeCheck.mixKeys.contains(name.description),
                case .table(let entry) = field.value
            else { return nil }
            return (name.description, CompleteTable(entry))
        }
    }
}

extension Source {
    init(
        recipe table: CompleteTable, name: String, _ places: RecipePlaces, at path: LuaPath
    ) throws {
        let place: Place
        let format: Format
        let pathKey = path.appending("path")
        switch table.kind {
        case "folder":
            let folder = try places.existing(table.text("path"), .folder, at: pathKey)
            place = .folder(folder, patterns: table.texts("pattern"))
            if let field = table.optionalText("field") {
                format = .jsonLines(field: field)
            } else {
                format = Self.split(table).map(Format.text) ?? .automatic
            }
        default:
            place = .files(
                try table.texts("path").map { try places.existing($0, .file, at: pathKey) })
            switch table.kind {
            case "jsonl": format = .jsonLines(field: table.text("field"))
            case "chat":
                format = .conversations(
                    ConversationRows(
                        format: table.word("format"), tooLong: table.word("too_long")))
            default: format = .text(Self.split(table) ?? .whole)
            }
        }
        self.init(
            name: name, place: place, format: format, invalidUTF8: table.word("invalid_utf8"),
            // Plain text has no rows that could be bad.
            badRow: table.optionalText("bad_row").flatMap(BadRow.init) ?? .skip,
            maximumDocumentBytes: table.optionalInteger("max_document_bytes"),
            split: ValidationSplit(share: table.number("validation")))
    }

    private static func split(_ table: CompleteTable) -> TextSplit? {
        if let separator = table.optionalText("separator") { return .separator(separator) }
        switch table.optionalText("split") {
        case "file": return .whole
        case "line": return .lines
        case "blank_line": return .blankLines
        default: return nil
        }
    }
}
