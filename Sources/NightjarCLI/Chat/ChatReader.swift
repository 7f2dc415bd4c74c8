import CLineEdit
import Foundation
import Telemetry

/// Where the user's messages come from: lines that are edited at a terminal, or a pipe.
///
/// A line that ends with a backslash goes on in the next one.
final class ChatReader {
    /// What was read.
    enum Input {
        case message(String)
        /// Ctrl-C: what was typed is given up.
        case interrupted
        case end
    }

    /// Lines read so far; the last of them is the one at fault.
    private(set) var lineNumber = 0
    private let editor: OpaquePointer?
    private let style = TerminalStyle.detect(descriptor: 1)
    /// Bytes of a pipe that no line has taken yet.
    private var pending: [UInt8] = []
    private var isAtEnd = false

    private static let longestLine = 64 << 20

    /// - Throws: `StreamError` where a terminal cannot be read line by line.
    init(isTerminal: Bool) throws {
        editor = isTerminal ? line_editor_open(interruptWasPressed) : nil
        if isTerminal, editor == nil {
            throw StreamError("the terminal cannot be read line by line", isUserMistake: false)
        }
    }

    deinit { line_editor_close(editor) }

    /// The next message, lines that go on joined.
    func next() throws -> Input {
        var parts: [String] = []
        while true {
            switch try line(isFirst: parts.isEmpty) {
            case .message(let line) where line.hasSuffix("\\"):
                parts.append(String(line.dropLast()))
            case .message(let line):
                let message = (parts + [line]).joined(separator: "\n")
                if let editor, !message.allSatisfy(\.isWhitespace), parts.isEmpty {
                    line_editor_remember(editor, message)
                }
                return .message(message)
            case .interrupted: return .interrupted
            case .end: return parts.isEmpty ? .end : .message(parts.joined(separator: "\n"))
            }
        }
    }

    private func line(isFirst: Bool) throws -> Input {
        guard let editor else { return try pipedLine() }
        var text: UnsafePointer<CChar>?
        let outcome = line_editor_read(editor, prompt(isFirst ? ">" : "|"), &text)
        lineNumber += 1
        switch Int(outcome) {
        case LINE_EDITOR_LINE: return .message(text.map { String(cString: $0) } ?? "")
        case LINE_EDITOR_INTERRUPTED: return .interrupted
        default: return .end
        }
    }

    /// Bytes 1 stand around what takes no room on the screen.
    private func prompt(_ sign: String) -> String {
        guard style.hasColour else { return sign + " " }
        return "\u{1}\u{1B}[1;36m\u{1}\(sign)\u{1}\u{1B}[0m\u{1} "
    }

    private func pipedLine() throws -> Input {
        var searched = 0
        while true {
            if let end = pending[searched...].firstIndex(of: 0x0A) {
                let line = Array(pending[..<end])
                pending.removeFirst(end + 1)
                return .message(try text(line))
            }
            searched = pending.count
            if isAtEnd {
                guard !pending.isEmpty else { return .end }
                defer { pending = [] }
                return .message(try text(pending))
            }
            guard pending.count <= ChatReader.longestLine else {
                throw StreamError(
                    "line \(lineNumber + 1) of standard input is longer than "
                        + HumanFormat.bytes(ChatReader.longestLine), isUserMistake: true)
            }
            try fill()
        }
    }

    private func fill() throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(0, &buffer, buffer.count)
        if count < 0, errno == EINTR { return }
        guard count >= 0 else {
            throw StreamError(
                "standard input cannot be read: \(String(cString: strerror(errno)))",
                isUserMistake: true)
        }
        isAtEnd = count == 0
        pending += buffer[..<count]
    }

    private func text(_ line: [UInt8]) throws -> String {
        lineNumber += 1
        let line = line.last == 0x0D ? line.dropLast() : line[...]
        guard let text = String(validating: line, as: UTF8.self) else {
            throw ChatMistake("the line is not UTF-8")
        }
        return text
    }
}
