import Testing

@testable import Generation

@Suite struct StopMatcherTests {
    @Test(arguments: [1, 2, 3, 5, 40]) func findsAStopHoweverTheTextIsCut(piece: Int) {
        let text = Array("one two th three END four")
        var matcher = StopMatcher(["END", "zzz"])
        var released = ""
        var stopped = false
        for start in stride(from: 0, to: text.count, by: piece) where !stopped {
            let step = matcher.push(String(text[start..<min(start + piece, text.count)]))
            released += step.released
            stopped = step.isStopped
        }
        #expect(stopped && released == "one two th three ")
    }

    @Test func holdsBackOnlyWhatMayBecomeAStop() {
        var matcher = StopMatcher(["\n\n"])
        #expect(matcher.push("a\n").released == "a")
        #expect(matcher.push("b").released == "\nb")
        #expect(matcher.push("\n").released == "")
        #expect(matcher.flush() == "\n")
    }

    @Test func theEarliestStopCounts() {
        var matcher = StopMatcher(["later", "b"])
        let step = matcher.push("ab later")
        #expect(step.isStopped && step.released == "a")
    }
}
