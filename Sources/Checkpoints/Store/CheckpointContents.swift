/// One file that a checkpoint is to hold, and how its bytes come about.
public struct CheckpointFile: Sendable {
    /// Its name in the checkpoint's folder.
    public let name: String
    let write: @Sendable (DraftFile) throws -> Void

    /// A file that `write` fills when the checkpoint is saved.
    public init(_ name: String, write: @escaping @Sendable (DraftFile) throws -> Void) {
        self.name = name
        self.write = write
    }

    /// A file of these bytes.
    public init(_ name: String, bytes: [UInt8]) {
        self.init(name) { try $0.write(bytes) }
    }

    /// A file of this text.
    public init(_ name: String, text: String) {
        self.init(name) { try $0.write(text) }
    }

    /// A safetensors file: `bytes` supplies each of `tensors` in the writer's order.
    public init(
        _ name: String, tensors: [TensorDeclaration],
        metadata: [String: String] = ["format": "pt"],
        bytes: @escaping @Sendable (TensorDeclaration, TensorSink) throws -> Void
    ) {
        self.init(name) { draft in
            try SafetensorsWriter(tensors: tensors, metadata: metadata)
                .write(to: draft, bytes: bytes)
        }
    }

    /// Whether a file of a checkpoint can have that name: one path part, not hidden.
    static func isValidName(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix(".") && name.utf8.count <= 200
            && !name.utf8.contains(UInt8(ascii: "/")) && !name.utf8.contains(0)
    }
}

/// Everything that one checkpoint is to hold: its files and its lineage.
public struct CheckpointContents: Sendable {
    /// The files, written in this order; `manifest.json` is added last.
    public var files: [CheckpointFile]
    /// See `Manifest.parents`.
    public var parents: [String: String]
    /// See `Manifest.recipe`.
    public var recipe: [String: String]
    /// See `Manifest.scripts`.
    public var scripts: [String: String]
    /// See `Manifest.data`.
    public var data: [String: String]

    /// Gathers the contents of a checkpoint.
    public init(
        files: [CheckpointFile], parents: [String: String] = [:], recipe: [String: String] = [:],
        scripts: [String: String] = [:], data: [String: String] = [:]
    ) {
        self.files = files
        self.parents = parents
        self.recipe = recipe
        self.scripts = scripts
        self.data = data
    }

    /// Writes the contents as one folder that appears as a whole. Returns its manifest.
    public func write(step: Int, to folder: AtomicFolder) throws -> Manifest {
        try checkNames(folder)
        return try folder.write { draft in
            var manifest = Manifest(
                step: step, parents: parents, recipe: recipe, scripts: scripts, data: data)
            for file in files {
                manifest.files[file.name] = try draft.add(file.name, file.write)
            }
            let text = manifest.text
            try draft.add(Manifest.fileName) { try $0.write(text) }
            return manifest
        }
    }

    /// Writes the files alone, without a manifest, as one folder that appears as a whole. Returns
    /// the length of each.
    public func writeFiles(to folder: AtomicFolder) throws -> [(name: String, byteCount: Int)] {
        try checkNames(folder)
        return try folder.write { draft in
            try files.map { ($0.name, try draft.add($0.name, $0.write).byteCount) }
        }
    }

    private func checkNames(_ folder: AtomicFolder) throws {
        var names: Set<String> = [Manifest.fileName]
        for file in files {
            guard CheckpointFile.isValidName(file.name), names.insert(file.name).inserted else {
                throw CheckpointError(
                    .invalidName,
                    "a checkpoint cannot hold a file \"\(file.name)\": the name is taken, hidden "
                        + "or no single path part",
                    path: folder.path)
            }
        }
    }
}
