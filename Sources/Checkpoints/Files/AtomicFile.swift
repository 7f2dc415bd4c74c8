/// A single file that changes as a whole: a reader sees the old content or the new, never a mix.
public struct AtomicFile: Sendable {
    private let path: String
    private let fileSystem: any FileSystem

    /// Names the file; its folder must exist when it is written.
    public init(path: String, fileSystem: any FileSystem = PosixFileSystem()) {
        self.path = path
        self.fileSystem = fileSystem
    }

    /// Writes aside what `fill` supplies, flushes it, renames it over the file and flushes the
    /// folder. After an error the file is as it was, unless only the last flush failed. What is not
    /// a plain file, such as a folder or a device, is never replaced.
    public func write(_ fill: (DraftFile) throws -> Void) throws {
        let folder = parentPath(of: path)
        let name = lastName(of: path)
        let final = folder + "/" + name
        let present = try fileSystem.uninterrupted { () throws(SystemCallFailure) in
            try fileSystem.kind(of: final)
        }
        guard present == .file || present == .missing else {
            throw CheckpointError(
                .malformed, "this is not a plain file, so it is not replaced; name another",
                path: path)
        }
        let partial = folder + "/" + Leftover(name, .partial).name
        WorkInProgress.begin(final)
        defer { WorkInProgress.end(final) }
        do {
            try fileSystem.removeTree(partial)
            let draft = try DraftFile(path: partial, fileSystem: fileSystem)
            defer { draft.abandon() }
            try fill(draft)
            _ = try draft.finish()
            try fileSystem.move(partial, to: final)
            try fileSystem.synchronizeFolder(folder)
        } catch {
            try? fileSystem.removeTree(partial)
            throw error
        }
    }

    /// Writes a text as the file's whole content.
    public func write(_ text: String) throws {
        try write { try $0.write(text) }
    }
}
