import Testing

/// Ways around the compiler's checks occur only where a reason stands beside them here.
@Suite struct EscapeTests {
    static let words = [
        "@unchecked Sendable", "nonisolated(unsafe)", "try!", "fatalError", "unsafeBitCast",
        "unsafeFlags",
    ]

    struct Permit: Hashable {
        let file: String
        let word: String
    }

    static let permits: [Permit: String] = [
        .init(file: "Sources/Checkpoints/Files/MappedFile.swift", word: "nonisolated(unsafe)"):
            "a pointer to a map that is never written and outlives every reader",
        .init(file: "Sources/Corpora/Loading/Prefetcher.swift", word: "@unchecked Sendable"):
            "state under a condition variable, whose waiting no Mutex offers",
        .init(file: "Sources/Corpora/Shards/ParallelEncoding.swift", word: "nonisolated(unsafe)"):
            "parallel iterations each write their own element",
        .init(file: "Sources/Layers/Initializer.swift", word: "nonisolated(unsafe)"):
            "parallel iterations each write their own elements",
        .init(file: "Sources/Preparation/Steps/ParallelMap.swift", word: "nonisolated(unsafe)"):
            "parallel iterations each write their own elements",
        .init(file: "Sources/Training/Steps/EmbeddingNoise.swift", word: "nonisolated(unsafe)"):
            "parallel iterations each write their own elements",
        .init(
            file: "Sources/Scripting/Schedules/ScriptedSchedule.swift",
            word: "@unchecked Sendable"):
            "a Lua function that is called under a lock alone",
        .init(file: "Sources/Tensors/Storage.swift", word: "@unchecked Sendable"):
            "bytes that operations write before anyone else sees them",
        .init(
            file: "Sources/Tensors/Backends/CPU/ComputeThread.swift", word: "@unchecked Sendable"):
            "a job whose caller sleeps until it is done",
        .init(file: "Sources/Tensors/Backends/ShapeChecks.swift", word: "fatalError"):
            "a trap that keeps its sentence in optimised builds",
        .init(
            file: "Sources/Tokenizers/BytePair/EncodingScratch.swift", word: "@unchecked Sendable"):
            "lent to one call at a time",
        .init(file: "Sources/Tokenizers/Bytes/FrozenBuffer.swift", word: "@unchecked Sendable"):
            "memory that is never written after it is made",
        .init(
            file: "Sources/Texts/Patterns/CompiledPattern.swift", word: "@unchecked Sendable"):
            "compiled PCRE2 code is read-only",
        .init(file: "Sources/Tokenizers/Splitting/SplitPattern.swift", word: "@unchecked Sendable"):
            "compiled PCRE2 code is read-only",
        .init(file: "Tests/LuaRuntimeTests/LifetimeTests.swift", word: "nonisolated(unsafe)"):
            "values handed over to another thread, one owner at a time",
        .init(
            file: "Tests/ScriptingTests/ScriptedScheduleTests.swift", word: "@unchecked Sendable"):
            "results that threads write under a lock",
    ]

    @Test func escapesOccurOnlyWherePermitted() {
        var seen: Set<Permit> = []
        for (file, code) in Repository.code.sorted(by: { $0.key < $1.key }) {
            for (index, line) in code.lines.enumerated() {
                for word in EscapeTests.words where line.contains(word) {
                    let permit = Permit(file: file, word: word)
                    seen.insert(permit)
                    #expect(
                        EscapeTests.permits[permit] != nil,
                        "\(file):\(index + 1) uses \(word) without a permit")
                }
            }
        }
        for permit in EscapeTests.permits.keys {
            #expect(seen.contains(permit), "\(permit.file) no longer uses \(permit.word)")
        }
    }
}
