public import Naming

extension CheckpointFolder {
    /// The hash of a file: what the manifest says of it, or else that of its bytes.
    public func contentHash(of name: String) throws(CheckpointError) -> ContentHash {
        if let record = manifest?.files[name] { return record.whole }
        return try ContentHash(ofFile: try file(name).path)
    }
}
