import Glibc

/// Why a measurement could not be kept: what happened, to which file, and what to do.
public struct TelemetryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What happened, then what to do.
    public let message: String
    /// The file concerned.
    public let path: String
    /// The system's error number; nil where no system call failed.
    public let errno: Int32?

    /// Makes an error about `path`.
    public init(_ message: String, path: String, errno: Int32? = nil) {
        self.message = message
        self.path = path
        self.errno = errno
    }

    /// Whether the user can put it right by asking differently (exit code 2); otherwise the machine
    /// failed (exit code 3).
    public var isUserMistake: Bool {
        [ENOENT, EACCES, EPERM, ENOTDIR, EISDIR, EROFS].contains(errno ?? 0)
    }

    public var description: String { "\(path): \(message)" }

    static func systemCall(_ name: String, path: String, code: Int32) -> TelemetryError {
        let advice = code == ENOSPC ? "; free space on this disk and try again" : ""
        return TelemetryError(
            "\(name) failed: \(String(cString: strerror(code))) (errno \(code))\(advice)",
            path: path, errno: code)
    }
}
