public import Naming

extension ContentHash {
    /// Hashes a file, read in pieces of one MiB.
    public init(ofFile path: String) throws(CheckpointError) {
        let file = try MappedFile(path: path)
        let hasher = ContentHasher()
        try file.forEachPiece { (_, bytes) throws(CheckpointError) in hasher.update(bytes) }
        self = hasher.finish()
    }
}
