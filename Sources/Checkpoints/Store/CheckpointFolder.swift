import Naming
import Glibc

/// A model folder opened for reading: every file the manifest names is there and has its length.
///
/// Opening reads the manifest and the headers of the safetensors files, whatever the size of the
/// rest; a file's MiB is checked against its hash when it is first read, or all at once by
/// `verify`. A folder without a manifest, as other programs write, opens unchecked.
public final class CheckpointFolder: Sendable {
    /// The folder's path.
    public let path: String
    /// What the checkpoint consists of; nil for a folder of another program.
    public let manifest: Manifest?
    /// The names of all plain files, sorted; `manifest.json` and hidden ones left out.
    public let fileNames: [String]
    /// The files that the manifest does not name: they are readable, unchecked.
    public let unlistedNames: [String]

    private let files: [String: VerifiedFile]
    private let safetensors: [String: SafetensorsFile]

    /// Opens a checkpoint. Throws where the folder or a listed file is missing or has another
    /// length, where a safetensors header or the manifest is not right, and, with
    /// `requiresManifest`, where there is no manifest.
    public init(path: String, requiresManifest: Bool = true) throws(CheckpointError) {
        let fileSystem = PosixFileSystem()
        let names: [String]
        do {
            names = try fileSystem.names(in: path)
        } catch {
            throw error.code == ENOENT
                ? CheckpointError(
                    .missing, "there is no such folder; check the path", path: path,
                    operation: error.operation, errno: error.code)
                : CheckpointError(error)
        }
        var manifest: Manifest?
        if names.contains(Manifest.fileName) {
            let manifestPath = path + "/" + Manifest.fileName
            let file = try MappedFile(path: manifestPath)
            manifest = try Manifest(bytes: file.read(0..<file.byteCount), path: manifestPath)
        } else if requiresManifest {
            throw CheckpointError(
                .missing, "the folder has no manifest.json, so it is no whole checkpoint",
                path: path)
        }
        var files: [String: VerifiedFile] = [:]
        var safetensors: [String: SafetensorsFile] = [:]
        var unlisted: [String] = []
        for name in names where name != Manifest.fileName && !name.hasPrefix(".") {
            guard manifest?.files[name] == nil else { continue }
            // The slash looks through a link, as other programs' download caches use them. What
            // cannot be looked at is nobody's folder; opening it says what is wrong with it.
            guard (try? fileSystem.kind(of: path + "/" + name + "/")) != .folder else { continue }
            unlisted.append(name)
        }
        for (name, record) in manifest?.files ?? [:] {
            files[name] = try VerifiedFile(path: path + "/" + name, record: record)
        }
        for name in files.keys.sorted(by: bytewise) where name.hasSuffix(".safetensors") {
            if let file = files[name] { safetensors[name] = try SafetensorsFile(file) }
        }
        self.path = path
        self.manifest = manifest
        self.files = files
        self.safetensors = safetensors
        fileNames =
            manifest == nil ? unlisted.sorted(by: bytewise) : files.keys.sorted(by: bytewise)
        unlistedNames = manifest == nil ? [] : unlisted
    }

    /// Whether the checkpoint has a file of that name.
    public func contains(_ name: String) -> Bool { fileNames.contains(name) }

    /// A file of the checkpoint. Throws where there is none of that name.
    public func file(_ name: String) throws(CheckpointError) -> VerifiedFile {
        if let file = files[name] { return file }
        // Another program's folder may hold anything; what nobody asks for is not opened.
        guard manifest == nil, contains(name) else {
            throw CheckpointError(
                .missing,
                "the folder has no file \"\(name)\"; \(nearestNameHint(to: name, among: fileNames))",
                path: path)
        }
        return try VerifiedFile(path: path + "/" + name)
    }

    /// The whole content of a file, checked.
    public func read(_ name: String) throws(CheckpointError) -> [UInt8] {
        let file = try file(name)
        return try file.read(0..<file.byteCount)
    }

    /// The same of a file of settings: one that is far larger than any such file is refused before it
    /// is read, since a parser takes many times its length.
    public func readSettings(_ name: String) throws(CheckpointError) -> [UInt8] {
        let file = try file(name)
        guard file.byteCount <= Self.mostSettingsBytes else {
            throw CheckpointError(
                .malformed,
                "the file has \(file.byteCount) bytes, and no file of settings has more than "
                    + "\(Self.mostSettingsBytes >> 20) MiB; fetch or save it again",
                path: file.path)
        }
        return try file.read(0..<file.byteCount)
    }

    private static let mostSettingsBytes = 8 << 20

    /// A safetensors file of the checkpoint, its header already checked.
    public func tensors(
        _ name: String = "model.safetensors"
    ) throws(CheckpointError) -> SafetensorsFile {
        if let file = safetensors[name] { return file }
        return try SafetensorsFile(file(name))
    }

    /// Reads and checks every byte that was not read before. Throws at the first that differs,
    /// naming its file and MiB.
    public func verify() throws(CheckpointError) {
        for name in fileNames { try files[name]?.verify() }
    }
}
