import Naming

/// How people name a model: `runs/base@pre`, `runs/base@step-500`, `runs/base` or a plain folder.
public enum CheckpointReference: Hashable, Sendable {
    /// The checkpoint that a stage of a run points at.
    case stage(run: String, name: String)
    /// The checkpoint of a step of a run.
    case step(run: String, Int)
    /// A model folder, or a run's folder, which stands for its newest whole checkpoint.
    case folder(String)

    /// Reads a reference. A folder of exactly that name comes before the grammar, so that a path
    /// with an `@` in it still works.
    public init(_ text: String) throws(CheckpointError) {
        guard !text.isEmpty else {
            throw CheckpointError(
                .invalidName, "an empty text names no model; name a folder or run@stage",
                path: "model reference")
        }
        guard let mark = text.lastIndex(of: "@"), !text[mark...].contains("/"),
            Self.kind(of: text) == .missing
        else {
            self = .folder(text)
            return
        }
        let run = String(text[..<mark])
        let name = String(text[text.index(after: mark)...])
        guard !run.isEmpty, !name.isEmpty else {
            throw CheckpointError(
                .invalidName,
                "\"\(text)\" lacks \(run.isEmpty ? "the run before" : "a stage or step after") "
                    + "the @; write it like runs/base@pre or runs/base@step-500",
                path: text)
        }
        if let step = CheckpointName.step(of: name) {
            self = .step(run: run, step)
        } else {
            try StagePointers.check(name, path: text)
            self = .stage(run: run, name: name)
        }
    }

    /// The folder of the model that is meant. Throws where the run, stage or step is not there,
    /// naming the nearest. `warn` gets a sentence for each broken checkpoint passed over.
    public func resolve(
        warn: @escaping @Sendable (String) -> Void
    ) throws(CheckpointError) -> String {
        switch self {
        case .stage(let run, let name):
            try Self.requireRun(run)
            if let phases = try PhaseList(of: run) {
                return try Self.stage(name, of: phases, in: run, warn: warn)
            }
            let stages = try StagePointers(run: run).all()
            guard let target = stages[name] else {
                throw CheckpointError(
                    .unknownName,
                    "the run has no stage \"\(name)\"; "
                        + nearestNameHint(to: name, among: stages.keys.sorted(by: bytewise)),
                    path: run)
            }
            return try Self.folder(of: target, in: run, warn: warn)
        case .step(let run, let step):
            try Self.requireRun(run)
            if let phases = try PhaseList(of: run) {
                throw CheckpointError(
                    .unknownName,
                    "each phase counts steps of its own; name one of "
                        + "\(phases.names.joined(separator: ", ")), as in "
                        + "\(run)/\(phases.names.last ?? "phase")@step-\(step)",
                    path: run)
            }
            return try Self.folder(of: CheckpointName.of(step: step), in: run, warn: warn)
        case .folder(let path):
            guard Self.kind(of: path) == .folder else {
                throw CheckpointError(
                    .missing, "there is no such folder; check the path", path: path)
            }
            if Self.kind(of: path + "/config.json") == .missing,
                let phases = try PhaseList(of: path)
            {
                return try Self.newest(of: phases, in: path, warn: warn)
            }
            guard Self.kind(of: path + "/checkpoints") == .folder,
                Self.kind(of: path + "/config.json") == .missing
            else { return path }
            guard
                let newest = try CheckpointStore(run: path, warn: warn)
                    .newestWhole(verifying: false)
            else {
                throw CheckpointError(
                    .missing, "the run has no whole checkpoint yet", path: path)
            }
            return newest.path
        }
    }

    /// What a stage points at in the last phase that has it.
    private static func stage(
        _ name: String, of phases: PhaseList, in run: String,
        warn: @escaping @Sendable (String) -> Void
    ) throws(CheckpointError) -> String {
        var known: Set<String> = []
        for phase in phases.newestFirst(in: run) {
            let stages = try StagePointers(run: phase).all()
            if let target = stages[name] { return try folder(of: target, in: phase, warn: warn) }
            known.formUnion(stages.keys)
        }
        throw CheckpointError(
            .unknownName,
            "none of its phases (\(phases.names.joined(separator: ", "))) has a stage \"\(name)\"; "
                + nearestNameHint(to: name, among: known.sorted(by: bytewise)),
            path: run)
    }

    /// The newest whole checkpoint of the last phase that has one.
    private static func newest(
        of phases: PhaseList, in run: String, warn: @escaping @Sendable (String) -> Void
    ) throws(CheckpointError) -> String {
        for phase in phases.newestFirst(in: run) {
            let store = try CheckpointStore(run: phase, warn: warn)
            if let newest = try store.newestWhole(verifying: false) { return newest.path }
        }
        throw CheckpointError(
            .missing, "none of its phases has a whole checkpoint yet", path: run)
    }

    private static func folder(
        of name: String, in run: String, warn: @escaping @Sendable (String) -> Void
    ) throws(CheckpointError) -> String {
        try CheckpointStore(run: run, warn: warn).open(name).path
    }

    private static func requireRun(_ run: String) throws(CheckpointError) {
        guard kind(of: run) == .folder else {
            throw CheckpointError(
                .missing, "there is no such run; check the path before the @", path: run)
        }
    }

    private static func kind(of path: String) -> FileKind {
        // A slash follows a link to a folder; without one a plain file is told from nothing.
        let fileSystem = PosixFileSystem()
        if let kind = try? fileSystem.kind(of: path + "/"), kind == .folder { return .folder }
        return (try? fileSystem.kind(of: path)) ?? .missing
    }
}
