import Naming

/// A safetensors file opened for reading: its header is checked, its tensors stay on disk until
/// they are read.
///
/// Opening reads the header only. Any thread may read. A file of a checkpoint also has each MiB
/// checked against the manifest when it is first touched.
public final class SafetensorsFile: Sendable {
    /// The tensors in the order of their bytes.
    public let entries: [SafetensorsEntry]
    /// The texts under `__metadata__`.
    public let metadata: [String: String]

    private let file: VerifiedFile
    private let indexByName: [String: Int]

    /// The path it was opened under.
    public var path: String { file.path }
    /// The names of all tensors, in the order of `entries`.
    public var names: [String] { entries.map(\.name) }

    /// Opens a file that carries no hashes.
    public convenience init(path: String) throws(CheckpointError) {
        try self.init(VerifiedFile(path: path))
    }

    /// Opens a file whose blocks may be checked.
    public init(_ file: VerifiedFile) throws(CheckpointError) {
        let prefix = try file.read(0..<min(8, file.byteCount))
        let length = try SafetensorsHeader.length(
            prefix, fileByteCount: file.byteCount, path: file.path)
        let header = try SafetensorsHeader(
            json: try file.read(8..<(8 + length)), fileByteCount: file.byteCount, path: file.path)
        self.file = file
        entries = header.entries
        metadata = header.metadata
        var indexByName: [String: Int] = [:]
        for (index, entry) in header.entries.enumerated() { indexByName[entry.name] = index }
        self.indexByName = indexByName
    }

    /// Whether there is a tensor of that name.
    public func contains(_ name: String) -> Bool { indexByName[name] != nil }

    /// The entry of a tensor. Throws where there is none, naming the nearest.
    public func entry(_ name: String) throws(CheckpointError) -> SafetensorsEntry {
        guard let index = indexByName[name] else {
            throw CheckpointError(
                .unknownName,
                "there is no tensor \"\(name)\"; \(nearestNameHint(to: name, among: names))",
                path: path)
        }
        return entries[index]
    }

    /// Copies a tensor's bytes into memory of exactly its length.
    public func read(
        _ name: String, into destination: UnsafeMutableRawBufferPointer
    ) throws(CheckpointError) {
        let entry = try entry(name)
        precondition(
            destination.count == entry.byteCount, "the destination must have the tensor's length")
        try file.read(at: entry.range.lowerBound, into: destination)
    }

    /// Copies some bytes of a tensor, counted from its first, into memory of exactly their number.
    public func read(
        _ name: String, bytes: Range<Int>, into destination: UnsafeMutableRawBufferPointer
    ) throws(CheckpointError) {
        let entry = try entry(name)
        precondition(
            bytes.upperBound <= entry.byteCount && destination.count == bytes.count,
            "the bytes must lie within the tensor and fill the destination")
        try file.read(at: entry.range.lowerBound + bytes.lowerBound, into: destination)
    }

    /// Copies a tensor's bytes into a new array.
    public func read(_ name: String) throws(CheckpointError) -> [UInt8] {
        try file.read(try entry(name).range)
    }

    /// Lends a copy of a tensor's bytes, aligned to 64, for the length of the call.
    public func withBytes<R>(
        of name: String, _ body: (UnsafeRawBufferPointer) throws -> R
    ) throws -> R {
        let entry = try entry(name)
        let copy = UnsafeMutableRawBufferPointer.allocate(
            byteCount: entry.byteCount, alignment: 64)
        defer { copy.deallocate() }
        try file.read(at: entry.range.lowerBound, into: copy)
        return try body(UnsafeRawBufferPointer(copy))
    }

    /// Lends a tensor's bytes in pieces, in order, each aligned to 64 and holding whole elements;
    /// `body` also gets the index of the piece's first element. It serves conversion without a
    /// whole copy.
    public func forEachPiece(
        of name: String, ofByteCount pieceByteCount: Int = 1 << 20,
        _ body: (Int, UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let entry = try entry(name)
        let width = entry.type.byteCount
        let step = max(width, pieceByteCount / width * width)
        let scratch = UnsafeMutableRawBufferPointer.allocate(
            byteCount: min(step, entry.byteCount), alignment: 64)
        defer { scratch.deallocate() }
        var offset = 0
        while offset < entry.byteCount {
            let piece = UnsafeMutableRawBufferPointer(
                rebasing: scratch.prefix(entry.byteCount - offset))
            try file.read(at: entry.range.lowerBound + offset, into: piece)
            try body(offset / width, UnsafeRawBufferPointer(piece))
            offset += piece.count
        }
    }

    /// Checks every block that was not read before, where the file carries hashes.
    public func verify() throws(CheckpointError) { try file.verify() }
}
