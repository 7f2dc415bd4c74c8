import Glibc
import Synchronization

/// Keeps each record as one line of JSON at the end of a file: `metrics.jsonl`.
///
/// A line is handed to the system before `record` returns, so it survives the end of the process. A
/// checkpoint stores `offset`; resuming truncates to it, so that no step is recorded twice. Any
/// thread may record.
public final class JSONLinesSink: MetricSink {
    /// Where the file stands.
    public let path: String
    /// The bytes of a torn last line that opening cut off.
    public let cutByteCount: Int

    private struct State {
        /// The bytes of all whole lines.
        var offset: Int
        /// Whether part of a failed line may still lie behind them.
        var isTorn = false
    }

    private let descriptor: Int32
    private let state: Mutex<State>

    /// Opens a file for appending, made where there is none; its folder must exist. A last line
    /// torn by a kill is cut off.
    public init(path: String) throws(TelemetryError) {
        let opened = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard opened >= 0 else { throw .systemCall("open", path: path, code: errno) }
        do throws(TelemetryError) {
            let length = lseek(opened, 0, SEEK_END)
            guard length >= 0 else { throw .systemCall("lseek", path: path, code: errno) }
            let whole = try Self.wholeLinesByteCount(opened, length: length, path: path)
            if whole < length { try Self.cut(opened, to: whole, path: path) }
            cutByteCount = length - whole
            state = Mutex(State(offset: whole))
        } catch {
            close(opened)
            throw error
        }
        self.path = path
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// The length of the file: what a checkpoint stores.
    public var offset: Int { state.withLock { $0.offset } }

    public func record(_ record: MetricRecord) throws {
        let line = Array((record.jsonLine + "\n").utf8)
        try state.withLock { state in
            if state.isTorn { try Self.cut(descriptor, to: state.offset, path: path) }
            state.isTorn = true
            do {
                try Self.write(line, to: descriptor, path: path)
            } catch {
                // Where this fails too, the next record cuts first.
                if ftruncate(descriptor, state.offset) == 0 { state.isTorn = false }
                throw error
            }
            state = State(offset: state.offset + line.count)
        }
    }

    public func synchronize() throws {
        while fsync(descriptor) != 0 {
            if errno != EINTR {
                throw TelemetryError.systemCall("fsync", path: path, code: errno)
            }
        }
    }

    /// Cuts the file back to an offset that `offset` once returned. Throws where the file is
    /// shorter, or the offset is not at a line's end: then it is another run's file.
    public func truncate(to offset: Int) throws {
        try state.withLock { state in
            guard offset >= 0, offset <= state.offset else {
                throw TelemetryError(
                    "the checkpoint knows \(offset) bytes of this file and it has "
                        + "\(state.offset); restore it, or move it away to start it anew",
                    path: path)
            }
            if offset > 0 {
                var last: UInt8 = 0
                guard pread(descriptor, &last, 1, offset - 1) == 1 else {
                    throw TelemetryError.systemCall("pread", path: path, code: errno)
                }
                guard last == 10 else {
                    throw TelemetryError(
                        "byte \(offset), where the checkpoint continues, is inside a line; this is "
                            + "not the file of that checkpoint",
                        path: path)
                }
            }
            try Self.cut(descriptor, to: offset, path: path)
            state = State(offset: offset)
        }
    }

    private static func cut(
        _ descriptor: Int32, to length: Int, path: String
    ) throws(TelemetryError) {
        while ftruncate(descriptor, length) != 0 {
            if errno != EINTR { throw .systemCall("ftruncate", path: path, code: errno) }
        }
    }

    private static func write(
        _ bytes: [UInt8], to descriptor: Int32, path: String
    ) throws(TelemetryError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                throw .systemCall("write", path: path, code: count < 0 ? errno : ENOSPC)
            }
            done += count
        }
    }

    /// The bytes up to and with the last line end, searched from the back.
    private static func wholeLinesByteCount(
        _ descriptor: Int32, length: Int, path: String
    ) throws(TelemetryError) -> Int {
        var end = length
        while end > 0 {
            let start = max(0, end - 65_536)
            var buffer = [UInt8](repeating: 0, count: end - start)
            guard pread(descriptor, &buffer, buffer.count, start) == buffer.count else {
                throw .systemCall("pread", path: path, code: errno)
            }
            if let last = buffer.lastIndex(of: 10) { return start + last + 1 }
            end = start
        }
        return 0
    }
}
