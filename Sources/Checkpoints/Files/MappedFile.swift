import CMapGuard
import Glibc

/// A file mapped into memory for reading, which stays safe when the file shrinks under the map.
///
/// Bytes are copied out under a guard, never lent straight from the map: where another process has
/// truncated the file, or the disk cannot read a page, a read throws an error that names the file
/// instead of ending the process. Any thread may read.
public final class MappedFile: Sendable {
    /// The path it was opened under.
    public let path: String
    /// The length of the file when it was opened.
    public let byteCount: Int

    /// Nil for a file that is closed while it is mapped.
    private let descriptor: Int32?
    /// The file's number on its disk.
    private let node: UInt64
    // The map is never written, and unmapped only when the last reference is gone.
    private nonisolated(unsafe) let base: UnsafeRawPointer?

    /// Reads at least this long are the system's copies, not the map's: to map pages that are copied
    /// once costs more than the copy, and they would count as the process's memory.
    private static let leastReadByteCount = 1 << 16

    /// Opens and maps a file. Throws where it is missing, not a plain file, or cannot be mapped.
    ///
    /// - Parameter staysOpen: false where thousands of files are mapped at once: the map alone is
    ///   kept, for a process may have a few thousand files open. A file that was cut short since is
    ///   then found by its path, as long as it is under that.
    public init(path: String, staysOpen: Bool = true) throws(CheckpointError) {
        // Without O_NONBLOCK, opening a named pipe would wait for a writer.
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else {
            let code = errno
            if code == ENOENT {
                throw CheckpointError(
                    .missing, "there is no such file; check the path", path: path,
                    operation: "open", errno: code)
            }
            throw Self.failure("open", path, code)
        }
        var status = stat()
        guard fstat(opened, &status) == 0 else {
            let code = errno
            close(opened)
            throw Self.failure("fstat", path, code)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw CheckpointError(
                .malformed, "this is not a plain file; name a file", path: path)
        }
        let length = Int(status.st_size)
        var address: UnsafeMutableRawPointer?
        if length > 0 {
            address = mmap(nil, length, PROT_READ, MAP_SHARED, opened, 0)
            if address == MAP_FAILED {
                let code = errno
                close(opened)
                throw Self.failure("mmap", path, code)
            }
        }
        self.path = path
        byteCount = length
        node = UInt64(status.st_ino)
        descriptor = staysOpen ? opened : nil
        base = UnsafeRawPointer(address)
        if !staysOpen { close(opened) }
    }

    deinit {
        if let base { munmap(UnsafeMutableRawPointer(mutating: base), byteCount) }
        if let descriptor { close(descriptor) }
    }

    /// Copies `destination.count` bytes from `offset` on. Throws where the file has shrunk since it
    /// was opened; the range itself must lie within `byteCount`.
    public func read(
        at offset: Int, into destination: UnsafeMutableRawBufferPointer
    ) throws(CheckpointError) {
        precondition(
            offset >= 0 && destination.count <= byteCount
                && offset <= byteCount - destination.count,
            "a read must lie within the file as it was opened")
        guard let target = destination.baseAddress, let base, !destination.isEmpty else { return }
        let status =
            destination.count < Self.leastReadByteCount || descriptor == nil
            ? map_guard_copy(target, base + offset, destination.count)
            : copy(at: offset, into: target, destination.count)
        // A cut within the last page leaves zeros rather than a fault, so the length is asked too.
        let length = lengthNow()
        if let length, length < offset + destination.count {
            throw CheckpointError(
                .damaged,
                "the file was cut from \(byteCount) to \(length) bytes while it was open; restore "
                    + "it, and stop whatever shortens it",
                path: path)
        }
        if status != 0 || (length == nil && descriptor != nil) {
            throw Self.failure("read of the map", path, EIO)
        }
    }

    /// The file's length as it is now; nil where it cannot be asked, or something else is under its path.
    private func lengthNow() -> Int? {
        var current = stat()
        if let descriptor {
            return fstat(descriptor, &current) == 0 ? Int(current.st_size) : nil
        }
        guard stat(path, &current) == 0, UInt64(current.st_ino) == node else { return nil }
        return Int(current.st_size)
    }

    /// Copies a range of the file into a new array.
    public func read(_ range: Range<Int>) throws(CheckpointError) -> [UInt8] {
        var failure: CheckpointError?
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            do throws(CheckpointError) {
                try read(at: range.lowerBound, into: UnsafeMutableRawBufferPointer(buffer))
                count = range.count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Calls `body` with each piece of the file in order and its offset; every piece but the last
    /// is `pieceByteCount` long. The buffer is only good within the call.
    public func forEachPiece(
        ofByteCount pieceByteCount: Int = 1 << 20,
        _ body: (Int, UnsafeRawBufferPointer) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        precondition(pieceByteCount > 0, "a piece has at least one byte")
        let scratch = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(pieceByteCount, max(byteCount, 1)), alignment: 64)
        defer { scratch.deallocate() }
        var offset = 0
        while offset < byteCount {
            let piece = UnsafeMutableRawBufferPointer(
                rebasing: scratch.prefix(byteCount - offset))
            try read(at: offset, into: piece)
            try body(offset, UnsafeRawBufferPointer(piece))
            offset += piece.count
        }
    }

    /// Copies by the system's hand: pages that are read once are not mapped for that.
    ///
    /// - Returns: 0, or -1 where the file has no more bytes.
    private func copy(
        at offset: Int, into target: UnsafeMutableRawPointer, _ count: Int
    ) -> Int32 {
        var done = 0
        while done < count {
            guard let descriptor else { return -1 }
            let got = pread(descriptor, target + done, count - done, off_t(offset + done))
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else { return -1 }
            done += got
        }
        return 0
    }

    private static func failure(
        _ operation: String, _ path: String, _ code: Int32
    ) -> CheckpointError {
        CheckpointError(SystemCallFailure(operation: operation, path: path, code: code))
    }
}
