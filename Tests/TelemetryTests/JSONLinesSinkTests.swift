import Foundation
import Telemetry
import Testing

@Suite struct JSONLinesSinkTests {
    /// A folder of a test's own, gone when the test is.
    final class Folder {
        let path: String
        var file: String { path + "/metrics.jsonl" }

        init() throws {
            path =
                FileManager.default.temporaryDirectory.path
                + "/nightjar-tests-" + UUID().uuidString
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        var text: String? { try? String(contentsOfFile: file, encoding: .utf8) }
        func write(_ text: String) throws {
            try text.write(toFile: file, atomically: false, encoding: .utf8)
        }
    }

    @Test func everyRecordIsOneLineAtOnce() throws {
        let folder = try Folder()
        let sink = try JSONLinesSink(path: folder.file)
        #expect(sink.offset == 0)
        try sink.record(["step": 1])
        #expect(folder.text == "{\"step\":1}\n")
        try sink.record(["step": 2])
        #expect(folder.text == "{\"step\":1}\n{\"step\":2}\n")
        #expect(sink.offset == 22)
        try sink.synchronize()
    }

    @Test func truncatingAndGoingOnEqualsNeverHavingStopped() throws {
        let straight = try Folder()
        let resumed = try Folder()
        let sink = try JSONLinesSink(path: straight.file)
        for step in 0..<10 { try sink.record(["step": .int(step)]) }
        var offset = 0
        do {
            let first = try JSONLinesSink(path: resumed.file)
            for step in 0..<7 {
                if step == 4 { offset = first.offset }
                try first.record(["step": .int(step)])
            }
        }
        let second = try JSONLinesSink(path: resumed.file)
        try second.truncate(to: offset)
        for step in 4..<10 { try second.record(["step": .int(step)]) }
        #expect(resumed.text == straight.text)
        #expect(second.offset == sink.offset)
    }

    @Test func aTornLastLineIsCut() throws {
        let folder = try Folder()
        for torn in ["{", "{\"step\":3}", String(repeating: "x", count: 150_000)] {
            try folder.write("{\"step\":1}\n{\"step\":2}\n" + torn)
            let sink = try JSONLinesSink(path: folder.file)
            #expect(sink.cutByteCount == torn.utf8.count)
            try sink.record(["step": 3])
            #expect(folder.text == "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n")
        }
        try folder.write("torn from the start")
        #expect(try JSONLinesSink(path: folder.file).offset == 0)
    }

    @Test func anOffsetOfAnotherFileIsRefusedAndNothingLost() throws {
        let folder = try Folder()
        try folder.write("{\"step\":1}\n")
        let sink = try JSONLinesSink(path: folder.file)
        for offset in [-1, 5, 12, 1000] {
            let error = #expect(throws: TelemetryError.self) { try sink.truncate(to: offset) }
            #expect(error?.path == folder.file)
        }
        #expect(folder.text == "{\"step\":1}\n")
        try sink.truncate(to: 0)
        #expect(folder.text == "")
    }

    @Test func aFolderThatIsNotThereIsAnError() {
        let error = #expect(throws: TelemetryError.self) {
            try JSONLinesSink(path: "/nonexistent-nightjar/metrics.jsonl")
        }
        #expect(error?.isUserMistake == true)
    }

    @Test func aFullDiskIsAnErrorOfTheMachine() throws {
        guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
        let sink = try JSONLinesSink(path: "/dev/full")
        let error = #expect(throws: TelemetryError.self) { try sink.record(["step": 1]) }
        #expect(error?.errno == ENOSPC)
        #expect(error?.isUserMistake == false)
    }

    @Test func threadsNeverMixTheirLines() throws {
        let folder = try Folder()
        let sink = try JSONLinesSink(path: folder.file)
        DispatchQueue.concurrentPerform(iterations: 200) { index in
            try? sink.record(["index": .int(index), "again": .int(index)])
        }
        let lines = (folder.text ?? "").split(separator: "\n").map(String.init)
        #expect(Set(lines) == Set((0..<200).map { "{\"index\":\($0),\"again\":\($0)}" }))
        #expect(lines.count == 200)
    }
}
