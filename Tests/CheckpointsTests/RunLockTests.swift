import Checkpoints
import Foundation
import Testing

@Suite struct RunLockTests {
    @Test func aSecondHolderIsRefusedAndNamesTheFirst() throws {
        let folder = try TemporaryFolder()
        var lock: RunLock? = try RunLock(run: folder.path)
        let error = try checkpointError { _ = try RunLock(run: folder.path) }
        #expect(error.code == .locked)
        #expect(error.isUserMistake)
        #expect(error.message.contains("process \(getpid()) on "))
        withExtendedLifetime(lock) {}
        lock = nil
        _ = try RunLock(run: folder.path)
    }

    @Test func aMissingRunIsAnError() throws {
        let folder = try TemporaryFolder()
        let error = try checkpointError { _ = try RunLock(run: folder / "none") }
        #expect(error.errno == ENOENT)
    }

    /// As between `fork` and `exec` of a process that another thread starts.
    @Test func aCopyOfTheDescriptorDoesNotKeepTheLock() throws {
        let folder = try TemporaryFolder()
        var lock: RunLock? = try RunLock(run: folder.path)
        let path = try #require(lock?.path)
        let copies = (0..<1024).filter { number in
            var target = [CChar](repeating: 0, count: 4096)
            let count = readlink("/proc/self/fd/\(number)", &target, target.count - 1)
            return count > 0
                && String(decoding: target[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
                    == path
        }.map { dup(Int32($0)) }
        defer { copies.forEach { close($0) } }
        #expect(copies.count == 1)
        lock = nil
        _ = try RunLock(run: folder.path)
    }

    static let hasFlock = FileManager.default.isExecutableFile(atPath: "/usr/bin/flock")

    @Test(.enabled(if: hasFlock, "the flock command is not on this machine"))
    func aDeadHoldersLockIsTakenOver() throws {
        let folder = try TemporaryFolder()
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/flock")
        holder.arguments = [
            "--no-fork", folder / "run.lock", "sh", "-c", "echo held; exec sleep 60",
        ]
        let output = Pipe()
        holder.standardOutput = output
        try holder.run()
        let said = try output.fileHandleForReading.read(upToCount: 5)
        #expect(said == Data("held\n".utf8))
        #expect(try checkpointError { _ = try RunLock(run: folder.path) }.code == .locked)
        kill(holder.processIdentifier, SIGKILL)
        holder.waitUntilExit()
        _ = try RunLock(run: folder.path)
    }
}
