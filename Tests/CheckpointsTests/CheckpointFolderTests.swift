import Naming
import Testing

@testable import Checkpoints

@Suite struct CheckpointFolderTests {
    /// A checkpoint with a model of 2.5 MiB, a configuration and an empty file.
    static func contents(seed: UInt64 = 1) -> CheckpointContents {
        CheckpointContents(
            files: [
                CheckpointFile("config.json", text: "{\"model_type\":\"llama\"}\n"),
                CheckpointFile(
                    "model.safetensors",
                    tensors: [
                        TensorDeclaration(name: "w", type: .uint8, shape: [5, 1 << 19]),
                        TensorDeclaration(name: "v", type: .float32, shape: [3]),
                    ]
                ) { tensor, sink in
                    if tensor.name == "w" {
                        try sink.append(noise(5 << 19, seed: seed))
                    } else {
                        try sink.append([Float](repeating: Float(seed), count: 3))
                    }
                },
                CheckpointFile("empty", bytes: []),
            ],
            parents: ["runs/base@pre": "00"], recipe: ["hash": "11"])
    }

    static func saved(_ folder: TemporaryFolder, seed: UInt64 = 1) throws -> String {
        let target = AtomicFolder(in: folder.path, name: "model")
        _ = try contents(seed: seed).write(step: 7, to: target)
        return target.path
    }

    @Test func readsBackWhatWasSaved() throws {
        let folder = try TemporaryFolder()
        let checkpoint = try CheckpointFolder(path: Self.saved(folder))
        #expect(checkpoint.fileNames == ["config.json", "empty", "model.safetensors"])
        #expect(checkpoint.unlistedNames == [])
        #expect(try checkpoint.read("config.json") == Array("{\"model_type\":\"llama\"}\n".utf8))
        #expect(try checkpoint.read("empty") == [])
        let tensors = try checkpoint.tensors()
        #expect(tensors.metadata == ["format": "pt"])
        #expect(try tensors.read("w") == noise(5 << 19, seed: 1))
        #expect(checkpoint.manifest?.step == 7)
        #expect(checkpoint.manifest?.parents == ["runs/base@pre": "00"])
        try checkpoint.verify()
        let file = try #require(checkpoint.manifest?.files["model.safetensors"])
        #expect(file.whole == (try ContentHash(ofFile: checkpoint.path + "/model.safetensors")))
    }

    @Test func theSameContentsGiveTheSameBytes() throws {
        let one = try TemporaryFolder()
        let two = try TemporaryFolder()
        let paths = [try Self.saved(one), try Self.saved(two)]
        for name in ["manifest.json", "model.safetensors"] {
            #expect(try readFile(paths[0] + "/" + name) == readFile(paths[1] + "/" + name))
        }
    }

    @Test(arguments: [0, 1, 2])
    func aFlippedBitIsFoundWhenItsMiBIsFirstTouched(mib: Int) throws {
        let folder = try TemporaryFolder()
        let path = try Self.saved(folder)
        try flipBit(of: path + "/model.safetensors", atByte: mib << 20 | 0x5000)
        func check(_ touch: () throws -> Void) throws {
            let error = try checkpointError(touch)
            #expect(error.code == .damaged)
            #expect(error.path == path + "/model.safetensors")
            #expect(error.message.contains("MiB \(mib) "))
            #expect(!error.isUserMistake)
        }
        guard mib > 0 else {
            // The header lies in the first MiB, so that opening touches it.
            return try check { _ = try CheckpointFolder(path: path) }
        }
        let checkpoint = try CheckpointFolder(path: path)
        let tensors = try checkpoint.tensors()
        try check { _ = try tensors.read("w") }
        try check { try checkpoint.verify() }
        // A part that lies in other blocks is still good.
        var bytes = [UInt8](repeating: 0, count: 1000)
        try bytes.withUnsafeMutableBytes { try tensors.read("w", bytes: 0..<1000, into: $0) }
        #expect(bytes == Array(noise(5 << 19, seed: 1)[..<1000]))
    }

    @Test func readsThatStraddleBlocksAgreeWithTheFile() throws {
        let folder = try TemporaryFolder()
        let path = try Self.saved(folder)
        let whole = try readFile(path + "/model.safetensors")
        let mib = 1 << 20
        for range in [
            (mib - 3)..<(mib + 3), 1..<(2 * mib + 1), mib..<(2 * mib), 0..<whole.count,
            (2 * mib - 1)..<whole.count,
        ] {
            // A fresh opening each time, so that nothing is already checked.
            let file = try CheckpointFolder(path: path).file("model.safetensors")
            #expect(try file.read(range) == Array(whole[range]))
            #expect(try file.read(range) == Array(whole[range]))
        }
    }

    @Test func aMissingOrShortenedFileIsRefusedOnOpening() throws {
        let folder = try TemporaryFolder()
        let path = try Self.saved(folder)
        try cutFile(path + "/model.safetensors", to: 1000)
        let cut = try checkpointError { _ = try CheckpointFolder(path: path) }
        #expect(cut.code == .damaged)
        #expect(cut.path == path + "/model.safetensors")
        #expect(cut.message.contains("1000 bytes"))

        let other = try TemporaryFolder()
        let second = try Self.saved(other)
        try PosixFileSystem().removeFile(second + "/config.json")
        let missing = try checkpointError { _ = try CheckpointFolder(path: second) }
        #expect(missing.code == .missing)
        #expect(missing.path == second + "/config.json")
    }

    @Test func aFolderWithoutManifestIsNoCheckpointButMayBeAModel() throws {
        let folder = try TemporaryFolder()
        let path = try Self.saved(folder)
        try PosixFileSystem().removeFile(path + "/manifest.json")
        #expect(try checkpointError { _ = try CheckpointFolder(path: path) }.code == .missing)
        let model = try CheckpointFolder(path: path, requiresManifest: false)
        #expect(model.manifest == nil)
        #expect(model.fileNames == ["config.json", "empty", "model.safetensors"])
        #expect(try model.tensors().read("w") == noise(5 << 19, seed: 1))
    }

    @Test func filesThatTheManifestDoesNotNameAreTold() throws {
        let folder = try TemporaryFolder()
        let path = try Self.saved(folder)
        try writeFile(path + "/notes.txt", "mine")
        let checkpoint = try CheckpointFolder(path: path)
        #expect(checkpoint.unlistedNames == ["notes.txt"])
        #expect(!checkpoint.contains("notes.txt"))
        let error = try checkpointError { _ = try checkpoint.read("confg.json") }
        #expect(error.message.contains("did you mean \"config.json\"?"))
    }

    @Test(arguments: ["manifest.json", "a/b", ".hidden", "", "twice"])
    func namesThatAFileCannotHaveAreRefused(name: String) throws {
        let folder = try TemporaryFolder()
        let contents = CheckpointContents(files: [
            CheckpointFile("twice", text: ""), CheckpointFile(name, text: ""),
        ])
        let error = try checkpointError {
            _ = try contents.write(step: 1, to: AtomicFolder(in: folder.path, name: "c"))
        }
        #expect(error.code == .invalidName)
        #expect(folder.names() == [])
    }
}
