/// A folder of files that appears as a whole or not at all.
///
/// It is written beside its name, every file and the folder are flushed to the disk, it is renamed
/// into place, and the parent is flushed. A folder of that name is moved aside for the length of
/// one rename and comes back where anything fails. `Leftover.clear` tidies up after a killed
/// process.
public struct AtomicFolder: Sendable {
    private let parent: String
    private let name: String
    private let fileSystem: any FileSystem
    /// Whether a folder of that name gives way.
    private var replaces = true

    /// Names the folder; `parent` must exist when it is written.
    public init(
        in parent: String, name: String, fileSystem: any FileSystem = PosixFileSystem()
    ) {
        self.parent = parent
        self.name = name
        self.fileSystem = fileSystem
    }

    /// Names a folder that must not be there yet: nothing at `path` is ever replaced. Folders on the
    /// way to it are made. Throws where something is there.
    public init(
        newAt path: String, fileSystem: any FileSystem = PosixFileSystem()
    ) throws(CheckpointError) {
        let name = lastName(of: path)
        guard !name.isEmpty, ![".", "..", "/"].contains(name) else {
            throw CheckpointError(
                .invalidName, "this names no new folder; give it a name of its own",
                path: path.isEmpty ? "the folder to write" : path)
        }
        self.init(in: parentPath(of: path), name: name, fileSystem: fileSystem)
        replaces = false
        guard try kind(of: self.path) == .missing else { throw occupied }
    }

    private var occupied: CheckpointError {
        CheckpointError(
            .invalidName, "this exists already and is never replaced; name another, or remove it",
            path: path)
    }

    /// Where the folder stands once it is whole.
    public var path: String { parent + "/" + name }

    /// Writes what `fill` adds to the draft. After an error the name leads where it did before.
    public func write<R>(_ fill: (FolderDraft) throws -> R) throws -> R {
        let partial = parent + "/" + Leftover(name, .partial).name
        WorkInProgress.begin(path)
        defer { WorkInProgress.end(path) }
        do {
            if !replaces { try fileSystem.makeFolders(parent) }
            try fileSystem.removeTree(partial)
            try fileSystem.uninterrupted { () throws(SystemCallFailure) in
                try fileSystem.makeFolder(partial)
            }
            let result = try fill(FolderDraft(path: partial, fileSystem: fileSystem))
            try fileSystem.synchronizeFolder(partial)
            try publish(partial)
            return result
        } catch {
            try? fileSystem.removeTree(partial)
            throw error
        }
    }

    private func publish(_ partial: String) throws(CheckpointError) {
        let leftover = Leftover(name, .replaced)
        let aside = parent + "/" + leftover.name
        let isOccupied = try kind(of: path) != .missing
        if isOccupied, !self.replaces { throw occupied }
        let replaces = isOccupied
        if replaces {
            if try kind(of: aside) != .missing {
                try leftover.discard(in: parent, fileSystem: fileSystem)
            }
            try fileSystem.move(path, to: aside)
        }
        do throws(CheckpointError) {
            try fileSystem.move(partial, to: path)
        } catch {
            if replaces { try? fileSystem.move(aside, to: path) }
            throw error
        }
        do throws(CheckpointError) {
            try fileSystem.synchronizeFolder(parent)
        } catch {
            // Whether the rename would survive a power cut is unknown, so it is taken back.
            try? fileSystem.move(path, to: partial)
            if replaces { try? fileSystem.move(aside, to: path) }
            throw error
        }
        // What cannot be removed now goes when the leftovers are next cleared.
        if replaces { try? leftover.discard(in: parent, fileSystem: fileSystem) }
    }

    private func kind(of path: String) throws(CheckpointError) -> FileKind {
        try fileSystem.uninterrupted { () throws(SystemCallFailure) in
            try fileSystem.kind(of: path)
        }
    }
}

/// The inside of a folder that is being written aside.
public struct FolderDraft {
    private let path: String
    private let fileSystem: any FileSystem

    init(path: String, fileSystem: any FileSystem) {
        self.path = path
        self.fileSystem = fileSystem
    }

    /// Writes one file with what `fill` supplies and flushes it. Returns its length and hashes.
    @discardableResult
    public func add(
        _ name: String, _ fill: (DraftFile) throws -> Void
    ) throws -> Manifest.File {
        let draft = try DraftFile(path: path + "/" + name, fileSystem: fileSystem)
        defer { draft.abandon() }
        try fill(draft)
        return try draft.finish()
    }
}
