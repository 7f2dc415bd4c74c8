import Glibc

/// What went wrong with stored state: what happened, where, and what to do about it.
public struct CheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure; `isUserMistake` follows from it.
    public enum Code: String, Hashable, Sendable {
        /// A system call failed; `errno` and `operation` say which and why.
        case systemCall
        /// A file or folder that was asked for is not there.
        case missing
        /// A file is not what its format says it should be.
        case malformed
        /// A file differs from what was written: shortened, or a hash differs.
        case damaged
        /// The file was written by a newer version of this program.
        case unknownFormat
        /// A tensor, stage or step that was asked for does not exist.
        case unknownName
        /// A name cannot be used for a file, stage or tensor.
        case invalidName
        /// The bytes supplied for a tensor do not fit its declaration.
        case wrongByteCount
        /// Another process holds the run.
        case locked
    }

    /// The kind of failure.
    public let code: Code
    /// What happened, then what to do.
    public let message: String
    /// The file or folder concerned.
    public let path: String
    /// The system call that failed, such as `rename`; nil where none did.
    public let operation: String?
    /// The system's error number; nil where no system call failed.
    public let errno: Int32?

    /// Makes an error of `code` about `path`.
    public init(
        _ code: Code, _ message: String, path: String, operation: String? = nil,
        errno: Int32? = nil
    ) {
        self.code = code
        self.message = message
        self.path = path
        self.operation = operation
        self.errno = errno
    }

    /// Whether the user can put it right by asking differently (exit code 2); otherwise the machine
    /// failed (exit code 3).
    public var isUserMistake: Bool {
        switch code {
        case .missing, .malformed, .unknownFormat, .unknownName, .invalidName, .locked: true
        case .damaged, .wrongByteCount: false
        case .systemCall:
            [ENOENT, EACCES, EPERM, ENOTDIR, EISDIR, ENAMETOOLONG, EROFS].contains(errno ?? 0)
        }
    }

    public var description: String { "\(path): \(message)" }
}

extension CheckpointError {
    /// The error of a failed system call, with advice for the codes that have any.
    init(_ failure: SystemCallFailure) {
        self.init(
            .systemCall, failure.sentence, path: failure.path, operation: failure.operation,
            errno: failure.code)
    }
}
