import Foundation
import Synchronization

/// A file descriptor that closes itself, with errors that name the file.
final class OpenFile: Sendable {
    let path: String
    private let descriptor: Int32
    private let isLocked = Atomic(false)

    /// Opens an existing file for reading.
    init(reading path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        self.path = path
        guard descriptor >= 0 else {
            if errno == ENOENT {
                throw CorporaError(
                    .missingFile, "there is no such file", advice: "Check the path.", path: path)
            }
            throw CorporaError.system("open", path)
        }
    }

    /// Creates an empty file for reading and writing, in place of what was there.
    init(creating path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        self.path = path
        guard descriptor >= 0 else { throw CorporaError.system("create", path) }
    }

    /// Opens a lock file, creating it where needed.
    init(locking path: String) throws {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        self.path = path
        guard descriptor >= 0 else { throw CorporaError.system("create", path) }
    }

    deinit {
        // A process that another thread is just starting shares the lock until it becomes its own
        // program; closing alone would leave it locked for that long.
        if isLocked.load(ordering: .relaxed) { _ = flock(descriptor, LOCK_UN) }
        close(descriptor)
    }

    /// Reads at the file position, appending; returns 0 at the end of the file.
    func read(into bytes: inout [UInt8], atMost limit: Int) throws -> Int {
        let old = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: limit))
        while true {
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress! + old, limit)
            }
            if count < 0 && errno == EINTR { continue }
            bytes.removeSubrange((old + max(count, 0))...)
            guard count >= 0 else { throw CorporaError.system("read", path) }
            return count
        }
    }

    /// Moves the file position.
    func seek(to offset: Int) throws {
        guard lseek(descriptor, offset, SEEK_SET) == offset else {
            throw CorporaError.system("seek in", path)
        }
    }

    /// Fills `bytes` from `offset` on; a file that ends before that is an error.
    func read(at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws {
        var done = 0
        while done < bytes.count {
            let count = pread(
                descriptor, bytes.baseAddress! + done, bytes.count - done, offset + done)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw CorporaError.system("read", path) }
            guard count > 0 else {
                throw CorporaError(
                    .truncatedFile, "the file ends before byte \(offset + bytes.count)",
                    advice: "It was cut short after it was written: restore or remove it.",
                    path: path)
            }
            done += count
        }
    }

    /// Writes all of `bytes` at the file position.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw CorporaError.system("write", path) }
            done += count
        }
    }

    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        var done = 0
        while done < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress! + done, bytes.count - done, offset + done)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw CorporaError.system("write", path) }
            done += count
        }
    }

    /// Waits until what was written is on the disk.
    func synchronize() throws {
        guard fsync(descriptor) == 0 else { throw CorporaError.system("flush", path) }
    }

    /// Takes the file's exclusive lock, held until this object goes.
    ///
    /// - Returns: false if another holder has it and `waits` is false.
    func lock(waits: Bool) throws -> Bool {
        while flock(descriptor, LOCK_EX | (waits ? 0 : LOCK_NB)) != 0 {
            if errno == EINTR { continue }
            if errno == EWOULDBLOCK { return false }
            throw CorporaError.system("lock", path)
        }
        isLocked.store(true, ordering: .relaxed)
        return true
    }

    /// Flushes the entries of a folder to the disk.
    static func synchronizeFolder(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CorporaError.system("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw CorporaError.system("flush", path) }
    }
}

extension CorporaError {
    /// The failure that `errno` describes.
    public static func system(_ verb: String, _ path: String) -> CorporaError {
        let number = errno
        let advice: String? =
            switch number {
            case ENOSPC, EDQUOT: "Free some space on that disk."
            case EACCES, EPERM, EROFS: "Check the permissions."
            case EMFILE, ENFILE: "Raise the limit of open files (ulimit -n)."
            default: nil
            }
        return CorporaError(
            .system, "cannot \(verb) it: \(String(cString: strerror(number)))", advice: advice,
            path: path)
    }
}
