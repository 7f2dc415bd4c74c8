import Foundation
import TestSupport
import Testing

private enum Strace {
    static let path = "/usr/bin/strace"

    static let canTrace: Bool = {
        guard FileManager.default.isExecutableFile(atPath: path) else { return false }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = ["-qq", "-o", "/dev/null", "/bin/true"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
}

/// The process is killed at file operations, and file operations fail with ENOSPC and EIO, one at
/// a time: no half-written checkpoint is ever opened and the last whole one is never lost.
///
/// By default a sample of the operations is tried; `NIGHTJAR_SWEEP=all` tries every one. Needs
/// strace and the right to trace.
@Suite(.serialized, .enabled(if: Strace.canTrace, "strace cannot trace here"))
struct FaultSweepTests {
    static let calls = [
        "openat", "write", "pwrite64", "fsync", "rename", "renameat2", "mkdir", "unlink",
        "unlinkat", "rmdir", "ftruncate",
    ]

    @Test(arguments: ["signal=KILL", "error=ENOSPC", "error=EIO"])
    func aFaultAtAnyFileOperationLosesNothing(fault: String) throws {
        let whole = try Program()
        #expect(try whole.run(FaultSweepTests.short).code == 0)
        let expected = try whole.finalWeights(step: 4)
        let counts = try FaultSweepTests.count()
        var tried = 0
        for call in FaultSweepTests.calls {
            for number in FaultSweepTests.sample(counts[call] ?? 0) {
                try check(call, number, fault, expected)
                tried += 1
            }
        }
        #expect(tried > 20)
    }

    private func check(_ call: String, _ number: Int, _ fault: String, _ expected: Data) throws {
        let program = try Program()
        let place = "\(fault) at \(call) number \(number)"
        let broken = try program.run(
            FaultSweepTests.short,
            prefix: [
                Strace.path, "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(call)",
                "-e", "inject=\(call):\(fault):when=\(number)",
            ])
        if !fault.hasPrefix("signal") {
            #expect(!broken.wasSignalled, "\(place): \(broken.errors)")
            #expect([0, 1, 2, 3, 127].contains(broken.code), "\(place): code \(broken.code)")
        }
        // A checkpoint that can be seen is a whole one.
        let again = try program.run(FaultSweepTests.short + ["--resume"])
        #expect(again.code == 0, "\(place): \(again.errors)")
        #expect(try program.finalWeights(step: 4) == expected, "\(place)")
    }

    private static let short = [
        "train", "recipe.lua", "--set", "steps=4", "--set", "checkpoint.every_steps=2", "--set",
        "evaluate.every_steps=4",
    ]

    /// How often each thread at most makes each call in an unbroken run: what `when` counts.
    private static func count() throws -> [String: Int] {
        let program = try Program()
        let log = program.folder.file("trace").path
        let outcome = try program.run(
            short,
            prefix: [
                Strace.path, "-f", "-qq", "-o", log, "-e", "trace=" + calls.joined(separator: ","),
            ])
        #expect(outcome.code == 0, "\(outcome.errors)")
        var byThread: [String: Int] = [:]
        for line in try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
            guard words.count == 2, let name = words[1].split(separator: "(").first else {
                continue
            }
            byThread["\(words[0]) \(name)", default: 0] += 1
        }
        var most: [String: Int] = [:]
        for (key, count) in byThread {
            let name = String(key.split(separator: " ")[1])
            most[name] = max(most[name] ?? 0, count)
        }
        return most
    }

    /// Which of `count` occurrences to try.
    private static func sample(_ count: Int) -> [Int] {
        let all = Array(1..<count + 1)
        if ProcessInfo.processInfo.environment["NIGHTJAR_SWEEP"] == "all" { return all }
        let step = max(1, count / 6)
        return all.filter { $0 % step == 0 }
    }
}
