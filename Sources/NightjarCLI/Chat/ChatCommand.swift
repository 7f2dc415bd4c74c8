import Naming

/// What can be asked for in a chat beside answers.
enum ChatCommand: String, CaseIterable {
    case help, system, clear, undo, retry, set, adapter, show, save, load, tokens, quit

    /// What follows the name.
    var arguments: String {
        switch self {
        case .system: "[TEXT | off]"
        case .set: "[NAME VALUE]"
        case .adapter: "[NAME | none]"
        case .save: "FILE"
        case .load: "FILE [ROW]"
        default: ""
        }
    }

    /// One line of help.
    var summary: String {
        switch self {
        case .help: "this list"
        case .system: "frames the chat with TEXT; off takes it out; alone shows it"
        case .clear: "begins anew, the system's message kept"
        case .undo: "takes back your last message and its answer"
        case .retry: "answers your last message once more"
        case .set: "changes a setting; alone shows them"
        case .adapter: "lets the adapter of that name answer; alone lists them"
        case .show: "the chat so far"
        case .save: "adds the chat to FILE as a row of JSONL, as nj.data.chat reads it"
        case .load: "goes on with a chat of FILE, the last row or the one named"
        case .tokens: "how full the context is"
        case .quit: "ends"
        }
    }

    /// The help for all.
    static var listing: String {
        let rows = allCases.map { ("/\($0.rawValue) \($0.arguments)", $0.summary) }
        let width = rows.map(\.0.count).max() ?? 0
        let lines = rows.map { $0 + String(repeating: " ", count: width + 2 - $0.count) + $1 }
        let rest = [
            "A line that ends with a backslash goes on in the next; // begins a message with a /.",
            "Ctrl-C stops an answer, Ctrl-D ends.",
        ]
        return (lines + rest).joined(separator: "\n")
    }

    /// Reads a line that begins with a slash.
    ///
    /// - Returns: the command and what follows it.
    /// - Throws: `ChatMistake` naming the nearest command.
    static func parse(_ line: String) throws -> (command: ChatCommand, rest: String) {
        let words = line.dropFirst().split(separator: " ", maxSplits: 1)
        let name = words.first.map(String.init) ?? ""
        let rest = words.count > 1 ? String(words[1]).trimmed : ""
        if name == "exit" { return (.quit, rest) }
        guard let command = ChatCommand(rawValue: name) else {
            let names = allCases.map { "/" + $0.rawValue }
            throw ChatMistake(
                "there is no /\(name); \(nearestNameHint(to: "/" + name, among: names)) (/help "
                    + "lists all; // begins a message with a /)")
        }
        guard rest.isEmpty || !command.arguments.isEmpty else {
            throw ChatMistake("/\(name) takes nothing after it")
        }
        return (command, rest)
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        var text = self[...]
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
