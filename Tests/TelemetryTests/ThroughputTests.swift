import Telemetry
import Testing

@Suite struct ThroughputTests {
    @Test func theAverageIsUnitsOverTimeInTheWindow() {
        var throughput = Throughput(windowCount: 3)
        #expect(throughput.perSecond == nil)
        throughput.record(units: 100, seconds: 1)
        #expect(throughput.perSecond == 100)
        throughput.record(units: 100, seconds: 3)
        #expect(throughput.perSecond == 50)
        throughput.record(units: 40, seconds: 2)
        #expect(throughput.perSecond == 40)
        // The first record leaves the window.
        throughput.record(units: 20, seconds: 3)
        #expect(throughput.perSecond == 20)
        #expect(throughput.secondsRemaining(forUnits: 60) == 3)
        #expect(throughput.secondsRemaining(forUnits: -1) == 0)
    }

    @Test func brokenDurationsDoNotSpoilIt() {
        var throughput = Throughput()
        throughput.record(units: 1, seconds: .nan)
        throughput.record(units: 1, seconds: -5)
        #expect(throughput.perSecond == nil)
        throughput.record(units: 2, seconds: 2)
        #expect(throughput.perSecond == 2)
    }

    @Test func aStopwatchLeavesOutItsPauses() {
        let clock = ManualClock()
        var watch = Stopwatch(clock: clock)
        clock.advance(seconds: 2)
        watch.pause()
        watch.pause()
        clock.advance(seconds: 10)
        #expect(watch.elapsedSeconds == 2)
        watch.resume()
        clock.advance(seconds: 0.5)
        #expect(watch.elapsedSeconds == 2.5)
        #expect(watch.lap() == 2.5)
        clock.advance(seconds: 1)
        #expect(watch.elapsedSeconds == 1)
    }

    @Test func theSystemsClockNeverFalls() {
        let clock = MonotonicClock()
        var last = clock.nanoseconds
        for _ in 0..<1000 {
            let now = clock.nanoseconds
            #expect(now >= last)
            last = now
        }
    }

    @Test func touchedMemoryShowsInTheUsage() {
        let before = ResourceUsage.now()
        let block = [UInt8](repeating: 1, count: 64 << 20)
        let after = ResourceUsage.now()
        #expect(block.last == 1)
        #expect(after.peakResidentMiB >= after.residentMiB - 1)
        #expect(after.residentMiB > 1)
        #expect(after.peakResidentMiB >= before.peakResidentMiB)
        #expect(after.peakResidentMiB >= 64)
        #expect(after.userSeconds >= before.userSeconds)
    }
}
