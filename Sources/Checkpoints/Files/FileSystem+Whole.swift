import Glibc

/// Whole actions made of single calls: retried where interrupted, failing as `CheckpointError`.
extension FileSystem {
    /// Writes all of `bytes`, going on after short and interrupted writes.
    func writeAll(
        _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
    ) throws(CheckpointError) {
        var rest = bytes
        while !rest.isEmpty {
            let written: Int
            do {
                written = try write(rest, to: descriptor, path: path)
            } catch {
                if error.code == EINTR { continue }
                throw CheckpointError(error)
            }
            if written == 0 {
                // A disk that takes nothing without saying why would hold the loop for ever.
                throw CheckpointError(
                    SystemCallFailure(operation: "write", path: path, code: ENOSPC))
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    /// Runs one call again for as long as it is interrupted.
    func uninterrupted<R>(
        _ call: () throws(SystemCallFailure) -> R
    ) throws(CheckpointError) -> R {
        while true {
            do {
                return try call()
            } catch {
                if error.code != EINTR { throw CheckpointError(error) }
            }
        }
    }

    /// Flushes a folder's own entries to the disk, so that a rename in it survives a power cut.
    func synchronizeFolder(_ path: String) throws(CheckpointError) {
        let descriptor = try uninterrupted { () throws(SystemCallFailure) in
            try openFolder(path)
        }
        do {
            try uninterrupted { () throws(SystemCallFailure) in
                try synchronize(descriptor, path: path)
            }
        } catch {
            try? close(descriptor, path: path)
            throw error
        }
        try uninterrupted { () throws(SystemCallFailure) in try close(descriptor, path: path) }
    }

    /// Makes a folder and those above it, where they are missing, each flushed into its parent.
    func makeFolders(_ path: String) throws(CheckpointError) {
        let kind = try uninterrupted { () throws(SystemCallFailure) in
            // A link to a folder serves as well as a folder.
            try self.kind(of: path.hasSuffix("/") ? path : path + "/")
        }
        if kind == .folder { return }
        let above = parentPath(of: path)
        if above != path { try makeFolders(above) }
        do {
            try makeFolder(path)
        } catch {
            if error.code != EEXIST { throw CheckpointError(error) }
        }
        try synchronizeFolder(above)
    }

    /// Removes whatever is at a path, with everything in it; nothing there is no error.
    func removeTree(_ path: String) throws(CheckpointError) {
        let kind = try uninterrupted { () throws(SystemCallFailure) in try self.kind(of: path) }
        switch kind {
        case .missing: return
        case .folder:
            let names = try uninterrupted { () throws(SystemCallFailure) in
                try self.names(in: path)
            }
            for name in names { try removeTree(path + "/" + name) }
            try uninterrupted { () throws(SystemCallFailure) in try removeFolder(path) }
        case .file, .other:
            try uninterrupted { () throws(SystemCallFailure) in try removeFile(path) }
        }
    }

    /// Renames, again where interrupted.
    func move(_ old: String, to new: String) throws(CheckpointError) {
        try uninterrupted { () throws(SystemCallFailure) in try rename(old, to: new) }
    }
}

/// The folder that holds `path`: `.` for a bare name, `/` at the top.
func parentPath(of path: String) -> String {
    var trimmed = path[...]
    while trimmed.count > 1 && trimmed.hasSuffix("/") { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
}

/// The last part of `path`.
func lastName(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
}
