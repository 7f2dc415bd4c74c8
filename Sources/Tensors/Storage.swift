/// A counted run of bytes that a backend owns.
///
/// The bytes go back to the backend (usually to its pool) when the last tensor over them is gone.
/// The address means something to that backend alone: it may lie in another device's memory.
///
/// Sendable without a lock because tensors are values: a backend writes a storage either before
/// anyone else sees it or through an operation whose name says that it works in place, and the
/// callers of those order their own work.
public final class Storage: @unchecked Sendable {
    public let address: UnsafeMutableRawPointer
    public let byteCount: Int
    private let release: @Sendable (UnsafeMutableRawPointer, Int) -> Void

    public init(
        address: UnsafeMutableRawPointer, byteCount: Int,
        release: @escaping @Sendable (UnsafeMutableRawPointer, Int) -> Void
    ) {
        self.address = address
        self.byteCount = byteCount
        self.release = release
    }

    deinit { release(address, byteCount) }
}
