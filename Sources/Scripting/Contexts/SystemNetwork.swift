import Dispatch
import Foundation
import FoundationNetworking
import Synchronization

/// The machine's own network.
///
/// Nothing outlives a request: no cookies, no credentials, no cache, no connection.
final class SystemNetwork: ScriptNetwork {
    func answer(_ request: NetworkRequest, grants: Grants) throws -> NetworkAnswer {
        guard let target = try? NetworkTarget(request.url), let url = target.url else {
            throw Refusal("\(request.url) is no address")
        }
        if let proxy = SystemNetwork.proxy(
            for: target, in: ProcessInfo.processInfo.environment)
        {
            throw Refusal(
                "\(target.host): the variable \(proxy) sends this through a proxy, and a grant is "
                    + "for the host itself; name the host in no_proxy")
        }
        var wire = URLRequest(url: url, timeoutInterval: request.timeoutSeconds + 1)
        wire.httpMethod = request.method
        wire.httpShouldHandleCookies = false
        for header in request.headers {
            wire.setValue(header.value, forHTTPHeaderField: header.name)
        }
        wire.httpBody = request.body.map { Data($0) }
        let exchange = HTTPExchange(grants: grants, mostBytes: request.mostBytes)
        let session = URLSession(
            configuration: SystemNetwork.configuration, delegate: exchange, delegateQueue: nil)
        defer { session.invalidateAndCancel() }
        session.dataTask(with: wire).resume()
        guard exchange.wait(seconds: request.timeoutSeconds) else {
            throw Refusal("\(target.host) did not answer in \(request.timeoutSeconds) s")
        }
        return try exchange.answer(from: target.host)
    }

    private static var configuration: URLSessionConfiguration {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.urlCredentialStorage = nil
        configuration.urlCache = nil
        configuration.connectionProxyDictionary = [:]
        return configuration
    }

    /// The variable that the library below would follow, whatever it is told.
    static func proxy(
        for target: NetworkTarget, in environment: [String: String]
    ) -> String? {
        let names =
            target.scheme == "http"
            ? ["http_proxy", "all_proxy", "ALL_PROXY"]
            : ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        guard let name = names.first(where: { environment[$0]?.isEmpty == false }) else {
            return nil
        }
        let direct = (environment["no_proxy"] ?? environment["NO_PROXY"] ?? "").lowercased()
            .split { $0 == "," || $0 == " " }
        let isDirect = direct.contains { entry in
            let domain = entry.hasPrefix(".") ? entry.dropFirst() : entry
            return entry == "*" || target.host == domain || target.host.hasSuffix("." + domain)
        }
        return isDirect ? nil : name
    }
}

/// One request under way: collects the answer, up to a limit, and follows redirects to what was
/// granted.
private final class HTTPExchange: NSObject, URLSessionDataDelegate {
    private struct State {
        var status = 0
        var headers: [String: String] = [:]
        var body: [UInt8] = []
        var redirects = 0
        /// Why it failed.
        var failure: String?
        var isOver = false
    }

    private static let mostRedirects = 5

    private let state = Mutex(State())
    private let over = DispatchSemaphore(value: 0)
    private let grants: Grants
    private let mostBytes: Int

    init(grants: Grants, mostBytes: Int) {
        self.grants = grants
        self.mostBytes = mostBytes
    }

    func wait(seconds: Double) -> Bool {
        over.wait(timeout: .now() + seconds) == .success
    }

    func answer(from host: String) throws -> NetworkAnswer {
        try state.withLock { state in
            if let failure = state.failure { throw Refusal("\(host): \(failure)") }
            return NetworkAnswer(
                status: state.status, headers: state.headers, body: state.body)
        }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask,
        willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        let target = HTTPExchange.target(of: response, leadingTo: request)
        let count = state.withLock { state in
            state.redirects += 1
            return state.redirects
        }
        guard let target, grants.allows(target.capability), count <= HTTPExchange.mostRedirects
        else {
            let sentence =
                count > HTTPExchange.mostRedirects
                ? "it redirects more than \(HTTPExchange.mostRedirects) times"
                : target.map { "it redirects to \($0.host), which is not granted" }
                    ?? "it redirects to what is no web address"
            state.withLock { $0.failure = $0.failure ?? sentence }
            completionHandler(nil)
            task.cancel()
            return
        }
        var next = request
        next.url = target.url
        if target.host != task.originalRequest?.url?.host?.lowercased() {
            // What the script says to one host is not for another.
            for name in (next.allHTTPHeaderFields ?? [:]).keys {
                next.setValue(nil, forHTTPHeaderField: name)
            }
        }
        completionHandler(next)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        if let response = response as? HTTPURLResponse {
            state.withLock { state in
                state.status = response.statusCode
                state.headers = [:]
                for (name, value) in response.allHeaderFields {
                    state.headers["\(name)".lowercased()] = "\(value)"
                }
            }
        }
        completionHandler(.allow)
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let isTooMuch = state.withLock { state in
            guard state.failure == nil else { return false }
            guard state.body.count + data.count <= mostBytes else {
                state.failure = "its answer has more than \(mostBytes) bytes"
                state.body = []
                return true
            }
            state.body += data
            return false
        }
        if isTooMuch { dataTask.cancel() }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask,
        didReceive challenge: URLAuthenticationChallenge,
        completionHandler: @escaping (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) {
        // No name and password that the machine may know is offered.
        completionHandler(.performDefaultHandling, nil)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
    ) {
        let isFirst = state.withLock { state in
            if let error { state.failure = state.failure ?? HTTPExchange.sentence(error) }
            defer { state.isOver = true }
            return !state.isOver
        }
        if isFirst { over.signal() }
    }

    /// Where a redirect leads; nil where what the answer says is no web address, or not the one
    /// that the library made of it.
    private static func target(
        of response: HTTPURLResponse, leadingTo request: URLRequest
    ) -> NetworkTarget? {
        guard let location = response.value(forHTTPHeaderField: "Location"),
            let told = URL(string: location, relativeTo: response.url)?.absoluteString,
            let target = try? NetworkTarget(told), let next = request.url?.absoluteString,
            let made = try? NetworkTarget(next), made.capability == target.capability,
            made.scheme == target.scheme
        else { return nil }
        return made
    }

    private static func sentence(_ error: any Error) -> String {
        let code = (error as NSError).code
        switch URLError.Code(rawValue: code) {
        case .cannotFindHost, .dnsLookupFailed: return "there is no such host"
        case .cannotConnectToHost: return "it cannot be connected to"
        case .timedOut: return "it did not answer in time"
        case .networkConnectionLost: return "the connection was lost"
        case .notConnectedToInternet: return "there is no network"
        case .secureConnectionFailed, .serverCertificateUntrusted,
            .serverCertificateHasBadDate, .serverCertificateHasUnknownRoot,
            .serverCertificateNotYetValid:
            return "no secure connection can be made"
        case .badServerResponse: return "its answer is no HTTP"
        default: return "the request failed (\(code))"
        }
    }
}
