/// Draws a progress state as one line; a pure function, so that tests can see it.
///
///     train ━━━━━━━━──────── 120/500  loss 3.214  2.3k tok/s  MFU 41.3%  ETA 3m12s  51s
public enum ProgressLine {
    /// A piece of the line: the lower its rank, the longer it stays as room gets short.
    private struct Piece {
        let text: String
        let rank: Int
        let colour: TerminalColour?
    }

    private static let longestBar = 30
    private static let shortestBar = 5

    /// The line for `state` in at most `width` columns: the bar shrinks first, then the least
    /// important pieces go.
    public static func render(
        _ state: ProgressState, width: Int, style: TerminalStyle = .plain
    ) -> String {
        guard width > 0 else { return "" }
        var pieces = pieces(of: state)
        func used() -> Int {
            pieces.reduce(0) { $0 + DisplayWidth.of($1.text) } + 2 * max(0, pieces.count - 1)
        }
        // A bar comes with one space on its left in place of two, and one on its right.
        var room = 0
        while true {
            room = width - used() - 1
            let wantsBar = state.share != nil
            let isShort = room < (wantsBar ? shortestBar : -1)
            guard isShort, pieces.count > 1,
                let last = pieces.indices.max(by: { pieces[$0].rank < pieces[$1].rank }),
                pieces[last].rank > 1
            else { break }
            pieces.remove(at: last)
        }
        guard let title = pieces.first else { return "" }
        if used() > width {
            return DisplayWidth.prefix(pieces.map(\.text).joined(separator: "  "), width: width)
        }
        var line = paint(title, style)
        if let share = state.share, room >= shortestBar {
            line += " " + bar(share, width: min(room, longestBar), style: style)
        } else if pieces.count > 1 {
            line += " "
        }
        for (index, piece) in pieces.dropFirst().enumerated() {
            line += (index == 0 ? " " : "  ") + paint(piece, style)
        }
        return line
    }

    /// The line for an output that is no terminal: every piece, no bar, no colour.
    public static func plain(_ state: ProgressState) -> String {
        pieces(of: state).map(\.text).joined(separator: "  ")
    }

    private static func pieces(of state: ProgressState) -> [Piece] {
        var pieces = [Piece(text: state.title, rank: 0, colour: .bold)]
        let total = state.totalSteps.map { "/\($0)" } ?? ""
        pieces.append(Piece(text: "\(state.step)\(total)", rank: 1, colour: nil))
        if let loss = state.loss {
            pieces.append(
                Piece(
                    text: "loss " + HumanFormat.fixed(loss, digits: 3), rank: 2,
                    colour: loss.isFinite ? .green : .red))
        }
        if let rate = state.tokensPerSecond {
            pieces.append(Piece(text: HumanFormat.count(rate) + " tok/s", rank: 4, colour: .cyan))
        }
        if let share = state.modelFlopsUtilisation {
            pieces.append(Piece(text: "MFU " + HumanFormat.percent(share), rank: 5, colour: nil))
        }
        if let seconds = state.remainingSeconds {
            let text = "ETA " + HumanFormat.duration(seconds: seconds)
            pieces.append(Piece(text: text, rank: 3, colour: .yellow))
        }
        let elapsed = HumanFormat.duration(seconds: state.elapsedSeconds)
        pieces.append(Piece(text: elapsed, rank: 6, colour: .dim))
        for (index, note) in state.notes.enumerated() {
            pieces.append(Piece(text: note, rank: 7 + index, colour: .dim))
        }
        return pieces
    }

    private static func bar(_ share: Double, width: Int, style: TerminalStyle) -> String {
        let filled = Int((share * Double(width)).rounded(.down))
        return style.paint(String(repeating: "━", count: filled), .green)
            + style.paint(String(repeating: "─", count: width - filled), .dim)
    }

    private static func paint(_ piece: Piece, _ style: TerminalStyle) -> String {
        piece.colour.map { style.paint(piece.text, $0) } ?? piece.text
    }
}
