/// The system calls that decide whether a save survives, one requirement per call.
///
/// Everything that writes goes through one of these, so that a test can make any single call fail.
/// An implementation reports `EINTR` and short writes as they come: callers retry.
public protocol FileSystem: Sendable {
    /// Creates a new file for writing and returns its descriptor; fails where one exists.
    func createFile(_ path: String) throws(SystemCallFailure) -> Int32

    /// Opens a file for reading and appending, creating it where there is none.
    func openForAppending(_ path: String) throws(SystemCallFailure) -> Int32

    /// Writes some of `bytes` and returns how many were taken.
    func write(
        _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
    ) throws(SystemCallFailure) -> Int

    /// Flushes a file to the disk.
    func synchronize(_ descriptor: Int32, path: String) throws(SystemCallFailure)

    /// Cuts a file to `byteCount` bytes.
    func truncate(
        _ descriptor: Int32, to byteCount: Int, path: String
    ) throws(SystemCallFailure)

    /// Closes a descriptor, which is gone afterwards whatever the result.
    func close(_ descriptor: Int32, path: String) throws(SystemCallFailure)

    /// Makes one folder; its parent must exist.
    func makeFolder(_ path: String) throws(SystemCallFailure)

    /// Opens a folder, which can then be synchronized.
    func openFolder(_ path: String) throws(SystemCallFailure) -> Int32

    /// Renames a file or folder, replacing a file of the new name.
    func rename(_ old: String, to new: String) throws(SystemCallFailure)

    /// Removes a file.
    func removeFile(_ path: String) throws(SystemCallFailure)

    /// Removes an empty folder.
    func removeFolder(_ path: String) throws(SystemCallFailure)

    /// The names in a folder, `.` and `..` left out, sorted by their bytes.
    func names(in folder: String) throws(SystemCallFailure) -> [String]

    /// What is at a path, links not followed.
    func kind(of path: String) throws(SystemCallFailure) -> FileKind
}

/// What a path leads to.
public enum FileKind: Hashable, Sendable {
    case missing
    case file
    case folder
    case other
}
