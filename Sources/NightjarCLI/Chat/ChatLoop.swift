import Conversations
import Foundation
import Generation
import Layers
import Tensors

/// Reads messages and commands in turn, and does what they say.
final class ChatLoop {
    let printer: ChatPrinter
    private let session: ChatSession
    private let adapters: ChatAdapters
    private let weights: InferenceWeights
    private let template: (String) throws -> ChatTemplate
    /// The name of the adapter that answers.
    private var adapter: String
    private let reader: ChatReader
    private let isTerminal: Bool

    /// - Parameters:
    ///   - weights: the form of the weights that answers are computed with.
    ///   - template: the chat template that goes with an adapter of that name.
    init(
        session: ChatSession, adapters: ChatAdapters, weights: InferenceWeights,
        template: @escaping (String) throws -> ChatTemplate, reader: ChatReader,
        printer: ChatPrinter
    ) {
        self.session = session
        self.adapters = adapters
        self.weights = weights
        self.template = template
        adapter = adapters.names[0]
        self.reader = reader
        self.printer = printer
        isTerminal = printer.isTerminal
    }

    /// Goes on until the input ends or `/quit`.
    ///
    /// - Throws: what is wrong with a line of a script, with its number; at a terminal such things
    ///   are shown, and only a stream that fails ends the chat.
    func run() throws {
        while true {
            do {
                switch try reader.next() {
                case .end:
                    if isTerminal { try Output.text("\n") }
                    return
                case .interrupted:
                    printer.note("\nCtrl-D or /quit ends")
                case .message(let line):
                    if try !take(line) { return }
                }
            } catch let error as StreamError {
                throw error
            } catch {
                guard isTerminal else {
                    throw ChatMistake(
                        "standard input, line \(reader.lineNumber): \(error)", cause: error)
                }
                printer.complain(error)
            }
        }
    }

    /// - Returns: false where the chat is to end.
    private func take(_ line: String) throws -> Bool {
        if line.allSatisfy(\.isWhitespace) { return true }
        guard line.hasPrefix("/") else {
            try answer { try self.session.answer(to: line, isCancelled: $0, receive: $1) }
            return true
        }
        if line.hasPrefix("//") {
            let message = String(line.dropFirst())
            try answer { try self.session.answer(to: message, isCancelled: $0, receive: $1) }
            return true
        }
        let (command, rest) = try ChatCommand.parse(line)
        return try perform(command, rest)
    }

    private func perform(_ command: ChatCommand, _ rest: String) throws -> Bool {
        switch command {
        case .help: try printer.say(ChatCommand.listing)
        case .quit: return false
        case .show: try printer.show(session.history)
        case .system: try frame(rest)
        case .set: try set(rest)
        case .tokens: try tellTokens()
        case .adapter: try choose(rest)
        case .clear:
            session.history.clear()
            printer.note("the chat begins anew")
        case .undo:
            guard let message = session.history.undo() else { throw nothingSaid }
            printer.note("taken back: \(message)")
        case .retry:
            guard !session.history.isEmpty else { throw nothingSaid }
            try answer { try self.session.retry(isCancelled: $0, receive: $1) }
        case .save:
            guard !rest.isEmpty else { throw ChatMistake("/save needs the name of a file") }
            guard !session.history.isEmpty else { throw nothingSaid }
            let row = try ChatFile(path: rest).append(session.history.conversation)
            printer.note("row \(row) of \(rest)")
        case .load: try load(rest)
        }
        return true
    }

    private var nothingSaid: ChatMistake { ChatMistake("nothing was said yet") }

    /// Computes an answer and shows it as it comes.
    private func answer(
        _ ask: (_ isCancelled: () -> Bool, _ receive: (String) throws -> Void) throws -> ChatAnswer?
    ) throws {
        // A Ctrl-C from before belongs to what was before.
        _ = Interrupt.take()
        printer.begin()
        let answer = try ComputeThread.shared.run { [printer] in
            try ask({ Interrupt.take() }, { try printer.receive($0) })
        }
        if let answer { try printer.end(answer, of: session) }
    }

    private func frame(_ rest: String) throws {
        guard !rest.isEmpty else {
            return try printer.say(session.history.system ?? "(the system says nothing)")
        }
        try session.setSystem(rest == "off" ? nil : rest)
    }

    private func set(_ rest: String) throws {
        let words = rest.split(separator: " ", maxSplits: 1).map(String.init)
        guard let name = words.first else {
            for setting in ChatSettings.allCases {
                try printer.say("\(setting.rawValue) \(setting.value(in: session, printer))")
            }
            return
        }
        let setting = try ChatSettings.named(name)
        guard words.count == 2 else {
            return try printer.say("\(setting.rawValue) \(setting.value(in: session, printer))")
        }
        try setting.set(words[1].trimmed, in: session, printer)
    }

    /// Lets another adapter answer from here on; the chat so far stays.
    private func choose(_ name: String) throws {
        guard !name.isEmpty else {
            return try printer.say(adapters.listing(current: adapter))
        }
        let template = try template(name)
        try ComputeThread.shared.run { [adapters, session, weights] in
            try session.change(
                model: try adapters.model(name), template: template, weights: weights)
        }
        adapter = name
        printer.note(
            name == ChatAdapters.none ? "the model alone answers" : "\(name) answers")
    }

    private func tellTokens() throws {
        let count = try session.shownTokenCount()
        try printer.say(
            "\(count) of \(session.capacity) tokens; \(session.history.exchangeCount) exchanges, "
                + "\(session.history.hiddenCount) messages out of the model's sight")
    }

    private func load(_ rest: String) throws {
        guard !rest.isEmpty else { throw ChatMistake("/load needs the name of a file") }
        var path = rest
        var row: Int?
        // A last word that is a number names the row, unless the file itself is called so.
        if !FileManager.default.fileExists(atPath: path),
            let space = rest.lastIndex(of: " "), let number = Int(rest[rest.index(after: space)...])
        {
            path = String(rest[..<space]).trimmed
            row = number
        }
        var history = ChatHistory(try ChatFile(path: path).conversation(row: row))
        var unanswered: String?
        if history.conversation.messages.last?.role != .assistant { unanswered = history.undo() }
        session.history = history
        printer.note("\(history.exchangeCount) exchanges of \(path)")
        if let unanswered { printer.note("left out, for it has no answer: \(unanswered)") }
    }
}
