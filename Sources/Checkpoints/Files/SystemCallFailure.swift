import Glibc

/// One system call that failed.
public struct SystemCallFailure: Error, Hashable, Sendable {
    /// The call, such as `rename`.
    public let operation: String
    /// The path it was about.
    public let path: String
    /// The system's error number.
    public let code: Int32

    /// Makes the failure of `operation` on `path` with error number `code`.
    public init(operation: String, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// What happened and what to do, in one sentence.
    var sentence: String {
        let reason = "\(operation) failed: \(String(cString: strerror(code))) (errno \(code))"
        return switch code {
        case ENOSPC, EDQUOT: reason + "; free space on this disk and try again"
        case EIO: reason + "; the disk may be failing, so copy what is saved elsewhere"
        case EACCES, EPERM: reason + "; check the owner and permissions"
        case EROFS: reason + "; choose a folder that can be written"
        case ENOENT: reason + "; check the path"
        case EMFILE, ENFILE: reason + "; raise the limit of open files (ulimit -n)"
        default: reason
        }
    }
}
