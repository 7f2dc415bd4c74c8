import Corpora
import Foundation

/// A file that grows at its end, can be read anywhere, and goes on from a length that it once had.
final class AppendFile {
    let path: String
    private let descriptor: Int32
    private var tail: [UInt8] = []
    /// Bytes before the tail.
    private var written: Int

    private static let tailBytes = 1 << 18

    /// Opens the file and forgets what stands behind `byteCount`.
    ///
    /// - Throws: `CorporaError` where it is shorter than that, or the system refuses.
    init(path: String, byteCount: Int) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        written = byteCount
        guard descriptor >= 0 else { throw CorporaError.system("create", path) }
        let length = lseek(descriptor, 0, SEEK_END)
        guard length >= byteCount else {
            throw CorporaError(
                .truncatedFile, "the file has \(length) bytes, and \(byteCount) had been written",
                advice: "It was cut short: remove the folder and prepare again.", path: path)
        }
        guard ftruncate(descriptor, byteCount) == 0 else { throw CorporaError.system("cut", path) }
    }

    deinit { close(descriptor) }

    /// Bytes, those that are not on their way yet included.
    var byteCount: Int { written + tail.count }

    /// Adds what `body` appends to the end.
    func append(_ body: (inout [UInt8]) -> Void) throws {
        body(&tail)
        if tail.count >= Self.tailBytes { try flush() }
    }

    /// Copies `bytes.count` bytes from `offset` on, all of which were appended.
    func read(at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws {
        var done = 0
        while done < bytes.count, offset + done < written {
            let count = pread(
                descriptor, bytes.baseAddress! + done, min(bytes.count - done, written - offset - done),
                offset + done)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw CorporaError.system("read", path) }
            guard count > 0 else {
                throw CorporaError(
                    .truncatedFile, "the file ends before byte \(offset + bytes.count)",
                    advice: "It was cut short while it was in use: prepare again.", path: path)
            }
            done += count
        }
        guard done < bytes.count else { return }
        let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
        let start = offset + done - written
        tail.withUnsafeBytes { rest.copyMemory(from: .init(rebasing: $0[start..<start + rest.count])) }
    }

    /// Hands what was appended to the system.
    func flush() throws {
        try tail.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = pwrite(
                    descriptor, bytes.baseAddress! + done, bytes.count - done, written + done)
                if count < 0 && errno == EINTR { continue }
                guard count >= 0 else { throw CorporaError.system("write", path) }
                done += count
            }
        }
        written += tail.count
        tail.removeAll(keepingCapacity: true)
    }

    /// Waits until everything is on the disk.
    func synchronize() throws {
        try flush()
        guard fsync(descriptor) == 0 else { throw CorporaError.system("flush", path) }
    }
}
