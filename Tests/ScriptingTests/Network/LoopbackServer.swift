import Foundation
import Glibc
import Synchronization

/// The smallest web server: one connection at a time on the loopback interface, each answered with
/// the bytes that a closure makes of the request's text.
final class LoopbackServer: Sendable {
    private struct State {
        var requests: [String] = []
        var isOver = false
    }

    let port: Int
    private let descriptor: Int32
    private let state = Mutex(State())
    private let handler: @Sendable (String) -> String

    init(_ handler: @escaping @Sendable (String) -> String) throws {
        self.handler = handler
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        port = try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard bind(descriptor, address, length) == 0, listen(descriptor, 16) == 0,
                    getsockname(descriptor, address, &length) == 0
                else { throw POSIXError(.EADDRNOTAVAIL) }
            }
            return Int(UInt16(bigEndian: pointer.pointee.sin_port))
        }
        Thread { [self] in
            // Signals that other tests send to the process are not for this thread.
            var every = sigset_t()
            sigfillset(&every)
            pthread_sigmask(SIG_BLOCK, &every, nil)
            while !state.withLock({ $0.isOver }) { serveOne() }
            // Not before: its number would be another server's while this thread still accepts.
            close(descriptor)
        }.start()
    }

    /// What was asked so far.
    var requests: [String] { state.withLock { $0.requests } }

    func stop() {
        state.withLock { $0.isOver = true }
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    private func serveOne() {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        defer { close(connection) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !LoopbackServer.isWhole(bytes) {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return }
            bytes += buffer[..<count]
        }
        let request = String(decoding: bytes, as: UTF8.self)
        state.withLock { $0.requests.append(request) }
        let answer = Array(handler(request).utf8)
        var sent = 0
        while sent < answer.count {
            let count = answer.withUnsafeBytes {
                send(connection, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    private static func isWhole(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return false }
        let head = text[..<end.lowerBound].lowercased()
        guard let length = head.range(of: "content-length: ") else { return true }
        let count = Int(head[length.upperBound...].prefix { $0.isNumber }) ?? 0
        return text[end.upperBound...].utf8.count >= count
    }

    /// An answer as it goes over the wire.
    static func answer(
        _ body: String, status: String = "200 OK", headers: [String] = []
    ) -> String {
        let lines =
            ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)", "Connection: close"]
            + headers
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
    }
}
