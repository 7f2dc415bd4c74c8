import Synchronization
import Telemetry
import Testing

@Suite struct ProgressDisplayTests {
    final class Screen: TextOutput {
        let width = 60
        private let written = Mutex<[String]>([])
        var writes: [String] { written.withLock { $0 } }
        func write(_ text: String) { written.withLock { $0.append(text) } }
    }

    let screen = Screen()
    let clock = ManualClock()

    private func display(live: Bool) -> ProgressDisplay {
        ProgressDisplay(
            output: screen, style: TerminalStyle(hasColour: false, isLive: live), clock: clock,
            plainInterval: .init(steps: 10, seconds: 30))
    }

    private func state(_ step: Int, of total: Int? = 100) -> ProgressState {
        ProgressState(title: "train", step: step, totalSteps: total)
    }

    @Test func theLiveLineIsDrawnAtMostTenTimesASecond() {
        let display = display(live: true)
        for step in 0..<1000 {
            display.update(state(step, of: 1000))
            clock.advance(seconds: 0.003)
        }
        // Three seconds.
        #expect((25...31).contains(screen.writes.count))
        #expect(screen.writes.allSatisfy { $0.hasPrefix("\r\u{1B}[2K") && !$0.contains("\n") })
    }

    @Test func theLastStateIsShownAtTheEnd() {
        let display = display(live: true)
        display.update(state(99))
        display.update(state(100))
        display.finish()
        #expect(screen.writes.suffix(2).joined().contains("100/100"))
        #expect(screen.writes.last == "\n")
        display.finish()
        #expect(screen.writes.last == "\n" && screen.writes.count == 3)
    }

    @Test func messagesStandAboveTheLine() {
        let display = display(live: true)
        display.message("before")
        #expect(screen.writes == ["before\n"])
        display.update(state(1))
        display.message("saved")
        #expect(screen.writes[2] == "\r\u{1B}[2Ksaved\n")
        #expect(screen.writes[3].contains("1/100"))
    }

    @Test func remainingTimeFollowsThePace() {
        let display = display(live: true)
        for step in 0...10 {
            display.update(state(step))
            clock.advance(seconds: 2)
        }
        #expect(screen.writes.last?.contains("ETA 3m00s") == true)
        #expect(screen.writes.last?.contains("20s") == true)
    }

    @Test func elsewherePlainLinesComeEveryFewStepsOrSeconds() {
        let display = display(live: false)
        for step in 1...25 {
            display.update(state(step))
            clock.advance(seconds: 1)
        }
        display.message("saved")
        #expect(
            screen.writes.map { String($0.prefix(11)) } == [
                "train  1/10", "train  11/1", "train  21/1", "saved\n",
            ])
        clock.advance(seconds: 40)
        display.update(state(26))
        #expect(screen.writes.last?.hasPrefix("train  26/100") == true)
        display.update(state(27))
        display.finish()
        #expect(screen.writes.last?.hasPrefix("train  27/100") == true)
        #expect(screen.writes.allSatisfy { $0.hasSuffix("\n") && !$0.contains("\u{1B}") })
    }

    @Test func theFinalStepIsAlwaysPrintedOnce() {
        let display = display(live: false)
        for step in 1...13 { display.update(state(step, of: 13)) }
        display.finish()
        #expect(screen.writes.filter { $0.contains("13/13") }.count == 1)
    }

    @Test func aRollbackStartsThePaceAnew() {
        let display = display(live: false)
        for step in [50, 60, 5, 15] {
            display.update(state(step))
            clock.advance(seconds: 1)
        }
        #expect(screen.writes.count == 4)
    }
}
