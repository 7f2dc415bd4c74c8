import LuaRuntime
import Telemetry

/// One spec file while it runs: where in its tree of `describe` it stands, what was found.
final class SpecSession {
    /// The plugin that `nj.test.call` calls; nil for a spec outside a plugin's folder.
    let plugin: PluginUse?
    let clock = FakeClock()
    let network = FakeNetwork()
    let snapshots: SpecSnapshots
    private(set) var results: [SpecResult] = []
    /// Makes the matchers of a value; set once the spec's state has loaded them.
    var expect: LuaFunction?
    private var groups: [Group] = []
    private var runningName: String?

    private struct Group {
        let name: String
        var before: [LuaFunction] = []
    }

    init(plugin: PluginUse?, snapshots: SpecSnapshots) {
        self.plugin = plugin
        self.snapshots = snapshots
    }

    /// Runs the body of a group at once.
    func describe(_ name: String, _ body: LuaFunction) throws {
        guard runningName == nil else {
            throw ShapeFault(path: LuaPath(), sentence: "describe does not stand inside it")
        }
        groups.append(Group(name: name))
        defer { groups.removeLast() }
        try body.callNodes()
    }

    func beforeEach(_ body: LuaFunction) throws {
        guard !groups.isEmpty, runningName == nil else {
            throw ShapeFault(path: LuaPath(), sentence: "before_each stands inside describe")
        }
        groups[groups.count - 1].before.append(body)
    }

    /// Runs one test; what it raises is its failure, and the next one runs all the same.
    func it(_ name: String, _ body: LuaFunction) throws {
        guard runningName == nil else {
            throw ShapeFault(path: LuaPath(), sentence: "it does not stand inside another it")
        }
        let path = groups.map(\.name) + [name]
        runningName = path.joined(separator: " ")
        // What a test does to the clock and the network is its own.
        let (time, answers) = (clock.monotonic, network.answers)
        defer {
            runningName = nil
            clock.set(time)
            network.answers = answers
        }
        var result = SpecResult(path: path, failure: nil, seconds: 0)
        let stopwatch = Stopwatch()
        do {
            for before in groups.flatMap(\.before) { try before.callNodes() }
            try body.callNodes()
        } catch let error as LuaError where !error.isOfTheBudget {
            result.failure = error.sentence
        }
        result.seconds = stopwatch.elapsedSeconds
        results.append(result)
    }

    /// Holds a value against the snapshot of that name.
    ///
    /// - Returns: what was kept, where it differs; nil where it is equal or new.
    /// - Throws: `ShapeFault` outside a test, and for a name that the file cannot hold.
    func snapshotDifference(_ name: String, _ value: LuaValue) throws -> String? {
        guard let runningName else {
            throw ShapeFault(path: LuaPath(), sentence: "snapshots are taken inside it")
        }
        let whole = "\(runningName): \(name)"
        guard SpecSnapshots.isName(whole) else {
            let shown = Printable.line(String(whole.prefix(200)))
            throw ShapeFault(
                path: LuaPath(),
                sentence: "\"\(shown)\" cannot name a snapshot: a name stands on one line and has "
                    + "no control characters; rename the test, its group or the snapshot")
        }
        return snapshots.difference(whole, value)
    }
}

/// What came of one test.
public struct SpecResult: Sendable, Hashable {
    /// The names of its groups and its own.
    public var path: [String]
    /// Where and why it failed; nil where it passed.
    public var failure: String?
    /// How long it took.
    public var seconds: Double
}
