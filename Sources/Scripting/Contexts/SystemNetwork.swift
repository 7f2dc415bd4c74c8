import CHTTP
import Foundation
import Telemetry

/// The machine's own network.
///
/// Nothing outlives a request: no cookies, no credentials, no cache, no connection. Proxies are not
/// used, whatever the environment says.
final class SystemNetwork: ScriptNetwork {
    private static let mostRedirects = 5

    func answer(_ request: NetworkRequest, grants: Grants) throws -> NetworkAnswer {
        let clock = Stopwatch()
        var request = request
        let first = try SystemNetwork.target(request.url)
        var target = first
        for _ in 0...SystemNetwork.mostRedirects {
            request.url = target.address
            let left = request.timeoutSeconds - clock.elapsedSeconds
            let answer = try SystemNetwork.ask(request, of: target.host, seconds: max(0.001, left))
            guard [301, 302, 303, 307, 308].contains(answer.status),
                let location = answer.headers["location"]
            else { return answer }
            target = try SystemNetwork.redirect(from: target, to: location, of: first, grants)
            if answer.status == 303 || (answer.status < 303 && request.method == "POST") {
                // What browsers do, and everything that talks to servers made for them.
                request.method = "GET"
                request.body = nil
                request.headers.removeAll { $0.name == "content-type" }
            }
            // What a script says to one host is not for another.
            if target.host != first.host { request.headers = [] }
        }
        throw Refusal(
            "\(first.host): it redirects more than \(SystemNetwork.mostRedirects) times")
    }

    private static func target(_ url: String) throws -> NetworkTarget {
        guard let target = try? NetworkTarget(url) else { throw Refusal("\(url) is no address") }
        return target
    }

    private static func redirect(
        from target: NetworkTarget, to location: String, of first: NetworkTarget, _ grants: Grants
    ) throws -> NetworkTarget {
        guard !location.isEmpty, let base = URL(string: target.address),
            let url = URL(string: location, relativeTo: base)?.absoluteString,
            let next = try? NetworkTarget(url)
        else { throw Refusal("\(first.host): it redirects to what is no web address") }
        guard grants.allows(next.capability) else {
            throw Refusal("\(first.host): it redirects to \(next.host), which is not granted")
        }
        return next
    }

    /// One request, its redirects not followed.
    private static func ask(
        _ request: NetworkRequest, of host: String, seconds: Double
    ) throws -> NetworkAnswer {
        let headers = request.headers.map { "\($0.name): \($0.value)\n" }.joined()
        // An empty body is one, too: the pointer must not be null.
        let body = request.body.map { $0.isEmpty ? [0] : $0 }
        var answer = http_answer()
        defer { http_free(&answer) }
        request.url.withCString { url in
            headers.withCString { headers in
                func send(_ bytes: UnsafeRawPointer?) {
                    var wire = http_request(
                        url: url, headers: headers, body: bytes,
                        body_count: request.body?.count ?? 0,
                        milliseconds: max(1, Int(min(seconds, 1e6) * 1000)),
                        most_bytes: request.mostBytes)
                    http_ask(&wire, &answer)
                }
                if let body { body.withUnsafeBytes { send($0.baseAddress) } } else { send(nil) }
            }
        }
        guard answer.is_too_long == 0 else {
            throw Refusal("\(host): its answer has more than \(request.mostBytes) bytes")
        }
        guard answer.failure == 0 else {
            throw Refusal("\(host): \(sentence(answer, seconds: seconds))")
        }
        return NetworkAnswer(
            status: answer.status,
            headers: parsed(
                UnsafeRawBufferPointer(start: answer.headers, count: answer.headers_count)),
            body: Array(UnsafeRawBufferPointer(start: answer.body, count: answer.body_count)))
    }

    /// Header lines by name in lower case; of equal names the values in a row, as HTTP has it.
    private static func parsed(_ lines: UnsafeRawBufferPointer) -> [String: String] {
        var headers: [String: String] = [:]
        for line in String(decoding: lines, as: UTF8.self).split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let name = line[..<colon].lowercased()
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            headers[name] = headers[name].map { "\($0), \(value)" } ?? value
        }
        return headers
    }

    /// The failure in a half-sentence; codes are CURLcode's.
    private static func sentence(_ answer: http_answer, seconds: Double) -> String {
        switch answer.failure {
        case 6: "there is no such host"
        case 7: "it cannot be connected to"
        case 28: "it did not answer in \(HumanFormat.fixed(seconds, digits: 2)) s"
        case 35, 51, 58, 60, 77: "no secure connection can be made"
        case 52: "it sent no answer"
        case 18, 55, 56: "the connection was lost"
        case 1, 8: "its answer is no HTTP"
        default: answer.sentence.map { String(cString: $0) } ?? "the request failed"
        }
    }
}
