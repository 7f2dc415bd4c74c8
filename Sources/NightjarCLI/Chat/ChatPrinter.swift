import Conversations
import Foundation
import Generation
import Telemetry
import Templates

/// What a chat shows: answers on standard output, remarks on standard error.
final class ChatPrinter {
    /// Whether tokens and speed are told after each answer.
    var tellsSpeed: Bool
    let isTerminal: Bool
    private let asJSON: Bool
    private let style = TerminalStyle.detect(descriptor: 1)
    private let remarks = DescriptorOutput(descriptor: 2)
    private let remarkStyle = TerminalStyle.detect(descriptor: 2)
    private var watch = Stopwatch()
    private var secondsToFirst: Double?
    private var endsWithNewline = true

    init(isTerminal: Bool, asJSON: Bool, tellsSpeed: Bool) {
        self.isTerminal = isTerminal
        self.asJSON = asJSON
        self.tellsSpeed = tellsSpeed
    }

    /// An answer is about to begin.
    func begin() {
        watch = Stopwatch()
        secondsToFirst = nil
        endsWithNewline = true
    }

    /// A piece of it, shown at once.
    func receive(_ piece: String) throws {
        secondsToFirst = secondsToFirst ?? watch.elapsedSeconds
        guard !asJSON else { return }
        // A terminal obeys what a model writes; a file does not.
        try Output.text(isTerminal ? PrintableText.lines(piece) : piece)
        endsWithNewline = piece.utf8.last == 0x0A
    }

    /// The answer is over.
    func end(_ answer: ChatAnswer, of session: ChatSession) throws {
        let seconds = watch.elapsedSeconds
        if asJSON {
            try Output.json([
                "text": answer.text, "finish_reason": answer.reason.rawValue,
                "prompt_tokens": answer.promptTokenCount,
                "reused_tokens": answer.reusedTokenCount, "tokens": answer.tokenCount,
                "hidden_messages": session.history.hiddenCount,
            ])
        } else if !endsWithNewline || (answer.text.isEmpty && !isTerminal) {
            // In a script every message has its answer, be it an empty line.
            try Output.text("\n")
        }
        if answer.newlyHiddenCount > 0 {
            note(
                "the context of \(session.capacity) tokens is full: the model no longer sees the "
                    + "oldest \(session.history.hiddenCount) messages")
        }
        if answer.text.allSatisfy(\.isWhitespace) {
            note("the model said nothing; your message is taken back")
        } else if answer.filledContext {
            note("cut: the context of \(session.capacity) tokens is full")
        } else if answer.reason == .length {
            note("cut after \(answer.tokenCount) tokens; /set max-new NUMBER allows more")
        }
        if tellsSpeed { note(speed(answer, seconds)) }
    }

    /// A remark, dimmed.
    func note(_ sentence: String) {
        remarks.write(remarkStyle.paint(PrintableText.lines(sentence), .dim) + "\n")
    }

    /// A failure after which the chat goes on.
    func complain(_ error: any Error) {
        remarks.write(
            remarkStyle.paint("error: ", .red) + PrintableText.lines("\(error)") + "\n")
    }

    /// What was asked for with a command.
    func say(_ text: String) throws {
        if asJSON { return note(text) }
        try Output.text((isTerminal ? PrintableText.lines(text) : text) + "\n")
    }

    /// All messages, those out of the model's sight dimmed.
    func show(_ history: ChatHistory) throws {
        let hidden = 1..<1 + history.hiddenCount
        let offset = history.system == nil ? 1 : 0
        for (index, message) in history.conversation.messages.enumerated() {
            let isHidden = hidden.contains(index + offset)
            let colour: TerminalColour = isHidden ? .dim : message.role == .user ? .cyan : .bold
            let calls = message.fields["tool_calls"].flatMap { try? $0.json() }
            let text = [message.content, calls].compactMap { $0 }.filter { !$0.isEmpty }
                .joined(separator: "\n")
            let shown = isTerminal ? PrintableText.lines(text) : text
            if asJSON {
                var object: [String: Any] = [
                    "role": message.role.rawValue, "content": message.content ?? "",
                ]
                if let calls {
                    object["tool_calls"] = try JSONSerialization.jsonObject(with: Data(calls.utf8))
                }
                try Output.json(object)
                continue
            }
            try Output.text(
                style.paint("\(message.role.rawValue)\(isHidden ? " (out of sight)" : ""):", colour)
                    + " " + (isHidden ? style.paint(shown, .dim) : shown) + "\n")
        }
    }

    private func speed(_ answer: ChatAnswer, _ seconds: Double) -> String {
        var parts = ["\(answer.tokenCount) tokens"]
        if let first = secondsToFirst, answer.tokenCount > 8, seconds > first {
            let rate = Double(answer.tokenCount - 1) / (seconds - first)
            parts.append("\(HumanFormat.fixed(rate, digits: 1)) tokens/s")
        }
        parts.append("\(HumanFormat.fixed(secondsToFirst ?? seconds, digits: 2)) s to the first")
        parts.append(
            "prompt \(answer.promptTokenCount), \(answer.reusedTokenCount) of it remembered")
        return parts.joined(separator: ", ")
    }
}
