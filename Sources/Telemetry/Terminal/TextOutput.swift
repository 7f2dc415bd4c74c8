import Glibc

/// Where a display writes: a terminal, a pipe, or memory in a test.
public protocol TextOutput: Sendable {
    /// Writes a text at once.
    func write(_ text: String)

    /// The columns of a line.
    var width: Int { get }
}

/// A file descriptor as an output; standard error by default.
public struct DescriptorOutput: TextOutput {
    private let descriptor: Int32

    /// Writes to `descriptor`, which stays open.
    public init(descriptor: Int32 = 2) { self.descriptor = descriptor }

    /// Writes a text; where the reader is gone it is dropped, for a display must not end a run.
    public func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// What the terminal says now, so that a resized window is followed; 80 where it says nothing.
    public var width: Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
