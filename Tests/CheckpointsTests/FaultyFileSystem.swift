import Checkpoints
import Glibc
import Synchronization

/// The real file system, except that chosen calls fail.
final class FaultyFileSystem: FileSystem {
    enum Fault: Hashable, Sendable {
        /// Nothing fails; calls are only counted.
        case none
        /// The n-th call fails with this error, without effect.
        case once(Int, Int32)
        /// All of these calls fail with this error, without effect.
        case several(ClosedRange<Int>, Int32)
        /// The n-th call and all after it fail, as when the process was killed before the n-th:
        /// nothing has an effect any more, tidying up included.
        case killed(Int)
        /// From the n-th call on, everything that takes space fails; the rest works.
        case full(Int)
        /// Every second call is interrupted, and writes take at most so many bytes.
        case choppy(Int)
    }

    private struct State {
        var count = 0
        var operations: [String] = []
    }

    private let real = PosixFileSystem()
    private let fault: Fault
    private let state = Mutex(State())

    init(_ fault: Fault) { self.fault = fault }

    /// The calls so far, in order, as `operation name`.
    var operations: [String] { state.withLock { $0.operations } }

    private static let takesSpace: Set<String> = ["create", "append", "write", "mkdir", "fsync"]

    private func pass(_ operation: String, _ path: String) throws(SystemCallFailure) {
        let number = state.withLock { state in
            state.count += 1
            state.operations.append(operation + " " + (path.split(separator: "/").last ?? ""))
            return state.count
        }
        let code: Int32? =
            switch fault {
            case .none: nil
            case .once(let n, let code): number == n ? code : nil
            case .several(let numbers, let code): numbers.contains(number) ? code : nil
            case .killed(let n): number >= n ? EINVAL : nil
            case .full(let n): number >= n && Self.takesSpace.contains(operation) ? ENOSPC : nil
            case .choppy: number % 2 == 1 && operation != "close" ? EINTR : nil
            }
        if let code { throw SystemCallFailure(operation: operation, path: path, code: code) }
    }

    func createFile(_ path: String) throws(SystemCallFailure) -> Int32 {
        try pass("create", path)
        return try real.createFile(path)
    }

    func openForAppending(_ path: String) throws(SystemCallFailure) -> Int32 {
        try pass("append", path)
        return try real.openForAppending(path)
    }

    func write(
        _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String
    ) throws(SystemCallFailure) -> Int {
        do {
            try pass("write", path)
        } catch {
            // A full disk takes some of it first.
            if error.code == ENOSPC, bytes.count > 1 {
                let half = UnsafeRawBufferPointer(rebasing: bytes.prefix(bytes.count / 2))
                _ = try real.write(half, to: descriptor, path: path)
            }
            throw error
        }
        if case .choppy(let most) = fault {
            let part = UnsafeRawBufferPointer(rebasing: bytes.prefix(most))
            return try real.write(part, to: descriptor, path: path)
        }
        return try real.write(bytes, to: descriptor, path: path)
    }

    func synchronize(_ descriptor: Int32, path: String) throws(SystemCallFailure) {
        // Only counted: no power fails here, and a sweep that waits for the disk takes minutes.
        try pass("fsync", path)
    }

    func truncate(
        _ descriptor: Int32, to byteCount: Int, path: String
    ) throws(SystemCallFailure) {
        try pass("truncate", path)
        try real.truncate(descriptor, to: byteCount, path: path)
    }

    func close(_ descriptor: Int32, path: String) throws(SystemCallFailure) {
        // Closed in any case, as the system does even where it reports an error.
        try real.close(descriptor, path: path)
        try pass("close", path)
    }

    func makeFolder(_ path: String) throws(SystemCallFailure) {
        try pass("mkdir", path)
        try real.makeFolder(path)
    }

    func openFolder(_ path: String) throws(SystemCallFailure) -> Int32 {
        try pass("openfolder", path)
        return try real.openFolder(path)
    }

    func rename(_ old: String, to new: String) throws(SystemCallFailure) {
        try pass("rename", new)
        try real.rename(old, to: new)
    }

    func removeFile(_ path: String) throws(SystemCallFailure) {
        try pass("unlink", path)
        try real.removeFile(path)
    }

    func removeFolder(_ path: String) throws(SystemCallFailure) {
        try pass("rmdir", path)
        try real.removeFolder(path)
    }

    func names(in folder: String) throws(SystemCallFailure) -> [String] {
        try pass("list", folder)
        return try real.names(in: folder)
    }

    func kind(of path: String) throws(SystemCallFailure) -> FileKind {
        try pass("stat", path)
        return try real.kind(of: path)
    }
}
