/// A file being written aside: not part of anything until it is finished and renamed into place.
///
/// Hashes what passes through it. Belongs to one thread at a time.
public final class DraftFile: ByteSink {
    /// Where it is written.
    public let path: String

    private let fileSystem: any FileSystem
    private let hasher = BlockHasher()
    private var descriptor: Int32?

    /// Creates the file; fails where one exists.
    init(path: String, fileSystem: any FileSystem) throws(CheckpointError) {
        self.path = path
        self.fileSystem = fileSystem
        descriptor = try fileSystem.uninterrupted { () throws(SystemCallFailure) in
            try fileSystem.createFile(path)
        }
    }

    deinit { abandon() }

    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard let descriptor else {
            preconditionFailure("a finished file takes no more bytes")
        }
        try fileSystem.writeAll(bytes, to: descriptor, path: path)
        hasher.update(bytes)
    }

    /// Flushes the file to the disk, closes it and tells what was written.
    func finish() throws(CheckpointError) -> Manifest.File {
        guard let descriptor else {
            preconditionFailure("a file is finished once")
        }
        try fileSystem.uninterrupted { () throws(SystemCallFailure) in
            try fileSystem.synchronize(descriptor, path: path)
        }
        self.descriptor = nil
        try fileSystem.uninterrupted { () throws(SystemCallFailure) in
            try fileSystem.close(descriptor, path: path)
        }
        let (blocks, whole) = hasher.finish()
        return Manifest.File(byteCount: hasher.byteCount, blocks: blocks, whole: whole)
    }

    /// Closes the file where it is still open; its content no longer matters.
    func abandon() {
        guard let descriptor else { return }
        self.descriptor = nil
        try? fileSystem.close(descriptor, path: path)
    }
}
