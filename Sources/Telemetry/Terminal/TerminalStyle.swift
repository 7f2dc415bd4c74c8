import Glibc

/// What may be sent to an output: colours, and a line that is drawn over.
public struct TerminalStyle: Hashable, Sendable {
    /// Whether colours may be used.
    public let hasColour: Bool
    /// Whether the last line may be drawn over.
    public let isLive: Bool

    /// Makes a style.
    public init(hasColour: Bool, isLive: Bool) {
        self.hasColour = hasColour
        self.isLive = isLive
    }

    /// Neither colours nor a live line: files, pipes, dumb terminals.
    public static let plain = TerminalStyle(hasColour: false, isLive: false)

    /// The style for an output: live on a terminal unless `TERM` is `dumb` or missing, coloured
    /// there unless `NO_COLOR` is set to anything (https://no-color.org).
    public static func detect(
        isTerminal: Bool, environment: [String: String]
    ) -> TerminalStyle {
        let kind = environment["TERM"] ?? ""
        guard isTerminal, !kind.isEmpty, kind != "dumb" else { return .plain }
        let refusesColour = !(environment["NO_COLOR"] ?? "").isEmpty
        return TerminalStyle(hasColour: !refusesColour, isLive: true)
    }

    /// The style for a file descriptor in this process's environment.
    public static func detect(descriptor: Int32) -> TerminalStyle {
        var environment: [String: String] = [:]
        for name in ["TERM", "NO_COLOR"] {
            if let value = getenv(name) { environment[name] = String(cString: value) }
        }
        return detect(isTerminal: isatty(descriptor) == 1, environment: environment)
    }

    /// Wraps a text in a colour, where colours may be used.
    ///
    /// What a terminal would obey in the text itself is spelt out.
    public func paint(_ text: String, _ colour: TerminalColour) -> String {
        let text = PrintableText.lines(text)
        return hasColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
    }
}

/// The few colours in use, by their terminal codes.
public enum TerminalColour: Int, Hashable, Sendable {
    case bold = 1
    case dim = 2
    case red = 31
    case green = 32
    case yellow = 33
    case cyan = 36
}
