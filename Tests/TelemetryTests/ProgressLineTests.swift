import Testing

@testable import Telemetry

@Suite struct ProgressLineTests {
    static let state = ProgressState(
        title: "train", step: 120, totalSteps: 480, loss: 3.2141, tokensPerSecond: 2345,
        modelFlopsUtilisation: 0.413, elapsedSeconds: 51, remainingSeconds: 192,
        notes: ["lr 3e-4"])

    @Test func aWideLineShowsEverything() {
        #expect(
            ProgressLine.render(Self.state, width: 120)
                == "train ━━━━━━━───────────────────── "
                .replacing("───────────────────── ", with: "─────────────────────── ")
                + "120/480  loss 3.214  2.3k tok/s  MFU 41.3%  ETA 3m12s  51s  lr 3e-4")
    }

    @Test func noWidthIsExceeded() {
        for width in 0...130 {
            let line = ProgressLine.render(Self.state, width: width)
            #expect(DisplayWidth.of(line) <= width, "\(width): \(line)")
        }
        var wide = Self.state
        wide.title = "訓練する"
        for width in 0...130 {
            #expect(DisplayWidth.of(ProgressLine.render(wide, width: width)) <= width)
        }
    }

    @Test func theLeastImportantGoesFirst() {
        var shown: [String] = []
        for width in (1...130).reversed() {
            let line = ProgressLine.render(Self.state, width: width)
            for piece in ["lr 3e-4", "51s", "MFU", "tok/s", "ETA", "loss", "120/480"]
            where !line.contains(piece) && !shown.contains(piece) { shown.append(piece) }
        }
        #expect(shown == ["lr 3e-4", "51s", "MFU", "tok/s", "ETA", "loss", "120/480"])
    }

    @Test func withoutATotalThereIsNoBar() {
        let state = ProgressState(title: "tokenize", step: 7, elapsedSeconds: 2)
        #expect(ProgressLine.render(state, width: 80) == "tokenize  7  2.0s")
    }

    @Test func theBarIsFullOnlyAtTheEnd() {
        for step in 0...200 {
            let state = ProgressState(title: "t", step: step, totalSteps: 200)
            let isFull = !ProgressLine.render(state, width: 80).contains("─")
            #expect(isFull == (step == 200))
        }
        let empty = ProgressState(title: "t", step: 0, totalSteps: 0)
        #expect(!ProgressLine.render(empty, width: 80).contains("─"))
        let beyond = ProgressState(title: "t", step: 9, totalSteps: 3)
        #expect(!ProgressLine.render(beyond, width: 80).contains("─"))
    }

    @Test func coloursChangeNothingButColour() {
        let coloured = ProgressLine.render(
            Self.state, width: 100, style: TerminalStyle(hasColour: true, isLive: true))
        #expect(coloured.contains("\u{1B}["))
        let bare = coloured.replacing(/\u{1B}\[[0-9]*m/, with: "")
        #expect(bare == ProgressLine.render(Self.state, width: 100))
    }

    @Test func aLostLossIsRed() {
        var state = Self.state
        state.loss = .nan
        let line = ProgressLine.render(
            state, width: 100, style: TerminalStyle(hasColour: true, isLive: true))
        #expect(line.contains("\u{1B}[31mloss NaN\u{1B}[0m"))
    }

    @Test func theStyleRespectsTheEnvironment() {
        func style(_ isTerminal: Bool, _ environment: [String: String]) -> TerminalStyle {
            TerminalStyle.detect(isTerminal: isTerminal, environment: environment)
        }
        let xterm = ["TERM": "xterm-256color"]
        #expect(style(true, xterm) == TerminalStyle(hasColour: true, isLive: true))
        #expect(style(false, xterm) == .plain)
        #expect(style(true, ["TERM": "dumb"]) == .plain)
        #expect(style(true, [:]) == .plain)
        let refusing = xterm.merging(["NO_COLOR": "1"]) { $1 }
        #expect(style(true, refusing) == TerminalStyle(hasColour: false, isLive: true))
        let empty = xterm.merging(["NO_COLOR": ""]) { $1 }
        #expect(style(true, empty).hasColour)
    }

    @Test func wideAndCombiningCharactersAreCounted() {
        #expect(DisplayWidth.of("abc") == 3)
        #expect(DisplayWidth.of("訓練") == 4)
        #expect(DisplayWidth.of("e\u{301}") == 1)
        #expect(DisplayWidth.of("😀") == 2)
        #expect(DisplayWidth.prefix("a訓b", width: 2) == "a")
        #expect(DisplayWidth.prefix("a訓b", width: 3) == "a訓")
    }
}
