import Checkpoints
import Foundation
import LuaRuntime
import Telemetry
import Training

/// The scripts that were in force in a run when it was last saved, from the bytes in its folder:
/// what a resumed run stands on where the disk's own versions do not load any more.
final class KeptScripts {
    private let archive: ScriptArchive
    private let run: String
    /// Read when first wanted: most runs that go on find their scripts where they were.
    private lazy var versions: [String: ScriptVersion] = SavedHooks.states(run: run)
        .compactMapValues { bytes in
            let state = try? SlotState(StateEncoding.decode(bytes, path: "the memory of scripts"))
            return state?.versions.last
        }

    init(run: String) {
        self.run = run
        archive = ScriptArchive(run: run)
    }

    /// The first digits of a script's version; nil where nothing was saved of it.
    func version(of name: String) -> String? { versions[name]?.short }

    /// A script's files; nil where nothing was saved of it, or its bytes are gone.
    func files(of name: String) -> [LoadedScript]? {
        versions[name].flatMap { try? archive.files($0.entries) }
    }

    /// Where a plugin was found then.
    func source(of name: String) -> PluginSource? {
        guard let main = files(of: name)?.first(where: { $0.module == nil }) else { return nil }
        guard main.path.hasPrefix("/") else { return PluginSource(name: name, place: .shipped) }
        let folder = (main.path as NSString).deletingLastPathComponent
        return PluginSource(name: name, place: .folder(folder))
    }

    /// The recipe's files: those whose functions were in force, else those that the run began with.
    func recipeFiles(_ places: RecipePlaces) -> [LoadedScript]? {
        if let files = files(of: RecipeUnit.name) { return files }
        guard let events = try? RunJournal.events(run: run),
            let begun = events.last(where: { $0.name == "start" || $0.name == "resume" }),
            case .list(let list)? = begun.fields["scripts"]
        else { return nil }
        let entries = list.enumerated().compactMap { index, item -> ScriptArchive.Entry? in
            guard case .string(let text) = item, let space = text.lastIndex(of: " ") else {
                return nil
            }
            let path = String(text[..<space])
            let hash = text[text.index(after: space)...]
            let module = index == 0 ? "-" : KeptScripts.module(path)
            return ScriptArchive.Entry("\(hash) \(module) \(places.beside(path))")
        }
        return try? archive.files(entries)
    }

    /// What `require` calls a file beside the recipe.
    private static func module(_ path: String) -> String {
        var name = path
        for ending in [".lua", "/init"] where name.hasSuffix(ending) {
            name.removeLast(ending.count)
        }
        return name.replacingOccurrences(of: "/", with: ".")
    }
}

extension KeptScripts {
    /// The run that a recipe which cannot be read belongs to: as its file's name or an override
    /// says.
    ///
    /// What it says itself is not known then.
    convenience init?(recipe places: RecipePlaces, overrides: [RecipeOverride]) {
        func text(_ key: String) -> String? {
            guard let override = overrides.last(where: { $0.key == key }) else { return nil }
            if case .string(let text) = LuaLiteral.value(override.raw) { return text.text }
            return override.raw
        }
        let out = text("out") ?? "runs/" + (text("name") ?? places.recipeStem)
        // Of a recipe with phases it is the one that was under way.
        let folder = places.output(out)
        let phases = (try? PhaseList(of: folder))?.names ?? []
        let begun = phases.last {
            FileManager.default.fileExists(atPath: "\(folder)/\($0)/\(RunJournal.fileName)")
        }
        self.init(run: begun.map { "\(folder)/\($0)" } ?? folder)
        guard FileManager.default.fileExists(atPath: run) else { return nil }
    }
}

extension LoadedScript {
    /// The file as the interpreter takes it.
    var moduleFile: ModuleLoader.File { .init(name: module, path: path, bytes: bytes) }
}
