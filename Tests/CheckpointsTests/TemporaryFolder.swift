import Checkpoints
import Foundation
import Testing

/// A folder of a test's own, gone when the test is.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory.path
            + "/nightjar-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    static func / (folder: TemporaryFolder, name: String) -> String { folder.path + "/" + name }

    func names(in subfolder: String = "") -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: path + "/" + subfolder)
        return (names ?? []).sorted()
    }
}

func writeFile(_ path: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
}

func writeFile(_ path: String, _ text: String) throws { try writeFile(path, Array(text.utf8)) }

func readFile(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// Flips one bit of a file in place.
func flipBit(of path: String, atByte offset: Int) throws {
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    try handle.seek(toOffset: UInt64(offset))
    let byte = try #require(try handle.read(upToCount: 1)?.first)
    try handle.seek(toOffset: UInt64(offset))
    try handle.write(contentsOf: Data([byte ^ 0x10]))
    try handle.close()
}

func cutFile(_ path: String, to byteCount: Int) throws {
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    try handle.truncate(atOffset: UInt64(byteCount))
    try handle.close()
}

/// The error that `body` throws, which must be a `CheckpointError`.
func checkpointError(
    _ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation
) throws -> CheckpointError {
    let error = #expect(throws: CheckpointError.self, sourceLocation: sourceLocation) {
        try body()
    }
    return try #require(error, sourceLocation: sourceLocation)
}

/// A small fixed sequence of random numbers (SplitMix64), the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// `count` bytes that no compressor and no zeroed page could imitate.
func noise(_ count: Int, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 32) }
}
