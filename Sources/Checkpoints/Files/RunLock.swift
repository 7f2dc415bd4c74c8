import Glibc

/// A run's lock: as long as it lives, no other process trains into the same folder.
///
/// It is the system's own lock on `run.lock`, which ends with the process however that ends, so a
/// dead holder never blocks; the file's text only tells people who holds it.
public final class RunLock: Sendable {
    /// The lock file.
    public let path: String
    private let descriptor: Int32

    /// Locks the run in folder `run`, which must exist. Throws `locked`, naming the holder's
    /// process, where another holds it.
    public init(run: String) throws(CheckpointError) {
        let path = run + "/run.lock"
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard opened >= 0 else {
            throw CheckpointError(
                SystemCallFailure(operation: "open", path: path, code: errno))
        }
        var patience = 10
        while flock(opened, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            // Someone may be looking at this moment whether the run is under way.
            if code == EWOULDBLOCK, patience > 0 {
                patience -= 1
                usleep(1000)
                continue
            }
            defer { close(opened) }
            if code == EWOULDBLOCK {
                let holder = Self.text(of: opened)
                throw CheckpointError(
                    .locked,
                    "another process is using this run"
                        + (holder.isEmpty ? "" : ": \(holder)")
                        + "; wait for it, stop it, or choose another run",
                    path: run)
            }
            throw CheckpointError(
                SystemCallFailure(operation: "flock", path: path, code: code))
        }
        self.path = path
        descriptor = opened
        let holder = Array("process \(getpid()) on \(Self.hostName())\n".utf8)
        // For people only: the lock holds without it, so a full disk does not refuse the run.
        _ = ftruncate(opened, 0)
        _ = pwrite(opened, holder, holder.count, 0)
    }

    deinit {
        // The file stays: removing it would let two processes lock two files of one name.
        _ = ftruncate(descriptor, 0)
        // Said aloud rather than left to close: a process that another thread is just starting
        // holds a copy of every descriptor until it becomes its own program, and would hold the
        // lock with it.
        _ = flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Whether a process holds the lock of the run in folder `run`; false where there is none.
    ///
    /// Looking takes the lock for an instant, shared with others who look; taking it waits that
    /// out.
    public static func isHeld(run: String) -> Bool {
        let opened = open(run + "/run.lock", O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { return false }
        defer { close(opened) }
        while flock(opened, LOCK_SH | LOCK_NB) != 0 {
            if errno != EINTR { return errno == EWOULDBLOCK }
        }
        _ = flock(opened, LOCK_UN)
        return false
    }

    private static func text(of descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        return String(text.prefix { !$0.isNewline })
    }

    private static func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "an unknown host" }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
