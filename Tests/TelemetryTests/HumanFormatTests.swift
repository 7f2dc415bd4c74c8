import Telemetry
import Testing

@Suite struct HumanFormatTests {
    @Test(
        arguments: [
            (0, "0"), (7, "7"), (999, "999"), (999.4, "999"), (999.6, "1.0k"), (1000, "1.0k"),
            (1234, "1.2k"), (12_345, "12.3k"), (123_456, "123k"), (999_600, "1.0M"),
            (1_260_000, "1.3M"), (2.5e9, "2.5G"), (-1500, "-1.5k"), (0.25, "0.3"), (3.14, "3.1"),
        ] as [(Double, String)])
    func counts(value: Double, text: String) { #expect(HumanFormat.count(value) == text) }

    @Test(arguments: [
        (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1_503_238_554, "1.4 GiB"),
        (150 << 20, "150 MiB"),
    ])
    func bytes(value: Int, text: String) { #expect(HumanFormat.bytes(value) == text) }

    @Test(
        arguments: [
            (0, "0.0s"), (4.24, "4.2s"), (9.96, "10s"), (42.4, "42s"), (59.7, "1m00s"),
            (192, "3m12s"), (7500, "2h05m"), (3599.6, "1h00m"), (273_600, "3d04h"), (-1, "?"),
            (.nan, "?"), (.infinity, "?"),
        ] as [(Double, String)])
    func durations(seconds: Double, text: String) {
        #expect(HumanFormat.duration(seconds: seconds) == text)
    }

    @Test(
        arguments: [
            (3.14159, 3, "3.142"), (-0.5, 0, "-1"), (-0.0001, 2, "0.00"), (12, 0, "12"),
            (0.999, 2, "1.00"), (.nan, 3, "NaN"), (-.infinity, 3, "-inf"), (1.005e3, 1, "1005.0"),
        ] as [(Double, Int, String)])
    func fixedDecimals(value: Double, digits: Int, text: String) {
        #expect(HumanFormat.fixed(value, digits: digits) == text)
    }

    @Test func sharesAreWrittenInPercent() { #expect(HumanFormat.percent(0.4132) == "41.3%") }
}
