import Naming
import Glibc
import Synchronization

/// A mapped file whose every MiB is checked against its hash when it is first read.
///
/// Without hashes it is a mapped file. Any thread may read.
public final class VerifiedFile: Sendable {
    private let file: MappedFile
    private let hashes: [UInt64]?
    private let checked: Mutex<[Bool]>

    private static let block = BlockHasher.blockByteCount

    /// The path it was opened under.
    public var path: String { file.path }
    /// The length of the file when it was opened.
    public var byteCount: Int { file.byteCount }

    /// Opens a file that carries no hashes.
    public convenience init(path: String) throws(CheckpointError) {
        self.init(try MappedFile(path: path), hashes: nil)
    }

    /// Opens a file that the manifest describes. Throws where its length differs.
    convenience init(path: String, record: Manifest.File) throws(CheckpointError) {
        let file = try MappedFile(path: path)
        guard file.byteCount == record.byteCount else {
            throw CheckpointError(
                .damaged,
                "the file has \(file.byteCount) bytes and was written with "
                    + "\(record.byteCount); restore it or use another checkpoint",
                path: path)
        }
        self.init(file, hashes: record.blocks)
    }

    private init(_ file: MappedFile, hashes: [UInt64]?) {
        self.file = file
        self.hashes = hashes
        checked = Mutex(Array(repeating: false, count: hashes?.count ?? 0))
    }

    /// Copies bytes from `offset` on. Throws where the file has shrunk, and where a block that the
    /// range touches differs from its hash; `destination` then holds nothing of use.
    public func read(
        at offset: Int, into destination: UnsafeMutableRawBufferPointer
    ) throws(CheckpointError) {
        guard let hashes, !destination.isEmpty else {
            return try file.read(at: offset, into: destination)
        }
        let end = offset + destination.count
        precondition(
            offset >= 0 && end <= byteCount, "a read must lie within the file as it was opened")
        for index in (offset / Self.block)...((end - 1) / Self.block) {
            let first = index * Self.block
            let last = min(first + Self.block, byteCount)
            let lower = max(first, offset)
            let upper = min(last, end)
            let target = UnsafeMutableRawBufferPointer(
                rebasing: destination[(lower - offset)..<(upper - offset)])
            if checked.withLock({ $0[index] }) {
                try file.read(at: lower, into: target)
            } else if lower == first && upper == last {
                try file.read(at: first, into: target)
                try check(index, UnsafeRawBufferPointer(target), hashes[index])
            } else {
                let scratch = UnsafeMutableRawBufferPointer.allocate(
                    byteCount: last - first, alignment: 64)
                defer { scratch.deallocate() }
                try file.read(at: first, into: scratch)
                try check(index, UnsafeRawBufferPointer(scratch), hashes[index])
                target.copyMemory(
                    from: UnsafeRawBufferPointer(
                        rebasing: scratch[(lower - first)..<(upper - first)]))
            }
        }
    }

    /// Copies a range into a new array.
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

    /// Reads and checks every block that was not read before.
    public func verify() throws(CheckpointError) {
        guard let hashes, byteCount > 0 else { return }
        let scratch = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(Self.block, byteCount), alignment: 64)
        defer { scratch.deallocate() }
        for index in hashes.indices where !checked.withLock({ $0[index] }) {
            let first = index * Self.block
            let piece = UnsafeMutableRawBufferPointer(
                rebasing: scratch.prefix(byteCount - first))
            try file.read(at: first, into: piece)
            try check(index, UnsafeRawBufferPointer(piece), hashes[index])
        }
    }

    private func check(
        _ index: Int, _ bytes: UnsafeRawBufferPointer, _ hash: UInt64
    ) throws(CheckpointError) {
        guard ContentHash.xxh3(bytes) == hash else {
            throw CheckpointError(
                .damaged,
                "MiB \(index) of the file (from byte \(index * Self.block)) differs from what was "
                    + "written; restore it or use another checkpoint",
                path: path)
        }
        checked.withLock { $0[index] = true }
    }
}
