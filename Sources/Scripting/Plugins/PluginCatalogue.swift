import Foundation
import LuaRuntime
import Telemetry

/// What there is to know about plugins from outside a run.
public enum PluginCatalogue {
    /// Looks at plugins without granting them anything; loading and calls are cut off at the same
    /// place on every machine.
    static let loader = PluginLoader(
        budget: .counted, loadingBudget: .counted, checksNeeds: false)

    /// A plugin that was found, and what it says of itself.
    public struct Entry: Sendable {
        /// The name that recipes use.
        public let name: String
        /// One sentence, without what a terminal would take for a command; nil where the plugin
        /// cannot be loaded.
        public let summary: String?
        /// The functions through which a run calls it: `hooks.on_step_end`.
        public let doors: [String]
        /// Its main file.
        public let path: String
        /// Why it cannot be loaded; nil where it can.
        public let failure: String?
    }

    /// Every plugin that a recipe in this folder would find, by name.
    public static func list(from folder: String) -> [Entry] {
        PluginLookup(from: folder).all.map { source in
            do {
                let loaded = try loader.load(
                    PluginUse(source: source)
                ) { _ in }
                try PluginManifest.check(loaded, of: source)
                return Entry(
                    name: source.name, summary: PrintableText.line(loaded.summary),
                    doors: loaded.doorPaths, path: source.path, failure: nil)
            } catch {
                return Entry(
                    name: source.name, summary: nil, doors: [], path: source.path,
                    failure: "\(error)")
            }
        }
    }

    /// What lies where a recipe in this folder would look and is no plugin, a sentence each.
    public static func remarks(from folder: String) -> [String] {
        PluginLookup(from: folder).remarks.map(PrintableText.line)
    }

    /// What a check has found to be in order.
    public struct Check: Sendable {
        /// The plugin.
        public let entry: Entry
        /// Self-tests that hold.
        public let exampleCount: Int
        /// Fresh states in which every self-test gave the same.
        public let freshStateCount: Int
        /// Memory of a state that has loaded it.
        public let memoryBytes: Int
        /// Hash of every file it loads, and of its settings.
        public let hash: String
        /// Its spec, where it has one.
        public let spec: String?
    }

    /// Loads a plugin and runs its self-test in twenty fresh states.
    ///
    /// - Parameter name: a plugin's name, its folder or its main file.
    /// - Throws: `ScriptingError` that says what is wrong.
    public static func check(_ name: String, from folder: String) throws -> Check {
        let source = try find(name, from: folder)
        let use = PluginUse(source: source)
        let loaded = try loader.load(use) { _ in }
        let states = 20
        var count = 0
        let clock = Stopwatch()
        for _ in 0..<states {
            count = try PluginSelfTest(use, loader: loader).run(clock: clock)
        }
        let spec = source.path.dropLast(4) + "_spec.lua"
        return Check(
            entry: Entry(
                name: source.name, summary: PrintableText.line(loaded.summary),
                doors: loaded.doorPaths, path: source.path, failure: nil),
            exampleCount: count, freshStateCount: states, memoryBytes: loaded.unit.memoryBytes,
            hash: loaded.unit.hash,
            spec: FileManager.default.fileExists(atPath: String(spec)) ? String(spec) : nil)
    }

    /// - Throws: `ScriptingError` where there is no such plugin.
    static func find(_ name: String, from folder: String) throws -> PluginSource {
        do {
            return try source(name, from: folder)
        } catch let fault as ShapeFault {
            throw ScriptingError(.badFile, fault.sentence)
        }
    }

    /// Whether a path or name is a plugin's, and not that of a recipe.
    ///
    /// A folder is, and a name without a file behind it; a file is where it carries its folder's
    /// name and makes no recipe.
    public static func isPlugin(_ name: String, from folder: String) -> Bool {
        let url = URL(
            fileURLWithPath: name, relativeTo: URL(fileURLWithPath: folder, isDirectory: true)
        ).standardizedFileURL
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            return !name.contains("/") && !name.hasSuffix(".lua")
        }
        if isFolder.boolValue { return true }
        let home = url.deletingLastPathComponent().lastPathComponent
        guard url.pathExtension == "lua",
            url.deletingPathExtension().lastPathComponent == home,
            let file = FileHandle(forReadingAtPath: url.path),
            let data = try? file.read(upToCount: 1 << 20)
        else { return false }
        return !String(decoding: data, as: UTF8.self).contains(".recipe")
    }

    private static func source(_ name: String, from folder: String) throws -> PluginSource {
        let url = URL(
            fileURLWithPath: name, relativeTo: URL(fileURLWithPath: folder, isDirectory: true)
        ).standardizedFileURL
        var isFolder: ObjCBool = false
        guard name.contains("/") || name.hasSuffix(".lua") || name.hasPrefix("."),
            FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        else { return try PluginLookup(from: folder).find(name) }
        let home = isFolder.boolValue ? url : url.deletingLastPathComponent()
        let source = PluginSource(name: home.lastPathComponent, place: .folder(home.path))
        if let problem = PluginLookup.problem(ofName: source.name) {
            throw ShapeFault(path: LuaPath(), sentence: problem)
        }
        guard FileManager.default.fileExists(atPath: source.path) else {
            throw ShapeFault(
                path: LuaPath(),
                sentence: "\(home.path) is no plugin: it holds no \(source.name).lua")
        }
        return source
    }
}
