import Foundation
import LuaRuntime

/// Where a request goes: the part of a URL that a grant is about.
struct NetworkTarget: Sendable, Hashable {
    let scheme: String
    /// Lower case.
    let host: String
    let port: Int
    /// Path and query, as they go over the wire.
    private let rest: String

    /// - Throws: `ShapeFault` that says what is wrong with the address.
    init(_ url: String) throws {
        func fault(_ sentence: String) -> ShapeFault {
            ShapeFault(path: LuaPath(["url"]), sentence: sentence)
        }
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased()
        else { throw fault("\"\(url)\" is no address; write http://HOST/PATH or https://...") }
        guard let usual = NetworkTarget.ports[scheme] else {
            throw fault("\"\(scheme)\" is not supported; write http or https")
        }
        guard parts.user == nil, parts.password == nil else {
            throw fault("an address with a name and password is refused; use a header")
        }
        guard let host = parts.host?.lowercased(), NetworkTarget.isHost(host) else {
            throw fault("\"\(url)\" names no host that can be granted")
        }
        self.scheme = scheme
        self.host = host
        port = parts.port ?? usual
        guard (1...65535).contains(port) else { throw fault("there is no port \(port)") }
        let path = parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath
        rest = path + (parts.percentEncodedQuery.map { "?" + $0 } ?? "")
    }

    /// The address put together again, so that whoever reads it next finds the host that was
    /// checked.
    var address: String { "\(scheme)://\(host):\(port)\(rest)" }

    /// Whether a grant without a port is about it.
    var isAtUsualPort: Bool { NetworkTarget.ports[scheme] == port }

    /// As a grant names it.
    var capability: Capability { .network(host: host, port: isAtUsualPort ? nil : port) }

    /// Names and IPv4 addresses.
    static func isHost(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 253 && !text.hasPrefix("-") && !text.hasPrefix(".")
            && text.utf8.allSatisfy { (c: UInt8) in
                (c >= 97 && c <= 122) || (c >= 48 && c <= 57) || c == 45 || c == 46
            }
    }

    private static let ports = ["http": 80, "https": 443]
}
