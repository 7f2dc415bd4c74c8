import CXXHash

/// Hashes bytes that arrive in pieces; however they are cut, the result is that of the whole.
///
/// Belongs to one thread at a time.
public final class ContentHasher {
    private let state: OpaquePointer

    /// Starts with no bytes.
    public init() {
        guard let state = XXH3_createState() else {
            preconditionFailure("no memory for a hash state of a few hundred bytes")
        }
        self.state = state
        XXH3_128bits_reset(state)
    }

    deinit { XXH3_freeState(state) }

    /// Adds bytes.
    public func update(_ bytes: UnsafeRawBufferPointer) {
        XXH3_128bits_update(state, bytes.baseAddress, bytes.count)
    }

    /// Adds bytes.
    public func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Adds the UTF-8 bytes of a text.
    public func update(_ text: String) { update(Array(text.utf8)) }

    /// The hash of everything added so far; more may be added after.
    public func finish() -> ContentHash {
        let hash = XXH3_128bits_digest(state)
        return ContentHash(high: hash.high64, low: hash.low64)
    }
}
