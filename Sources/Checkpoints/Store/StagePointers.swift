/// The stages of a run: names such as `pre` that point at checkpoints.
///
/// Each is a small text file in `stages/` of the run's folder holding a checkpoint's name.
public struct StagePointers: Sendable {
    /// The folder that holds them.
    public let folder: String
    private let fileSystem: any FileSystem

    /// The stages of the run in folder `run`.
    public init(run: String, fileSystem: any FileSystem = PosixFileSystem()) {
        folder = run + "/stages"
        self.fileSystem = fileSystem
    }

    /// Points `stage` at a checkpoint, in place of whatever it pointed at before.
    public func point(_ stage: String, at checkpoint: String) throws {
        try Self.check(stage, path: folder)
        guard CheckpointFile.isValidName(checkpoint) else {
            throw CheckpointError(
                .invalidName, "\"\(checkpoint)\" is no name of a checkpoint", path: folder)
        }
        try fileSystem.makeFolders(folder)
        try AtomicFile(path: folder + "/" + stage, fileSystem: fileSystem)
            .write(checkpoint + "\n")
    }

    /// The checkpoint that a stage points at; nil where there is no such stage.
    public func target(of stage: String) throws(CheckpointError) -> String? {
        try all()[stage]
    }

    /// Every stage and the checkpoint it points at.
    public func all() throws(CheckpointError) -> [String: String] {
        let kind = try fileSystem.uninterrupted { () throws(SystemCallFailure) in
            try fileSystem.kind(of: folder)
        }
        guard kind == .folder else { return [:] }
        let names = try fileSystem.uninterrupted { () throws(SystemCallFailure) in
            try fileSystem.names(in: folder)
        }
        var targets: [String: String] = [:]
        for name in names where !name.hasPrefix(".") {
            let file = try MappedFile(path: folder + "/" + name)
            let text = String(decoding: try file.read(0..<file.byteCount), as: UTF8.self)
            let target = String(text.prefix { !$0.isNewline })
            guard CheckpointFile.isValidName(target) else {
                throw CheckpointError(
                    .damaged, "the stage names no checkpoint; write the name of one into it",
                    path: file.path)
            }
            targets[name] = target
        }
        return targets
    }

    /// Throws where a name cannot be a stage's: it must be letters, digits, `-`, `_` and `.`, not
    /// hidden, and not look like a step.
    static func check(_ stage: String, path: String) throws(CheckpointError) {
        let allowed = stage.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || ("0"..."9").contains($0)
                    || $0 == "-" || $0 == "_" || $0 == ".")
        }
        guard allowed, CheckpointFile.isValidName(stage), CheckpointName.step(of: stage) == nil
        else {
            throw CheckpointError(
                .invalidName,
                "\"\(stage)\" cannot name a stage: use letters, digits, -, _ and ., and not the "
                    + "form step-N",
                path: path)
        }
    }
}
