import Glibc
import Synchronization

/// A write-ahead journal: one line a record, on the disk before `append` returns.
///
/// `events.jsonl` is one. A line torn by a kill was never acknowledged, so opening cuts it off and
/// says how many bytes went. Any thread may append.
public final class JournalFile: Sendable {
    /// Where it stands.
    public let path: String
    /// The bytes of a torn last line that opening cut off.
    public let cutByteCount: Int

    private let fileSystem: any FileSystem
    private let descriptor: Int32
    private let state: Mutex<State>

    private struct State {
        /// The bytes of all acknowledged records.
        var byteCount: Int
        /// Whether a failed record may still lie behind them.
        var isTorn = false
    }

    /// Opens a journal, made where there is none; its folder must exist.
    public init(
        path: String, fileSystem: any FileSystem = PosixFileSystem()
    ) throws(CheckpointError) {
        let descriptor = try fileSystem.uninterrupted { () throws(SystemCallFailure) in
            try fileSystem.openForAppending(path)
        }
        do throws(CheckpointError) {
            let file = try MappedFile(path: path)
            let whole = try Self.wholeLinesByteCount(file)
            if whole < file.byteCount {
                try fileSystem.uninterrupted { () throws(SystemCallFailure) in
                    try fileSystem.truncate(descriptor, to: whole, path: path)
                }
                try fileSystem.uninterrupted { () throws(SystemCallFailure) in
                    try fileSystem.synchronize(descriptor, path: path)
                }
            }
            try fileSystem.synchronizeFolder(parentPath(of: path))
            cutByteCount = file.byteCount - whole
            state = Mutex(State(byteCount: whole))
        } catch {
            try? fileSystem.close(descriptor, path: path)
            throw error
        }
        self.path = path
        self.fileSystem = fileSystem
        self.descriptor = descriptor
    }

    deinit { try? fileSystem.close(descriptor, path: path) }

    /// Appends one record and flushes it to the disk. After an error the journal holds none of it.
    public func append(_ line: String) throws(CheckpointError) {
        precondition(!line.utf8.contains(10), "a record is one line")
        let bytes = Array((line + "\n").utf8)
        var failure: CheckpointError?
        state.withLock { state in
            do throws(CheckpointError) {
                if state.isTorn { try cut(to: state.byteCount) }
                state.isTorn = true
                try write(bytes)
                state = State(byteCount: state.byteCount + bytes.count)
            } catch {
                failure = error
                // Where this fails too, the next record cuts first.
                if (try? cut(to: state.byteCount)) != nil { state.isTorn = false }
            }
        }
        if let failure { throw failure }
    }

    /// Every record, oldest first. Throws where a line is not UTF-8.
    public func lines() throws(CheckpointError) -> [String] {
        let file = try MappedFile(path: path)
        let whole = min(state.withLock { $0.byteCount }, file.byteCount)
        var lines: [String] = []
        for line in try file.read(0..<whole).split(separator: 10) {
            guard let text = String(validating: line, as: UTF8.self) else {
                throw CheckpointError(
                    .damaged, "line \(lines.count + 1) is not UTF-8; restore the file", path: path)
            }
            lines.append(text)
        }
        return lines
    }

    private func cut(to byteCount: Int) throws(CheckpointError) {
        try fileSystem.uninterrupted { () throws(SystemCallFailure) in
            try fileSystem.truncate(descriptor, to: byteCount, path: path)
        }
    }

    private func write(_ bytes: [UInt8]) throws(CheckpointError) {
        var failure: CheckpointError?
        bytes.withUnsafeBytes { buffer in
            do throws(CheckpointError) {
                try fileSystem.writeAll(buffer, to: descriptor, path: path)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        try fileSystem.uninterrupted { () throws(SystemCallFailure) in
            try fileSystem.synchronize(descriptor, path: path)
        }
    }

    /// The bytes up to and with the last line end, searched from the back.
    private static func wholeLinesByteCount(_ file: MappedFile) throws(CheckpointError) -> Int {
        var end = file.byteCount
        while end > 0 {
            let start = max(0, end - 65_536)
            if let last = try file.read(start..<end).lastIndex(of: 10) { return start + last + 1 }
            end = start
        }
        return 0
    }
}
