import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Training

/// Laws of the journal's reader.
@Suite struct JournalTests {
    private func events(_ text: String, remarks: inout [String]) throws -> [RunEvent] {
        let folder = try TemporaryFolder()
        try Data(text.utf8).write(to: folder.file("events.jsonl"))
        var told: [String] = []
        let events = try RunJournal.events(run: folder.path) { told.append($0) }
        remarks = told
        return events
    }

    @Test func aTornLastLineIsLeftOutAtEveryByte() throws {
        let lines = [
            #"{"event":"start","step":0,"time":"now"}"#,
            #"{"event":"dial","step":3,"external":1,"path":"a","value":0.5,"time":"now"}"#,
        ]
        let text = lines.map { $0 + "\n" }.joined()
        for end in 0...text.utf8.count {
            var remarks: [String] = []
            let read = try events(String(text.prefix(end)), remarks: &remarks)
            #expect(read.count == text.prefix(end).filter { $0 == "\n" }.count)
            #expect(remarks == [])
        }
    }

    @Test func linesThatAreNoEventAreTold() throws {
        var remarks: [String] = []
        let read = try events(
            "{\"event\":\"start\",\"step\":0}\nrubbish\n\n[]\n{\"step\":1}\n"
                + "{\"event\":\"stop\",\"step\":2}\n", remarks: &remarks)
        #expect(read.map(\.name) == ["start", "stop"])
        #expect(remarks.count == 3 && remarks[0].contains("events.jsonl:2"))
    }

    @Test func fieldsComeBackAsTheyWereWritten() throws {
        var record: MetricRecord = ["event": "swap", "step": 4, "external": 2]
        let fields: [String: MetricValue] = [
            "text": "ä\n\"", "count": 3, "share": 0.1, "flag": true, "list": [1, "b"],
            "group": .record(["x": 1, "y": 2.5]),
        ]
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) { record[name] = value }
        record["time"] = "now"
        var remarks: [String] = []
        let read = try events(record.jsonLine + "\n", remarks: &remarks)
        #expect(read == [RunEvent(name: "swap", step: 4, external: 2, fields: fields)])
    }

    /// A run that went back to step 0 and was asked anew stands by the newer word.
    @Test func whatWasAskedSinceStandsAboveWhatWasAskedOfLaterSteps() {
        func dial(_ serial: Int, _ step: Int, _ path: String, _ value: Double) -> RunEvent {
            RunEvent(
                name: "dial", step: step, external: serial,
                fields: ["path": .string(path), "value": .double(value)])
        }
        func swap(_ serial: Int, _ step: Int, _ script: String) -> RunEvent {
            RunEvent(
                name: "swap", step: step, external: serial, fields: ["script": .string(script)])
        }
        let journal = [
            dial(1, 10, "a", 0.5), dial(2, 10, "b", 7), swap(3, 12, "x"), swap(4, 12, "y"),
            RunEvent(name: "start", step: 0), dial(5, 4, "a", 0.25), swap(6, 5, "x"),
        ]
        var replay = Replay(journal, after: 0, applied: [])
        let all = replay.take(at: 100)
        #expect(all.compactMap(\.external) == [5, 6, 1, 2, 4])
        #expect(all[2].fields["value"] == .double(0.25) && all[3].fields["value"] == .double(7))

        // The same while the run goes on.
        replay = Replay(Array(journal.prefix(4)), after: 0, applied: [])
        _ = replay.take(at: 4)
        replay.overtake(dial(5, 4, "b", 8))
        replay.overtake(swap(6, 4, "y"))
        let left = replay.take(at: 100)
        #expect(left.compactMap(\.external) == [1, 2, 3])
        #expect(left[1].fields["value"] == .double(8))

        // Scripts taken from the disk at step 11 are not put back to what they were.
        let edited = RunEvent(name: "resume", step: 11, fields: ["edited": true])
        replay = Replay(journal.prefix(4) + [edited, swap(7, 14, "z")], after: 0, applied: [])
        #expect(replay.take(at: 100).compactMap(\.external) == [1, 2, 7])
        replay = Replay(journal, after: 0, applied: [], takesEdited: true)
        #expect(replay.take(at: 100).compactMap(\.external) == [5, 1, 2])
    }

    @Test func onlyWhatIsStillAheadIsRepeatedInOrder() {
        func event(_ serial: Int?, _ step: Int) -> RunEvent {
            RunEvent(name: "dial", step: step, external: serial)
        }
        var replay = Replay(
            [
                event(1, 2), event(nil, 5), event(2, 15), event(3, 10), event(4, 12), event(5, 10),
                event(6, 15),
            ], after: 10, applied: [3])
        #expect(replay.count == 4)
        #expect(replay.take(at: 10).map(\.external) == [5])
        #expect(replay.take(at: 10).isEmpty && replay.take(at: 11).isEmpty)
        #expect(replay.take(at: 12).map(\.external) == [4])
        #expect(replay.take(at: 15).map(\.external) == [2, 6])
        #expect(replay.count == 0)
    }
}
