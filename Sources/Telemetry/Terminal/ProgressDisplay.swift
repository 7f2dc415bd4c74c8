import Synchronization

/// Shows how a job goes on: a live line on a terminal, a plain line now and then elsewhere.
///
/// Any thread may update it or print messages above the line.
public final class ProgressDisplay: Sendable {
    /// When plain lines are written, where there is no live one.
    public struct PlainInterval: Hashable, Sendable {
        /// At every so many steps.
        public let steps: Int
        /// And at the latest after so many seconds.
        public let seconds: Double

        /// Writes every `steps` steps, and at the latest after `seconds`.
        public init(steps: Int = 10, seconds: Double = 10) {
            self.steps = max(1, steps)
            self.seconds = seconds
        }
    }

    private struct Drawing {
        var latest: ProgressState?
        var isDrawn = false
        var drawnAt: Double?
        var printedStep: Int?
        var stepRate = Throughput(windowCount: 50)
        var measured: (step: Int, at: Double)?
    }

    private let output: any TextOutput
    private let style: TerminalStyle
    private let clock: any TimeSource
    private let startedAt: Double
    private let plainInterval: PlainInterval
    private let drawing = Mutex(Drawing())

    /// At most ten drawings a second.
    private static let liveIntervalSeconds = 0.1
    private static let clearLine = "\r\u{1B}[2K"

    /// Makes a display on `output` in `style`.
    public init(
        output: any TextOutput, style: TerminalStyle, clock: any TimeSource = MonotonicClock(),
        plainInterval: PlainInterval = PlainInterval()
    ) {
        self.output = output
        self.style = style
        self.clock = clock
        self.plainInterval = plainInterval
        startedAt = clock.seconds
    }

    /// Makes a display on standard error, in the style that suits it.
    public convenience init(plainInterval: PlainInterval = PlainInterval()) {
        self.init(
            output: DescriptorOutput(descriptor: 2), style: .detect(descriptor: 2),
            plainInterval: plainInterval)
    }

    /// Shows a new state, unless the last one was shown a moment ago. Elapsed and remaining time
    /// are filled in where the state leaves them out.
    public func update(_ state: ProgressState) {
        drawing.withLock { drawing in
            let now = clock.seconds
            drawing.latest = complete(state, now: now, &drawing)
            if style.isLive {
                if let drawnAt = drawing.drawnAt, now - drawnAt < Self.liveIntervalSeconds {
                    return
                }
                draw(&drawing, now: now)
            } else {
                printPlain(&drawing, now: now, isLast: false)
            }
        }
    }

    /// Prints a message on lines of its own, above the live line.
    public func message(_ text: String) {
        drawing.withLock { drawing in
            guard drawing.isDrawn else {
                output.write(text + "\n")
                return
            }
            output.write(Self.clearLine + text + "\n")
            draw(&drawing, now: clock.seconds)
        }
    }

    /// Shows the last state, whenever it came, and leaves the line standing.
    public func finish() {
        drawing.withLock { drawing in
            guard drawing.latest != nil else { return }
            let now = clock.seconds
            if style.isLive {
                draw(&drawing, now: now)
                output.write("\n")
            } else {
                printPlain(&drawing, now: now, isLast: true)
            }
            drawing = Drawing()
        }
    }

    private func complete(
        _ state: ProgressState, now: Double, _ drawing: inout Drawing
    ) -> ProgressState {
        if let measured = drawing.measured {
            if state.step > measured.step {
                drawing.stepRate.record(
                    units: Double(state.step - measured.step), seconds: now - measured.at)
                drawing.measured = (state.step, now)
            } else if state.step < measured.step {
                // A new job, or a rollback: the old pace says nothing.
                drawing.stepRate = Throughput(windowCount: 50)
                drawing.printedStep = nil
                drawing.measured = (state.step, now)
            }
        } else {
            drawing.measured = (state.step, now)
        }
        var state = state
        if state.elapsedSeconds == 0 { state.elapsedSeconds = now - startedAt }
        if state.remainingSeconds == nil, let total = state.totalSteps {
            state.remainingSeconds = drawing.stepRate.secondsRemaining(
                forUnits: Double(total - state.step))
        }
        return state
    }

    private func draw(_ drawing: inout Drawing, now: Double) {
        guard let state = drawing.latest else { return }
        // One column stays free: some terminals wrap a line that fills the last one.
        let line = ProgressLine.render(state, width: output.width - 1, style: style)
        output.write(Self.clearLine + line)
        drawing.isDrawn = true
        drawing.drawnAt = now
    }

    private func printPlain(_ drawing: inout Drawing, now: Double, isLast: Bool) {
        guard let state = drawing.latest, drawing.printedStep != state.step else { return }
        let isDue =
            drawing.printedStep == nil || isLast || state.step == state.totalSteps
            || state.step - (drawing.printedStep ?? 0) >= plainInterval.steps
            || now - (drawing.drawnAt ?? now) >= plainInterval.seconds
        guard isDue else { return }
        output.write(ProgressLine.plain(state) + "\n")
        drawing.printedStep = state.step
        drawing.drawnAt = now
    }
}
