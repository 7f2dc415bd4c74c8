import Naming
import LuaRuntime

/// One `--set a.b=c`: a dial's path and the value that takes the place of the recipe's.
struct RecipeOverride: Sendable {
    /// As the user wrote it.
    let text: String
    let names: [String]
    /// What stands right of the first `=`.
    let raw: String

    /// - Throws: `ScriptingError` for a text without a path or without `=`.
    init(_ text: String) throws {
        self.text = text
        guard let equals = text.firstIndex(of: "=") else {
            throw ScriptingError(
                .badOverride, "write a path, = and a value, as in batch.size=4",
                path: "--set \(text)")
        }
        let path = text[..<equals].filter { $0 != " " }
        names = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        raw = String(text[text.index(after: equals)...].drop { $0 == " " })
        guard names.allSatisfy({ !$0.isEmpty }) else {
            throw ScriptingError(
                .badOverride,
                "\"\(path)\" is no path; write names joined by dots, as in batch.size",
                path: "--set \(text)")
        }
    }

    var key: String { names.joined(separator: ".") }

    /// Puts the value into a recipe that has been checked, and checks it again.
    ///
    /// - Parameter shape: what the table is, where it is no recipe.
    /// - Returns: sentences about keys that had to give way.
    /// - Throws: `ScriptingError` that names the override.
    func apply(
        to recipe: inout LuaTable<LuaNode>,
        as shape: Shape = .record(RecipeDeclarations.recipe)
    ) throws -> [String] {
        if names.first == RecipePhases.key { return try applyToPhase(of: &recipe) }
        var notes: [String] = []
        do {
            let edited = try set(
                names[...], in: .table(recipe), as: shape, at: LuaPath(), notes: &notes)
            guard
                case .table(let table) = try ShapeCheck(stage: .given).checked(
                    edited, as: shape, at: LuaPath())
            else { return notes }
            recipe = table
        } catch let fault as ShapeFault {
            throw refusal(fault)
        }
        return notes
    }

    func refusal(_ fault: ShapeFault) -> ScriptingError {
        ScriptingError(
            .badOverride, fault.sentence, path: "--set \(text)", keyPath: fault.place)
    }

    func set(
        _ names: ArraySlice<String>, in node: LuaNode?, as shape: Shape, at path: LuaPath,
        notes: inout [String]
    ) throws -> LuaNode {
        guard let name = names.first else { return value(for: shape) }
        let key = LuaKey.string(LuaString(name))
        var table: LuaTable<LuaNode>
        switch node {
        case .table(let given)?: table = given
        case nil, .nil?: table = LuaTable()
        case .function?:
            throw ShapeFault(
                path: path,
                sentence: "this is a function, which has no \"\(name)\"; give \(path) itself a "
                    + "value to replace it")
        case let other?:
            throw ShapeFault(
                path: path, sentence: "this is \(other.summary); it has no \"\(name)\"")
        }
        let inner = try shape.member(name, of: table, at: path)
        let old = table[key]
        let new = try set(
            names.dropFirst(), in: old, as: inner, at: path.appending(key), notes: &notes)
        table.fields.removeAll { $0.key == key }
        table.fields.append(.init(key: key, value: new))
        if let group = shape.record(for: table)?.group(of: name), !new.isNil {
            for rival in group.names where rival != name && table[rival] != nil {
                notes.append(
                    "--set \(text) takes the place of \(path.appending(.string(LuaString(rival))))")
                table.fields.removeAll { $0.key == .string(LuaString(rival)) }
            }
        }
        return .table(table)
    }

    /// The value as the shape wants it: where only text goes, numbers are text.
    private func value(for shape: Shape) -> LuaNode {
        switch shape {
        case .text, .choice: .string(LuaString(LuaLiteral.unquoted(raw)))
        default: LuaLiteral.value(raw)
        }
    }
}

extension Shape {
    /// The record that a table of this shape follows.
    func record(for table: LuaTable<LuaNode>) -> Record? {
        switch self {
        case .record(let record): return record
        case .kinds(let kinds), .sources(let kinds), .oneOrNamed(let kinds):
            guard case .string(let kind)? = table["kind"] else {
                return kinds.fallback.flatMap(kinds.record)
            }
            return kinds.record(kind.description)
        case .either(let shapes):
            return shapes.lazy.compactMap { $0.record(for: table) }.first
        default: return nil
        }
    }

    /// The shape of a key in a table of this shape.
    ///
    /// - Throws: `ShapeFault` with the nearest name.
    fileprivate func member(
        _ name: String, of table: LuaTable<LuaNode>, at path: LuaPath
    ) throws -> Shape {
        func unknown(_ what: String, among names: [String]) -> ShapeFault {
            // What the user means may stand one table further in, where that table is in use.
            let inner = record(for: table)?.fields.first { field in
                guard case .record(let record) = field.shape, table[field.name] != nil else {
                    return false
                }
                return record.names.contains(name)
            }
            let near = inner.map { "\($0.name).\(name)" } ?? nearestName(to: name, among: names)
            let hint =
                near.map { "did you mean \"\($0)\"?" }
                ?? (names.isEmpty ? "there is none" : "there are \(Words.anyOf(names))")
            return ShapeFault(path: path, sentence: "unknown \(what) \"\(name)\"; \(hint)")
        }
        if case .sources(let kinds) = self, case .string("mix")? = table["kind"] {
            if let setting = ShapeCheck.mixSettings.first(where: { $0.name == name }) {
                return setting.shape
            }
            let names = table.names.filter { !ShapeCheck.mixKeys.contains($0) }
            guard names.contains(name) else { throw unknown("source", among: names) }
            let entry = Shape.kinds(
                Kinds(
                    noun: kinds.noun,
                    records: kinds.records.map { $0.led(by: ShapeCheck.besideSource) }))
            if name == ShapeCheck.replay, case .table(let group)? = table[.string(LuaString(name))],
                ShapeCheck.isReplay(group)
            {
                let categories = kinds.records.map { $0.led(by: ShapeCheck.besideSource) }
                return .map(
                    .kinds(
                        Kinds(
                            noun: kinds.noun, records: categories + [ShapeCheck.category],
                            fallback: ShapeCheck.category.tag)))
            }
            return entry
        }
        if case .collection(let settings, let kinds) = self {
            if let field = settings.field(name) { return field.shape }
            guard table.names.contains(name) else {
                throw unknown(kinds.noun, among: settings.names + table.names)
            }
            return .kinds(kinds)
        }
        if case .oneOrNamed(let kinds) = self, table["kind"] == nil {
            return try Shape.map(.kinds(kinds)).member(name, of: table, at: path)
        }
        if case .map(let element) = self {
            guard table.names.contains(name) else { throw unknown("name", among: table.names) }
            return element
        }
        guard let record = record(for: table) else {
            throw ShapeFault(path: path, sentence: "nothing is set inside \(expectation)")
        }
        if let field = record.field(name) { return field.shape }
        if let sentence = record.unsupported[name] {
            throw ShapeFault(path: path.appending(.string(LuaString(name))), sentence: sentence)
        }
        guard record.isOpen, nearestName(to: name, among: record.names) == nil else {
            throw unknown("key", among: record.names)
        }
        return .plain
    }
}

extension LuaTable<LuaNode> {
    fileprivate var names: [String] {
        fields.compactMap { field in
            guard case .string(let key) = field.key else { return nil }
            return key.description
        }
    }
}
