import Glibc
import Naming

/// Finds the files of `require "a.b"` under declared roots, and nowhere else.
///
/// A name is one or more parts of letters, digits, `_` and `-`, joined by dots; `a.b` is `a/b.lua`
/// or `a/b/init.lua` under the first root that has it. A file that lies outside its root once links
/// are followed is refused. Every file that was read is kept with its bytes, so that the host can
/// hash and store exactly what ran.
public final class ModuleLoader {
    /// A file that was read, with its bytes as they were then.
    public struct File: Sendable, Hashable {
        /// The module's name; nil for a file opened by path.
        public let name: String?
        /// The root as it was given, and the rest.
        public let path: String
        public let bytes: [UInt8]

        /// A file with the bytes it had.
        public init(name: String?, path: String, bytes: [UInt8]) {
            self.name = name
            self.path = path
            self.bytes = bytes
        }
    }

    public let roots: [String]
    /// What was read so far, in the order of reading.
    public private(set) var files: [File] = []

    /// A script larger than this is refused.
    public static let maximumBytes = 16 << 20

    /// Files that take the place of those on the disk; nil reads the disk.
    private let kept: [File]?

    /// - Parameter kept: the very files to serve, such as a run keeps; then the disk is not read.
    public init(roots: [String], kept: [File]? = nil) {
        self.roots = roots
        self.kept = kept
    }

    /// Reads the file that the user named, such as the recipe itself. Roots do not apply.
    public func open(path: String) throws -> File {
        if let kept {
            guard let file = kept.first(where: { $0.name == nil }) else {
                throw refusal("\(path) is not among the files that were kept")
            }
            files.append(file)
            return file
        }
        return try read(path: path, name: nil)
    }

    /// Bytes of the longest name.
    private static let longestName = 200

    func load(_ name: String) throws -> File {
        let parts =
            name.utf8.count > ModuleLoader.longestName
            ? [] : name.split(separator: ".", omittingEmptySubsequences: false)
        let isPart = { (part: Substring) in
            !part.isEmpty
                && part.utf8.allSatisfy {
                    ($0 | 32 >= 97 && $0 | 32 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 95
                        || $0 == 45
                }
        }
        guard !parts.isEmpty, parts.allSatisfy(isPart) else {
            throw refusal(
                "module name '\(shortened(name, to: ModuleLoader.longestName))' is refused: write parts of letters, digits, '_' and '-' "
                    + "joined by dots")
        }
        if let kept {
            guard let file = kept.first(where: { $0.name == name }) else {
                throw refusal(
                    "module '\(name)' was not loaded when the run began; require it at the top of "
                        + "the file")
            }
            files.append(file)
            return file
        }
        var tried: [String] = []
        for root in roots {
            for ending in [".lua", "/init.lua"] {
                let path = root + "/" + parts.joined(separator: "/") + ending
                tried.append(path)
                guard access(path, F_OK) == 0 else { continue }
                guard let home = resolved(root), let target = resolved(path),
                    target.hasPrefix(home == "/" ? home : home + "/")
                else {
                    throw refusal("module '\(name)' is refused: \(path) leads out of \(root)")
                }
                return try read(path: path, resolved: target, name: name)
            }
        }
        let places = tried.isEmpty ? "no folder is declared" : tried.joined(separator: ", ")
        throw refusal("module '\(name)' is not found; looked for: \(places)")
    }

    private func read(path: String, resolved: String? = nil, name: String?) throws -> File {
        // A link put in place after its target was checked is not followed.
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (resolved == nil ? 0 : O_NOFOLLOW)
        let descriptor = Glibc.open(resolved ?? path, flags)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw refusal("\(path) is not a regular file")
        }
        guard status.st_size <= Self.maximumBytes else {
            throw refusal("\(path) is larger than a script may be (\(Self.maximumBytes) bytes)")
        }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path) }
            if count == 0 { break }
            bytes += piece[..<count]
            guard bytes.count <= Self.maximumBytes else {
                throw refusal("\(path) grew past \(Self.maximumBytes) bytes while it was read")
            }
        }
        let file = File(name: name, path: path, bytes: bytes)
        files.append(file)
        return file
    }

    private func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private func unreadable(_ path: String) -> LuaError {
        let code = errno
        let near = code == ENOENT ? nearestScript(to: path) : nil
        let hint = near.map { "; did you mean \($0)?" } ?? ""
        return refusal("\(path) cannot be read: \(String(cString: strerror(code)))\(hint)")
    }

    /// The script beside a path that does not exist whose name is the nearest.
    private func nearestScript(to path: String) -> String? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let name = parts.last, let folder = opendir(
            parts.count > 1 ? parts.dropLast().joined(separator: "/") + "/" : ".")
        else { return nil }
        defer { closedir(folder) }
        var scripts: [String] = []
        while let entry = readdir(folder) {
            let found = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if found.hasSuffix(".lua") { scripts.append(found) }
        }
        return nearestName(to: String(name), among: scripts)
    }

    private func refusal(_ message: String) -> LuaError {
        LuaError(kind: .runtime, message: message)
    }
}
