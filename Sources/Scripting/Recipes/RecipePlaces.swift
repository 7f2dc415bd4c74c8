import Foundation
import LuaRuntime

/// Where a recipe's paths lead: relative ones begin at the recipe's folder, the run folder's at the
/// working folder.
struct RecipePlaces {
    enum Kind {
        case file
        case folder
        case either
    }

    /// The recipe as the user named it.
    let recipe: String
    /// Absolute.
    let recipeFolder: String
    /// Absolute.
    let workingFolder: String
    /// Whether what is named must be there.
    let checksFiles: Bool

    init(recipe: String, workingFolder: String?, checksFiles: Bool) {
        let current = FileManager.default.currentDirectoryPath
        let working = Self.joined(current, workingFolder ?? ".")
        self.recipe = recipe
        self.workingFolder = working
        self.checksFiles = checksFiles
        let file = Self.joined(working, recipe)
        recipeFolder = file.contains("/") ? Self.joined(file, "..") : working
    }

    /// The recipe's own absolute path.
    var recipeFile: String { Self.joined(workingFolder, recipe) }

    func output(_ path: String) -> String { Self.joined(workingFolder, path) }

    func beside(_ path: String) -> String { Self.joined(recipeFolder, path) }

    /// The absolute path of something the recipe names.
    ///
    /// - Throws: `ShapeFault` where it is not there, or is a folder instead of a file.
    func existing(_ path: String, _ kind: Kind, at key: LuaPath) throws -> String {
        let target = beside(path)
        guard checksFiles else { return target }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: target, isDirectory: &isFolder) else {
            throw ShapeFault(
                path: key,
                sentence: "there is no \(kind == .folder ? "folder" : "file") \"\(path)\" (looked "
                    + "for \(target))" + hint(path))
        }
        if kind == .file, isFolder.boolValue {
            throw ShapeFault(
                path: key, sentence: "\"\(path)\" is a folder; nj.data.folder { ... } reads one")
        }
        if kind == .folder, !isFolder.boolValue {
            throw ShapeFault(
                path: key, sentence: "\"\(path)\" is a file; nj.data.text { ... } reads one")
        }
        return target
    }

    /// A model folder, a run or a run's checkpoint (`runs/base@pre`): beside the recipe, else in
    /// the working folder, where runs are written.
    func model(_ name: String, at key: LuaPath) throws -> String {
        let folder = name.lastIndex(of: "@").map { String(name[..<$0]) } ?? name
        let homes = [recipeFolder, workingFolder]
        let found = homes.first {
            FileManager.default.fileExists(atPath: Self.joined($0, folder))
        }
        guard let home = found ?? (checksFiles ? nil : recipeFolder) else {
            throw ShapeFault(
                path: key,
                sentence: "there is no folder \"\(folder)\", neither beside the recipe nor in the "
                    + "working folder (looked for "
                    + Words.anyOf(homes.map { Self.joined($0, folder) }) + ")")
        }
        return Self.joined(home, name)
    }

    private func hint(_ path: String) -> String {
        guard FileManager.default.fileExists(atPath: Self.joined(workingFolder, path)) else {
            return ""
        }
        return "; it is in the working folder, but paths are relative to the recipe"
    }

    /// `path` seen from `folder`, without `.` and `..` where they cancel.
    static func joined(_ folder: String, _ path: String) -> String {
        let whole = path.hasPrefix("/") ? path : folder + "/" + path
        var parts: [Substring] = []
        for part in whole.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else if part != ".." || !whole.hasPrefix("/") {
                parts.append(part)
            }
        }
        let text = parts.joined(separator: "/")
        return whole.hasPrefix("/") ? "/" + text : (text.isEmpty ? "." : text)
    }
}

extension RecipePlaces {
    /// The recipe's file name without its ending.
    var recipeStem: String {
        let name = recipeFile.split(separator: "/").last.map(String.init) ?? "run"
        return name.hasSuffix(".lua") && name.count > 4 ? String(name.dropLast(4)) : name
    }

    /// A script's path seen from the recipe's folder.
    func relative(_ path: String) -> String {
        let folder = recipeFolder == "/" ? "/" : recipeFolder + "/"
        return path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
    }
}
