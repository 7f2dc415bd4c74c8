import Foundation
import LuaRuntime
import Telemetry

/// Runs specs: every `*_spec.lua` below a path, each in a state of its own.
public struct SpecRunner {
    /// What to do where a value differs from its snapshot, or has none.
    public enum Snapshots: Sendable {
        /// A new one is kept; one that differs fails.
        case keepNew
        /// Whatever comes is kept.
        case update
        /// One that is new fails too.
        case locked
    }

    /// One spec file and what came of it.
    public struct Report: Sendable {
        /// As it was found below the path that was given.
        public let path: String
        /// In the order in which they ran.
        public let results: [SpecResult]
        /// Why the file itself ended before its end; nil where it did not.
        public let failure: String?
        /// Snapshots that were kept now.
        public let snapshotsWritten: Int
        /// What it printed and logged.
        public let output: [String]

        /// How many tests did not pass, an unfinished file included.
        public var failureCount: Int {
            results.count { $0.failure != nil } + (failure == nil ? 0 : 1)
        }

        /// Whether the file ran to its end without a test: it is no spec, or an unfinished one.
        public var holdsNoTest: Bool { results.isEmpty && failure == nil }
    }

    private let snapshots: Snapshots
    private let budget: LuaRuntime.Budget

    /// - Parameter seconds: how long one test may take, and a file outside its tests. Each may
    ///   also count to what a call of a plugin may, so that a slow machine fails no spec that
    ///   another passes.
    public init(snapshots: Snapshots = .keepNew, seconds: Double = 300) {
        self.snapshots = snapshots
        budget = LuaRuntime.Budget(seconds: seconds, instructions: RecipeLimits.instructions)
    }

    /// The spec files below a path, sorted; the path itself where it is one.
    ///
    /// - Throws: `ScriptingError` where there is nothing at the path, or no spec.
    public static func files(below path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ScriptingError(.badFile, "there is no such file or folder", path: path)
        }
        guard isFolder.boolValue else {
            guard path.hasSuffix(".lua") else {
                throw ScriptingError(
                    .badFile, "this is no spec; give NAME_spec.lua, or a folder that holds some",
                    path: path)
            }
            return [path]
        }
        let found =
            (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? [])
            .filter { $0.hasSuffix("_spec.lua") && !$0.split(separator: "/").contains(".build") }
            .sorted().map { path.hasSuffix("/") ? path + $0 : path + "/" + $0 }
        guard !found.isEmpty else {
            throw ScriptingError(
                .badFile, "no spec is below this folder; specs are called NAME_spec.lua",
                path: path)
        }
        return found
    }

    /// Runs one file.
    ///
    /// - Throws: what the machine's disk has to say of snapshots, and `ScriptingError` where their
    ///   file is none; a spec's own failures are in the report.
    public func run(_ path: String) throws -> Report {
        let kept = try SpecSnapshots(spec: path, policy: snapshots)
        let session = SpecSession(plugin: SpecRunner.plugin(of: path), snapshots: kept)
        let folder = (path as NSString).deletingLastPathComponent
        let modules = ModuleLoader(roots: [folder.isEmpty ? "." : folder])
        var output: [String] = []
        let context = ScriptContext(
            owner: ((path as NSString).lastPathComponent as NSString).deletingPathExtension,
            phase: .test, grants: .faked, clock: session.clock
        ) { output.append("\($0.level.rawValue): \($0.text)") }
        context.network = session.network
        context.spec = session
        context.run = RunFacts.none
        let state = LuaState(budget: budget, modules: modules) {
            output.append(PrintableText.line($0))
        }
        var failure: String?
        do {
            try Catalogue.register(in: state, context: context)
            try SpecMatchers.install(in: state, session: session)
            try state.load(modules.open(path: path).bytes, name: path).callNodes()
        } catch let error as LuaError {
            failure =
                ScriptingError(error, path: path) { modules.source(of: $0, main: path) }
                .description
        }
        session.runTests(budget: budget)
        try kept.save()
        return Report(
            path: path, results: session.results, failure: failure,
            snapshotsWritten: kept.written, output: output)
    }

    /// The plugin whose folder a spec stands in.
    private static func plugin(of path: String) -> PluginUse? {
        let folder = URL(fileURLWithPath: path).standardizedFileURL.deletingLastPathComponent()
        let source = PluginSource(name: folder.lastPathComponent, place: .folder(folder.path))
        guard FileManager.default.fileExists(atPath: source.path) else { return nil }
        // The clock of a spec stands still and its network is a fake, so that a plugin may have
        // both.
        return PluginUse(source: source, grants: .faked)
    }
}
