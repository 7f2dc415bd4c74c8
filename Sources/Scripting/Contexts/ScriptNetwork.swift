import LuaRuntime

/// The network that scripts see, where it is granted.
protocol ScriptNetwork: AnyObject {
    /// Waits for the answer, for no longer than the request says.
    ///
    /// - Parameter grants: what redirects may lead to.
    /// - Throws: `Refusal` where none comes.
    func answer(_ request: NetworkRequest, grants: Grants) throws -> NetworkAnswer
}

/// What is asked of a host.
struct NetworkRequest: Sendable {
    var method: String
    var url: String
    /// By name in lower case, sorted.
    var headers: [(name: String, value: String)]
    var body: [UInt8]?
    var timeoutSeconds: Double
    /// A longer answer is a failure.
    var mostBytes: Int

    /// Whether the two ask for the same, however long they wait for it.
    func asksAs(_ other: NetworkRequest) -> Bool {
        method == other.method && url == other.url && body == other.body
            && headers.map(\.name) == other.headers.map(\.name)
            && headers.map(\.value) == other.headers.map(\.value)
    }
}

/// What a host answered.
struct NetworkAnswer: Sendable, Hashable {
    var status: Int
    /// By name in lower case.
    var headers: [String: String] = [:]
    var body: [UInt8] = []
}

/// A request with what came of it, for the replay of a call.
struct NetworkExchange {
    let request: NetworkRequest
    /// A failure is its sentence.
    let answer: Result<NetworkAnswer, Refusal>

    /// About what keeping it takes.
    var byteCount: Int {
        let body = if case .success(let answer) = answer { answer.body.count } else { 0 }
        return 512 + body + (request.body?.count ?? 0)
    }
}

/// None: every request fails.
final class NoNetwork: ScriptNetwork {
    private let reason: String

    init(_ reason: String) { self.reason = reason }

    func answer(_ request: NetworkRequest, grants: Grants) throws -> NetworkAnswer {
        throw Refusal("\(request.url): \(reason)")
    }
}

/// What a call was answered once, for whoever repeats the call.
///
/// Nothing is sent.
final class RecordedNetwork: ScriptNetwork {
    private var exchanges: [NetworkExchange]

    init(_ exchanges: [NetworkExchange]) { self.exchanges = exchanges }

    func answer(_ request: NetworkRequest, grants: Grants) throws -> NetworkAnswer {
        guard let index = exchanges.firstIndex(where: { $0.request.asksAs(request) }) else {
            throw Refusal("\(request.url): this was not asked then, and is not asked now")
        }
        return try exchanges.remove(at: index).answer.get()
    }
}

/// The answers that a spec gives.
final class FakeNetwork: ScriptNetwork {
    /// By address; a failure is its sentence.
    var answers: [String: Result<NetworkAnswer, Refusal>] = [:]

    func answer(_ request: NetworkRequest, grants: Grants) throws -> NetworkAnswer {
        guard let answer = answers[request.url] else {
            throw ShapeFault(
                path: LuaPath(["url"]),
                sentence: "the spec has no answer for \(request.url); give one with "
                    + "nj.test.network { [url] = { body = ... } }")
        }
        return try answer.get()
    }
}
