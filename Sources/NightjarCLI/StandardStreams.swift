import Foundation
import Telemetry

/// Standard input, output and error as the program found them.
enum StandardStreams {
    /// Puts /dev/null where a stream was closed before the program began: the next file opened
    /// would take its number, and progress lines would be written into it.
    static func fillClosed() {
        for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is taken, which is this one.
            _ = open("/dev/null", O_RDWR)
        }
    }

    /// All of standard input.
    ///
    /// - Throws: `StreamError` where it cannot be read or holds more than `limit` bytes.
    static func input(atMost limit: Int = 1 << 30) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(0, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw StreamError(
                    "standard input cannot be read: \(String(cString: strerror(errno)))",
                    isUserMistake: true)
            }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw StreamError(
                    "standard input holds more than \(HumanFormat.bytes(limit)); give it in parts",
                    isUserMistake: true)
            }
        }
    }

    /// Writes all of `bytes` to standard output, at once.
    static func output(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw StreamError(
                    "standard output cannot be written: \(String(cString: strerror(errno)))",
                    isUserMistake: false)
            }
            rest = rest.dropFirst(count)
        }
    }
}

/// A standard stream that fails.
struct StreamError: Error, CustomStringConvertible {
    let description: String
    let isUserMistake: Bool

    init(_ description: String, isUserMistake: Bool) {
        self.description = description
        self.isUserMistake = isUserMistake
    }
}
