import Glibc

/// The real file system: each requirement is its system call and nothing more.
public struct PosixFileSystem: FileSystem {
    /// Makes the real file system.
    public init() {}

    public func createFile(_ path: String) throws(SystemCallFailure) -> Int32 {
        try check(open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644), "open", path)
    }

    public func openForAppending(_ path: String) throws(SystemCallFailure) -> Int32 {
        try check(open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644), "open", path)
    }

    public func write(
        _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
    ) throws(SystemCallFailure) -> Int {
        try check(Glibc.write(descriptor, bytes.baseAddress, bytes.count), "write", path)
    }

    public func synchronize(_ descriptor: Int32, path: String) throws(SystemCallFailure) {
        _ = try check(fsync(descriptor), "fsync", path)
    }

    public func truncate(
        _ descriptor: Int32, to byteCount: Int, path: String
    ) throws(SystemCallFailure) {
        _ = try check(ftruncate(descriptor, byteCount), "ftruncate", path)
    }

    public func close(_ descriptor: Int32, path: String) throws(SystemCallFailure) {
        // Linux releases the descriptor even where close is interrupted.
        if Glibc.close(descriptor) != 0 && errno != EINTR {
            throw SystemCallFailure(operation: "close", path: path, code: errno)
        }
    }

    public func makeFolder(_ path: String) throws(SystemCallFailure) {
        _ = try check(mkdir(path, 0o755), "mkdir", path)
    }

    public func openFolder(_ path: String) throws(SystemCallFailure) -> Int32 {
        try check(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open", path)
    }

    public func rename(_ old: String, to new: String) throws(SystemCallFailure) {
        _ = try check(Glibc.rename(old, new), "rename", new)
    }

    public func removeFile(_ path: String) throws(SystemCallFailure) {
        _ = try check(unlink(path), "unlink", path)
    }

    public func removeFolder(_ path: String) throws(SystemCallFailure) {
        _ = try check(rmdir(path), "rmdir", path)
    }

    public func names(in folder: String) throws(SystemCallFailure) -> [String] {
        guard let stream = opendir(folder) else {
            throw SystemCallFailure(operation: "opendir", path: folder, code: errno)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 {
                    throw SystemCallFailure(operation: "readdir", path: folder, code: errno)
                }
                break
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted(by: bytewise)
    }

    public func kind(of path: String) throws(SystemCallFailure) -> FileKind {
        var status = stat()
        if lstat(path, &status) != 0 {
            if errno == ENOENT || errno == ENOTDIR { return .missing }
            throw SystemCallFailure(operation: "lstat", path: path, code: errno)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    private func check<Result: SignedInteger>(
        _ result: Result, _ operation: String, _ path: String
    ) throws(SystemCallFailure) -> Result {
        if result < 0 { throw SystemCallFailure(operation: operation, path: path, code: errno) }
        return result
    }
}

/// The order of names by their UTF-8 bytes, the same on every system.
func bytewise(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
}
