import Checkpoints

/// A shard's file in memory: `MappedFile` with the errors of a corpus.
struct ShardMap: Sendable {
    private let file: MappedFile

    /// The length of the file when it was opened.
    var byteCount: Int { file.byteCount }

    init(path: String) throws {
        do {
            // A mix may have ten thousand sources.
            file = try MappedFile(path: path, staysOpen: false)
        } catch {
            throw CorporaError(error)
        }
    }

    /// Fills `bytes` from `offset` on; a file that has been cut short since is an error.
    func read(at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws {
        guard offset + bytes.count <= byteCount else {
            throw CorporaError(
                .truncatedFile, "the file ends before byte \(offset + bytes.count)",
                advice: "Remove it; it is made again.", path: file.path)
        }
        do {
            try file.read(at: offset, into: bytes)
        } catch {
            throw CorporaError(error)
        }
    }
}

extension CorporaError {
    fileprivate init(_ error: CheckpointError) {
        switch error.code {
        case .missing:
            self.init(.missingFile, "there is no such file", advice: "Check the path.", path: error.path)
        case .damaged:
            self.init(
                .truncatedFile, "the file was cut short while it was in use",
                advice: "Remove it; it is made again. Stop whatever shortens it.", path: error.path)
        default:
            self.init(.system, error.message, path: error.path)
        }
    }
}
