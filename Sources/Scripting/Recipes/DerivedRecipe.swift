import Checkpoints
import Foundation
import LuaRuntime

/// A recipe that is another one with some keys set, as a file beside it.
///
///     -- The mix that a sweep chose.
///     local recipe = require "domain"
///     recipe.name = "domain-chosen"
///     recipe.data.customer.percent = 75.0
///     return recipe
///
/// It stands beside the other one because `require` finds its files there, and because paths in a
/// recipe begin at its folder.
public struct DerivedRecipe {
    /// The file's text.
    public let text: String
    private let places: RecipePlaces
    private let overrides: [String]

    /// Whether a recipe can be required by another one: its name must be one of a module.
    public static func canBegin(with path: String) -> Bool {
        let name = (path as NSString).lastPathComponent
        guard name.hasSuffix(".lua"), name.count > 4 else { return false }
        return name.dropLast(4).utf8.allSatisfy { (c: UInt8) in
            (c | 32 >= 97 && c | 32 <= 122) || (c >= 48 && c <= 57) || c == 95 || c == 45
        }
    }

    /// A recipe with what is set beside it.
    ///
    /// - Parameters:
    ///   - path: the recipe that is derived from; `canBegin` holds.
    ///   - overrides: `a.b=c`, as for ``RecipeLoader``. `name` and `out` are not taken over.
    ///   - name: of the new recipe, and of its run.
    ///   - comment: the lines above it.
    /// - Throws: `ScriptingError`.
    public init(
        of path: String, overrides: [String], name: String, comment: [String],
        workingFolder: String? = nil
    ) throws {
        precondition(DerivedRecipe.canBegin(with: path), "The recipe can be required.")
        places = RecipePlaces(recipe: path, workingFolder: workingFolder, checksFiles: true)
        let script = try RecipeScript(places: places, budget: .loading, print: { _ in })
        let parsed = try overrides.map(RecipeOverride.init).filter {
            $0.key != "name" && $0.key != "out"
        }
        self.overrides = parsed.map(\.text)
        var edited = script.table
        for override in parsed { _ = try override.apply(to: &edited) }
        var lines = comment.map { "-- " + $0.replacing("\n", with: " ") }
        lines.append("local recipe = require \(LuaSpelling.quoted(Array(places.recipeStem.utf8)))")
        lines.append("recipe.name = \(LuaSpelling.quoted(Array(name.utf8)))")
        if script.table["out"].map({ !$0.isNil }) ?? false { lines.append("recipe.out = nil") }
        lines += try DerivedRecipe.assignments(from: script.table, to: edited, at: "recipe")
        lines.append("return recipe")
        text = lines.joined(separator: "\n") + "\n"
    }

    /// Writes the file, and loads it to see that it says what it is meant to.
    ///
    /// - Parameter file: an absolute path in the folder of the recipe that is derived from.
    /// - Throws: `ScriptingError` where it says something else, and the file is taken away again;
    ///   errors of the disk.
    public func write(to file: String) throws {
        try AtomicFile(path: file).write(text)
        do {
            let meant = try load(places.recipe, overrides)
            let written = try load(file, [])
            guard DerivedRecipe.areSame(meant, written) else {
                throw ScriptingError(
                    .badValue,
                    "the recipe cannot be derived from by setting its keys from outside; set them "
                        + "in it, or with --set " + overrides.joined(separator: " --set "),
                    path: file)
            }
        } catch {
            try? FileManager.default.removeItem(atPath: file)
            throw error
        }
    }

    private func load(_ path: String, _ overrides: [String]) throws -> ResolvedValue {
        try RecipeLoader.load(
            path: path, overrides: overrides, workingFolder: places.workingFolder, print: { _ in }
        ).resolved
    }

    /// Whether two recipes say the same, their names and the places of their functions aside.
    private static func areSame(_ a: ResolvedValue, _ b: ResolvedValue, isRoot: Bool = true) -> Bool
    {
        switch (a, b) {
        case (.record(let a), .record(let b)):
            func kept(_ entries: [ResolvedValue.Entry]) -> [ResolvedValue.Entry] {
                isRoot ? entries.filter { $0.key != "name" && $0.key != "out" } : entries
            }
            let (a, b) = (kept(a), kept(b))
            // Keys of tables without a declared order stand as they were written.
            return a.count == b.count
                && a.allSatisfy { entry in
                    b.first { $0.key == entry.key }.map {
                        areSame(entry.value, $0.value, isRoot: false)
                    } ?? false
                }
        case (.list(let a), .list(let b)):
            return a.count == b.count && zip(a, b).allSatisfy { areSame($0, $1, isRoot: false) }
        case (.string(let a), .string(let b)):
            return a == b || (a.hasPrefix("function ") && b.hasPrefix("function "))
        default: return a == b
        }
    }

    /// What has to be set in a table, key by key, so that it becomes another one.
    private static func assignments(
        from old: LuaTable<LuaNode>, to new: LuaTable<LuaNode>, at place: String
    ) throws -> [String] {
        var lines: [String] = []
        for field in new.fields {
            let target = place + accessor(field.key)
            switch (old[field.key], field.value) {
            case (.table(let old)?, .table(let new)) where new.array.isEmpty && old.array.isEmpty:
                lines += try assignments(from: old, to: new, at: target)
            case (let before, let value):
                guard try !isSame(before ?? .nil, value) else { continue }
                lines.append(
                    "\(target) = \(LuaSpelling.of(try value.plain()))")
            }
        }
        for field in old.fields where !field.value.isNil && new[field.key] == nil {
            lines.append("\(place)\(accessor(field.key)) = nil")
        }
        return lines
    }

    /// Functions stay where they are: none is set from outside.
    private static func isSame(_ a: LuaNode, _ b: LuaNode) throws -> Bool {
        switch (a, b) {
        case (.function, .function), (.object, .object): return true
        case (.table(let a), .table(let b)):
            return try a.array.count == b.array.count && a.fields.count == b.fields.count
                && zip(a.array, b.array).allSatisfy(isSame)
                && a.fields.allSatisfy { field in
                    try b[field.key].map { try isSame(field.value, $0) } ?? false
                }
        case (.function, _), (_, .function), (.object, _), (_, .object), (.table, _), (_, .table):
            return false
        default: return PlainEquality.equal(try a.plain(), try b.plain())
        }
    }

    private static func accessor(_ key: LuaKey) -> String {
        switch key {
        case .string(let name):
            if let text = name.text, LuaSpelling.isName(text) { return ".\(text)" }
            return "[\(LuaSpelling.quoted(name.bytes))]"
        case .integer(let value): return "[\(value)]"
        case .number(let value): return "[\(value)]"
        case .boolean(let value): return "[\(value)]"
        }
    }
}
