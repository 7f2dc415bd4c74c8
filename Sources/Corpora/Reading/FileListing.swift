import Foundation

/// A source file as it was found.
struct ListedFile: Sendable, Hashable {
    var path: String
    var byteCount: Int
    /// Modification time in nanoseconds since 1970.
    var modified: Int
}

/// The files of a source, in reading order.
struct FileListing: Sendable, Hashable {
    var files: [ListedFile] = []
    /// Files below the folder that no pattern matches, and pipes and the like: how many, and the
    /// first three.
    var leftOutCount = 0
    var firstLeftOut: [String] = []

    var byteCount: Int { files.reduce(0) { $0 + $1.byteCount } }

    /// Lists the files of `source`; texts in memory have none.
    ///
    /// - Throws: `CorporaError` naming a path that is missing, unreadable or of the wrong kind.
    init(_ source: Source) throws {
        switch source.place {
        case .memory: return
        case .files(let paths):
            for path in paths {
                let status = try Self.status(of: path)
                guard !status.isFolder else {
                    throw CorporaError(
                        .badSetting, "this is a folder, not a file",
                        advice: "Use a folder source.", path: path)
                }
                guard status.isRegular else {
                    throw CorporaError(
                        .badSetting, "this is a pipe or a device, not a file",
                        advice: "Save its content to a file first.", path: path)
                }
                files.append(status.file)
            }
        case .folder(let root, let patterns):
            let status = try Self.status(of: root)
            guard status.isFolder else {
                throw CorporaError(
                    .badSetting, "this is a file, not a folder",
                    advice: "Use a text or JSONL source.", path: root)
            }
            var visited: Set<[UInt64]> = [status.identity]
            try descend(root, "", patterns.map(Glob.init), &visited)
            files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
            firstLeftOut = Array(firstLeftOut.sorted().prefix(3))
            guard !files.isEmpty else {
                let others =
                    leftOutCount == 0
                    ? "it holds no file"
                    : "it holds \(leftOutCount) others, such as \(firstLeftOut[0])"
                throw CorporaError(
                    .emptyCorpus,
                    "no file matches \(patterns.joined(separator: ", ")); \(others)",
                    advice: "Give the patterns of the files that you mean.", path: root)
            }
        }
    }

    private mutating func descend(
        _ root: String, _ relative: String, _ globs: [Glob], _ visited: inout Set<[UInt64]>
    ) throws {
        let folder = relative.isEmpty ? root : root + "/" + relative
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw CorporaError(
                .system, "the folder cannot be read", advice: "Check its permissions.",
                path: folder)
        }
        for name in names where !name.hasPrefix(".") {
            let inside = relative.isEmpty ? name : relative + "/" + name
            let status = try Self.status(of: root + "/" + inside)
            if status.isFolder {
                // A link may lead back up: every folder is entered once.
                if visited.insert(status.identity).inserted {
                    try descend(root, inside, globs, &visited)
                }
            } else if status.isRegular, globs.contains(where: { $0.matches(inside) }) {
                files.append(status.file)
            } else {
                leftOutCount += 1
                firstLeftOut.append(
                    status.isRegular ? inside : "\(inside) (a pipe or a device)")
            }
        }
    }

    private static func status(
        of path: String
    ) throws -> (file: ListedFile, isFolder: Bool, isRegular: Bool, identity: [UInt64]) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR {
                throw CorporaError(
                    .missingFile, "there is no such file or folder",
                    advice: "Check the path; relative paths start at the recipe's folder.",
                    path: path)
            }
            throw CorporaError.system("look at", path)
        }
        let modified = status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec
        return (
            ListedFile(path: path, byteCount: Int(status.st_size), modified: modified),
            status.st_mode & S_IFMT == S_IFDIR, status.st_mode & S_IFMT == S_IFREG,
            [UInt64(status.st_dev), UInt64(status.st_ino)]
        )
    }
}
