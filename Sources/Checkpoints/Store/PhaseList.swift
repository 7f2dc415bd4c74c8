import Naming

/// The phases of a recipe that has several, in the order in which they run: `phases.json` in the
/// folder whose subfolders are their runs.
public struct PhaseList: Hashable, Sendable {
    /// The file's name.
    public static let fileName = "phases.json"
    private static let format = 1

    /// The phases' names, which are those of their runs' folders.
    public let names: [String]

    /// Phases in order.
    public init(names: [String]) { self.names = names }

    /// Reads the phases of a folder; nil where it has none.
    ///
    /// - Throws: `CheckpointError` where the file is no list of phases.
    public init?(of folder: String) throws(CheckpointError) {
        let path = folder + "/" + Self.fileName
        guard (try? PosixFileSystem().kind(of: path)) == .file else { return nil }
        let file = try MappedFile(path: path)
        let bytes = try file.read(0..<file.byteCount)
        guard let value = try? JSONReader.read(bytes) else { throw Self.damaged(path) }
        guard let format = value["format"]?.integer, format >= 1,
            let names = value["phases"]?.array
        else { throw Self.damaged(path) }
        guard format <= Self.format else {
            throw CheckpointError(
                .unknownFormat,
                "the list of phases has format \(format) and this version reads up to "
                    + "\(Self.format); use a newer version", path: path)
        }
        self.names = names.compactMap(\.string).filter(CheckpointFile.isValidName)
        guard self.names.count == names.count else { throw Self.damaged(path) }
    }

    /// Writes the list into a folder, whole or not at all.
    public func write(to folder: String) throws {
        let value = JSONValue.object([
            .init("format", .integer(Self.format)),
            .init("phases", .array(names.map(JSONValue.string))),
        ])
        try AtomicFile(path: folder + "/" + Self.fileName)
            .write(JSONWriter.compact(value) + "\n")
    }

    /// The folders of the phases' runs, the last first.
    func newestFirst(in folder: String) -> [String] {
        names.reversed().map { folder + "/" + $0 }
    }

    private static func damaged(_ path: String) -> CheckpointError {
        CheckpointError(
            .damaged, "the file lists no phases; train the recipe once more with --resume",
            path: path)
    }
}
