import Foundation
import LuaRuntime
import Naming
import ShippedPlugins
import Telemetry

/// A plugin's files, wherever they are.
struct PluginSource: Sendable, Hashable {
    /// Where a plugin was found.
    enum Place: Sendable, Hashable {
        /// A folder that holds `<name>.lua`.
        case folder(String)
        /// Part of the program.
        case shipped
    }

    let name: String
    let place: Place

    /// The main file as errors name it.
    var path: String {
        switch place {
        case .folder(let folder): "\(folder)/\(name).lua"
        case .shipped: "shipped/\(name)/\(name).lua"
        }
    }

    /// The main file's bytes, read through the loader where they are on the disk.
    ///
    /// - Throws: `LuaError` for a file that cannot be read.
    func read(_ modules: ModuleLoader) throws -> [UInt8] {
        switch place {
        case .folder: return try modules.open(path: path).bytes
        case .shipped:
            guard let shipped = ShippedPlugins.all.first(where: { $0.name == name }) else {
                preconditionFailure("a shipped plugin is in the list")
            }
            return shipped.source
        }
    }

    /// Where its `require` looks: its own folder, and nowhere else.
    var roots: [String] {
        if case .folder(let folder) = place { [folder] } else { [] }
    }
}

/// Finds plugins: from a folder upward in `Plugins/`, then in `NIGHTJAR_PLUGINS`, then among those
/// that are part of the program. The first of a name counts.
struct PluginLookup: Sendable {
    private let folders: [String]
    /// Entries of `NIGHTJAR_PLUGINS` that are no folder.
    private let missing: [String]

    /// - Parameters:
    ///   - start: usually the recipe's folder.
    ///   - extra: folders of plugins, separated by colons; nil takes `NIGHTJAR_PLUGINS`.
    init(from start: String, extra: String? = nil) {
        var folders: [String] = []
        var folder = URL(fileURLWithPath: start).standardizedFileURL.path
        while true {
            folders.append(folder == "/" ? "/Plugins" : folder + "/Plugins")
            guard folder != "/" else { break }
            folder = URL(fileURLWithPath: folder).deletingLastPathComponent().path
        }
        let more = extra ?? ProcessInfo.processInfo.environment["NIGHTJAR_PLUGINS"] ?? ""
        let named = more.split(separator: ":").map(String.init)
        missing = named.filter { !PluginLookup.isFolder($0) }
        self.folders = folders + named
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    /// What looks like a plugin and is none, a sentence each.
    var remarks: [String] {
        var remarks = missing.map { "NIGHTJAR_PLUGINS names \"\($0)\", and there is no such folder" }
        for folder in folders {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            for name in names.sorted() where !name.hasPrefix(".") {
                let path = folder + "/" + name
                guard PluginLookup.isFolder(path) else {
                    // A link that leads to itself, or nowhere, was meant to be something.
                    if !FileManager.default.fileExists(atPath: path) {
                        remarks.append("\(path) is no plugin: the link leads nowhere")
                    }
                    continue
                }
                if let problem = PluginLookup.problem(ofName: name) {
                    remarks.append("\(path) is no plugin: \(problem)")
                } else if !FileManager.default.fileExists(atPath: "\(path)/\(name).lua") {
                    remarks.append("\(path) is no plugin: it holds no \(name).lua")
                }
            }
        }
        return remarks
    }

    /// Every plugin there is, by name.
    var all: [PluginSource] {
        var found: [String: PluginSource] = [:]
        for shipped in ShippedPlugins.all {
            found[shipped.name] = PluginSource(name: shipped.name, place: .shipped)
        }
        for folder in folders.reversed() {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            for name in names where PluginLookup.isName(name) {
                let source = PluginSource(name: name, place: .folder(folder + "/" + name))
                if FileManager.default.fileExists(atPath: source.path) { found[name] = source }
            }
        }
        return found.values.sorted { $0.name < $1.name }
    }

    /// - Throws: `ShapeFault` that names the nearest plugin there is.
    func find(_ name: String) throws -> PluginSource {
        if let problem = PluginLookup.problem(ofName: name) {
            throw ShapeFault(path: LuaPath(), sentence: problem)
        }
        for folder in folders {
            let source = PluginSource(name: name, place: .folder(folder + "/" + name))
            if FileManager.default.fileExists(atPath: source.path) { return source }
        }
        if ShippedPlugins.all.contains(where: { $0.name == name }) {
            return PluginSource(name: name, place: .shipped)
        }
        throw ShapeFault(
            path: LuaPath(),
            sentence:
                "there is no plugin \"\(name)\" in Plugins/ from the recipe's folder upward, in "
                + "NIGHTJAR_PLUGINS, or among the shipped ones; "
                + (remarks.first { $0.contains("/\(name) is") } ?? missing.first.map {
                    "NIGHTJAR_PLUGINS names \"\($0)\", and there is no such folder"
                } ?? hint(name)))
    }

    private func hint(_ name: String) -> String {
        nearestNameHint(to: name, among: all.map(\.name))
    }

    /// What is wrong with a plugin's name; nil where nothing is.
    static func problem(ofName name: String) -> String? {
        if name == RecipeUnit.name {
            return
                "a plugin cannot be called \"\(name)\": that is what a run calls the functions of "
                + "its recipe; choose another name"
        }
        return isName(name)
            ? nil
            : "\"\(PrintableText.line(name))\" cannot name a plugin; write letters, digits, _ and -"
    }

    static func isName(_ name: String) -> Bool {
        name != RecipeUnit.name && !name.isEmpty && name.utf8.count <= 100
            && name.utf8.allSatisfy { (c: UInt8) in
                (c | 32 >= 97 && c | 32 <= 122) || (c >= 48 && c <= 57) || c == 95 || c == 45
            }
    }
}
