import LuaRuntime
import Naming
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
    private var tests: [Test] = []
    private var runningName: String?

    private struct Group {
        let name: String
        var before: [LuaFunction] = []
    }

    /// A test that waits for its turn, with what stood where it was written.
    private struct Test {
        let path: [String]
        let before: [LuaFunction]
        let body: LuaFunction
        let time: Double
        let answers: [String: Result<NetworkAnswer, Refusal>]
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

    /// Puts a test behind those before it; `runTests` runs it.
    func it(_ name: String, _ body: LuaFunction) throws {
        guard runningName == nil else {
            throw ShapeFault(path: LuaPath(), sentence: "it does not stand inside another it")
        }
        tests.append(
            Test(
                path: groups.map(\.name) + [name], before: groups.flatMap(\.before), body: body,
                time: clock.monotonic, answers: network.answers))
    }

    /// Runs the tests, once the file has ended: a budget holds for a call from outside, and each
    /// test has its own.
    ///
    /// What one raises, or spends, is its failure; the next one runs all the same.
    func runTests(budget: LuaRuntime.Budget) {
        for test in tests { results.append(run(test, budget: budget)) }
        // They hold the state that holds this session.
        tests = []
    }

    private func run(_ test: Test, budget: LuaRuntime.Budget) -> SpecResult {
        var result = SpecResult(path: test.path, failure: nil, seconds: 0)
        guard !test.body.state.isGivenUp else {
            result.failure = "it was not run: a test before it could not be ended"
            return result
        }
        runningName = test.path.joined(separator: " ")
        defer { runningName = nil }
        // What a test does to the clock and the network is its own.
        clock.set(test.time)
        network.answers = test.answers
        let stopwatch = Stopwatch()
        do {
            for before in test.before { try before.callNodes(budget: budget) }
            try test.body.callNodes(budget: budget)
        } catch let error as LuaError {
            result.failure = SpecSession.told(error, of: test.body)
        } catch {
            result.failure = "\(error)"
        }
        result.seconds = stopwatch.elapsedSeconds
        return result
    }

    /// The failure with a line of the spec: what was spent in the house's own Lua is told where the
    /// test begins.
    private static func told(_ error: LuaError, of body: LuaFunction) -> String {
        var error = error
        if error.chunk == nil || error.chunk == ScriptDispatch.chunk, let place = body.place {
            error.chunk = place.chunk
            error.line = place.line
        }
        return error.sentence + matcherHint(error.message)
    }

    /// The matcher that was meant where Lua found none to call.
    private static func matcherHint(_ message: String) -> String {
        guard
            let name = message.firstMatch(of: #/attempt to call a nil value \(field '(to_\w*)'\)/#)?
                .1,
            let near = nearestName(to: String(name), among: SpecMatchers.record.names)
        else { return "" }
        return "; did you mean '\(near)'?"
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
            let shown = PrintableText.line(String(whole.prefix(200)))
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
