import Conversations
import Corpora
import LuaRuntime
import Naming
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
        return try table.sources(leavingOut: ShapeCheck.mixKeys).flatMap { name, entry in
            let place = path.appending(.string(LuaString(name)))
            guard name == ShapeCheck.replay, ShapeCheck.isReplay(entry.table) else {
                return [try WeightedSource(recipe: entry, name: name, isReplay: false, places, place)]
            }
            return try replay(entry, places, place)
        }
    }

    /// The categories of a replay; those without a source of their own are the catalog's, which
    /// has its usual shares where the recipe names none.
    private static func replay(
        _ table: CompleteTable, _ places: RecipePlaces, _ path: LuaPath
    ) throws -> [WeightedSource] {
        let catalog = try table.optionalText("catalog").map { name in
            let key = path.appending("catalog")
            let folder = try places.existing(name, .folder, at: key)
            do { return try Catalog(folder: folder) } catch let error as CorporaError {
                throw ShapeFault(path: key, sentence: error.description)
            }
        }
        let entries = table.sources(leavingOut: ["catalog"])
        if entries.isEmpty, let catalog {
            return catalog.categories.map {
                WeightedSource(source: $0.source, share: .replay($0.percent))
            }
        }
        return try entries.map { name, entry in
            let place = path.appending(.string(LuaString(name)))
            guard entry["kind"] == nil else {
                return try WeightedSource(recipe: entry, name: name, isReplay: true, places, place)
            }
            guard let catalog else {
                throw ShapeFault(path: place, sentence: "this category has no source")
            }
            do {
                return WeightedSource(
                    source: try catalog.category(name).source,
                    share: .replay(entry.number("percent")),
                    maximumEpochs: entry.optionalNumber("max_epochs"))
            } catch let error as CorporaError {
                throw ShapeFault(path: place, sentence: error.description)
            }
        }
    }

    private init(
        recipe entry: CompleteTable, name: String, isReplay: Bool, _ places: RecipePlaces,
        _ path: LuaPath
    ) throws {
        let percent = entry.optionalNumber("percent")
        if isReplay, percent == nil {
            throw ShapeFault(
                path: path, sentence: "a category of the replay has a percent, and no weight")
        }
        self.init(
            source: try Source(recipe: entry, name: name, places, at: path),
            share: percent.map { isReplay ? .replay($0) : .percent($0) }
                ?? entry.optionalNumber("epochs").map(WeightedSource.Share.epochs)
                ?? .weight(entry.number("weight")),
            maximumEpochs: entry.optionalNumber("max_epochs"))
    }
}

extension CompleteTable {
    /// The tables of a mix or a replay by name, sorted.
    fileprivate func sources(
        leavingOut settings: Set<String>
    ) -> [(name: String, entry: CompleteTable)] {
        table.fields.compactMap { field in
            guard case .string(let name) = field.key, !settings.contains(name.description),
                case .table(let entry) = field.value
            else { return nil }
            return (name.description, CompleteTable(entry))
        }
    }
}

extension MixSettings {
    /// The recipe's `data`; a source alone has no settings of a mix.
    init(recipe table: CompleteTable) {
        guard table.kind == "mix" else {
            self.init()
            return
        }
        self.init(unit: table.word("unit"), isStrict: table.boolean("strict"))
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
            case "csv": format = .delimited(try Self.delimited(table, at: path))
            case "chat":
                format = .conversations(
                    ConversationRows(
                        format: table.word("format"), tooLong: table.word("too_long"),
                        fields: try Self.fields(table, among: Self.chatNames, at: path)))
            case "preference":
                format = .conversations(
                    ConversationRows(
                        tooLong: table.word("too_long"),
                        fields: try Self.fields(table, among: Self.preferenceNames, at: path),
                        purpose: .pairs))
            case "prompts":
                format = .conversations(
                    ConversationRows(
                        tooLong: table.word("too_long"),
                        fields: try Self.fields(table, among: Self.promptNames, at: path),
                        purpose: .prompts))
            default: format = .text(Self.split(table) ?? .whole)
            }
        }
        self.init(
            name: name, place: place, format: format, invalidUTF8: table.word("invalid_utf8"),
            // Plain text has no rows that could be bad.
            badRow: table.optionalText("bad_row").flatMap(BadRow.init) ?? .skip,
            maximumDocumentBytes: table.optionalInteger("max_document_bytes"),
            // Of prompts nothing is held out: no loss is measured on them.
            split: ValidationSplit(share: table.optionalNumber("validation") ?? 0))
        maximumBadRows = try Self.badRows(table, at: path)
        difficulty = table.optionalText("difficulty")
        licence = table.optionalText("licence") ?? ""
        about = table.optionalText("description") ?? ""
        if table["field"] != nil, let field = table.optionalText("field") {
            do { _ = try TextMapping(field) } catch let error as CorporaError {
                throw ShapeFault(path: path.appending("field"), sentence: error.description)
            }
        }
    }

    /// The names of a format's keys that rows may keep under others.
    private static let chatNames = [
        "prompt", "completion", "messages", "conversations", "instruction", "input", "output",
        "system", "history", "text",
    ] + TrainingRow.commonKeys

    /// Those of rows that compare answers.
    private static let preferenceNames =
        ["prompt", "chosen", "rejected", "messages"] + TrainingRow.commonKeys

    /// Those of rows that the model answers.
    private static let promptNames =
        ["prompt", "messages"] + TrainingRow.commonKeys.filter { $0 != "weight" }

    private static func fields(
        _ table: CompleteTable, among known: [String], at path: LuaPath
    ) throws -> [String: String] {
        guard let fields = table.optionalInner("fields") else { return [:] }
        var names: [String: String] = [:]
        for field in fields.table.fields {
            guard case .string(let key) = field.key, let name = key.text else { continue }
            guard known.contains(name) else {
                throw ShapeFault(
                    path: path.appending("fields").appending(field.key),
                    sentence: "no format has this key; "
                        + nearestNameHint(to: name, among: known))
            }
            names[name] = fields.text(name)
        }
        return names
    }

    private static func delimited(
        _ table: CompleteTable, at path: LuaPath
    ) throws -> DelimitedRows {
        let isTabbed = table.texts("path").allSatisfy { $0.lowercased().hasSuffix(".tsv") }
        let delimiter = table.optionalText("delimiter") ?? (isTabbed ? "\t" : ",")
        guard let byte = delimiter.utf8.first, delimiter.utf8.count == 1,
            !"\"\r\n".utf8.contains(byte)
        else {
            throw ShapeFault(
                path: path.appending("delimiter"),
                sentence: "give one ASCII character that is no quote and no line end")
        }
        return DelimitedRows(
            field: table.text("field"), delimiter: byte,
            columns: table["columns"] == nil ? nil : table.texts("columns"))
    }

    private static func badRows(
        _ table: CompleteTable, at path: LuaPath
    ) throws -> BadRowLimit? {
        guard let most = table.optionalNumber("max_bad_rows") else { return nil }
        if most > 0, most < 1 { return .share(most) }
        guard let count = Int(exactly: most) else {
            throw ShapeFault(
                path: path.appending("max_bad_rows"),
                sentence: "give a share below 1, or a whole number of rows")
        }
        return .count(count)
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
