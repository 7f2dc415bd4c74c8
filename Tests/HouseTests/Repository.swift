import Foundation

/// The working copy that these tests were built from, as text.
enum Repository {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every file that belongs to the repository, relative to its root, sorted.
    static let files: [String] = {
        var found: [String] = []
        collect("", into: &found)
        return found.sorted()
    }()

    /// What stands at the top, sorted; what git ignores is left out.
    static let topLevel: [String] = entries(of: "").filter { !isIgnored($0) }.sorted()

    static func files(below folder: String, endingIn endings: [String]) -> [String] {
        files.filter { file in
            file.hasPrefix(folder) && endings.contains { file.hasSuffix($0) }
        }
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.path + "/" + path)
    }

    /// A file's text; empty for a file that is not UTF-8.
    static func text(_ path: String) throws -> String {
        String(data: try Data(contentsOf: root.appending(path: path)), encoding: .utf8) ?? ""
    }

    /// Every file with its text; golden files, which are mostly numbers, are left out.
    static let texts: [(file: String, text: String)] =
        files
        .filter { !$0.hasPrefix("Tests/Goldens/") }.map { ($0, (try? text($0)) ?? "") }

    /// The code of every Swift file, by path.
    static let code: [String: SwiftCode] = {
        let swift = texts.filter { $0.file.hasSuffix(".swift") }
        return Dictionary(uniqueKeysWithValues: swift.map { ($0.file, SwiftCode($0.text)) })
    }()

    /// Lists kept in `Scripts`, one `PATH: VALUE` a line, `#` beginning a comment.
    static func list(_ path: String) throws -> [(name: String, value: String)] {
        try text(path).split(separator: "\n").compactMap { line in
            guard !line.hasPrefix("#"), let colon = line.firstIndex(of: ":") else { return nil }
            return (
                String(line[..<colon]),
                line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            )
        }
    }

    /// Folders that git, editors and the package manager keep for themselves.
    private static let keptByTools: Set = [
        ".git", ".build", ".swiftpm", ".index-build", ".vscode", ".idea", "__pycache__",
    ]

    private static let ignored: [String] = {
        let rules = (try? text(".gitignore")) ?? ""
        return rules.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }()

    /// Names alone are compared, which is all that the repository's own ignore file needs.
    private static func isIgnored(_ name: String) -> Bool {
        keptByTools.contains(name)
            || ignored.contains { rule in
                rule.hasPrefix("*")
                    ? name.hasSuffix(rule.dropFirst()) : rule == name || rule == name + "/"
            }
    }

    private static func entries(of folder: String) -> [String] {
        let path = folder.isEmpty ? root.path : root.path + "/" + folder
        return (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    }

    private static func collect(_ folder: String, into found: inout [String]) {
        for name in entries(of: folder) where !isIgnored(name) {
            let path = folder.isEmpty ? name : folder + "/" + name
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(
                atPath: root.path + "/" + path, isDirectory: &isFolder)
            if isFolder.boolValue {
                collect(path, into: &found)
            } else {
                found.append(path)
            }
        }
    }
}
