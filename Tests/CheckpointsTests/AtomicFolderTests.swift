import Glibc
import Testing

@testable import Checkpoints

@Suite struct AtomicFolderTests {
    private func write(
        _ text: String, in parent: String, name: String = "target",
        _ fileSystem: any FileSystem = PosixFileSystem()
    ) throws {
        try AtomicFolder(in: parent, name: name, fileSystem: fileSystem).write { draft in
            try draft.add("a.txt") { try $0.write(text) }
            try draft.add("b.txt") { file in
                for character in text { try file.write(String(character)) }
            }
        }
    }

    private func content(_ path: String) -> [String]? {
        guard let a = try? readFile(path + "/a.txt"), let b = try? readFile(path + "/b.txt") else {
            return nil
        }
        return [String(decoding: a, as: UTF8.self), String(decoding: b, as: UTF8.self)]
    }

    @Test func filesAreFlushedBeforeTheRenameAndTheParentAfter() throws {
        let folder = try TemporaryFolder()
        let fileSystem = FaultyFileSystem(.none)
        try write("x", in: folder.path, fileSystem)
        let partial = ".target.partial-\(getpid())"
        let parent = folder.path.split(separator: "/").last ?? ""
        #expect(
            fileSystem.operations == [
                "stat \(partial)", "mkdir \(partial)",
                "create a.txt", "write a.txt", "fsync a.txt", "close a.txt",
                "create b.txt", "write b.txt", "fsync b.txt", "close b.txt",
                "openfolder \(partial)", "fsync \(partial)", "close \(partial)",
                "stat target", "rename target",
                "openfolder \(parent)", "fsync \(parent)", "close \(parent)",
            ])
        #expect(content(folder / "target") == ["x", "x"])
    }

    @Test func shortAndInterruptedCallsAreTakenUpAgain() throws {
        let folder = try TemporaryFolder()
        let text = String(repeating: "night", count: 20)
        try write("old", in: folder.path)
        try write(text, in: folder.path, FaultyFileSystem(.choppy(7)))
        #expect(content(folder / "target") == [text, text])
        #expect(folder.names() == ["target"])
    }

    @Test(arguments: [ENOSPC, EIO], [false, true])
    func whereAnyCallFailsTheNameLeadsWhereItDid(code: Int32, replaces: Bool) throws {
        let counting = FaultyFileSystem(.none)
        let rehearsal = try TemporaryFolder()
        if replaces { try write("old", in: rehearsal.path) }
        try write("new", in: rehearsal.path, counting)
        let old = replaces ? ["old", "old"] : nil
        for n in 1...counting.operations.count {
            let folder = try TemporaryFolder()
            if replaces { try write("old", in: folder.path) }
            do {
                try write("new", in: folder.path, FaultyFileSystem(.once(n, code)))
                // Only tidying up behind the finished folder may fail unseen.
                #expect(content(folder / "target") == ["new", "new"])
            } catch let error as CheckpointError {
                #expect(error.errno == code)
                #expect(error.operation != nil)
                #expect(content(folder / "target") == old, "\(counting.operations[n - 1])")
                #expect(folder.names().filter { $0 != "target" } == [])
            }
            _ = try Leftover.clear(folder.path, exclusive: true, fileSystem: PosixFileSystem())
            #expect(folder.names().allSatisfy { $0 == "target" })
        }
    }

    @Test(arguments: [false, true])
    func killedBeforeAnyCallTheNameLeadsToAWholeFolder(replaces: Bool) throws {
        let counting = FaultyFileSystem(.none)
        let rehearsal = try TemporaryFolder()
        if replaces { try write("old", in: rehearsal.path) }
        try write("new", in: rehearsal.path, counting)
        var sawNew = false
        for n in 1...counting.operations.count {
            let folder = try TemporaryFolder()
            if replaces { try write("old", in: folder.path) }
            try? write("new", in: folder.path, FaultyFileSystem(.killed(n)))
            _ = try Leftover.clear(folder.path, exclusive: true, fileSystem: PosixFileSystem())
            let found = content(folder / "target")
            let isOld = found == (replaces ? ["old", "old"] : nil)
            let isNew = found == ["new", "new"]
            #expect(isOld || isNew, "killed before \(counting.operations[n - 1])")
            #expect(!(sawNew && isOld), "once in place, it stays")
            sawNew = sawNew || isNew
            #expect(folder.names().allSatisfy { $0 == "target" })
        }
        #expect(sawNew)
    }

    @Test func leftoversOfTheLivingAreSpared() throws {
        let folder = try TemporaryFolder()
        let living = Leftover("x", .partial, processID: getppid())
        let dead = Leftover("y", .partial, processID: 0x3FFF_FFFF)
        let own = Leftover("z", .deleted)
        for leftover in [living, dead, own] {
            #expect(mkdir(folder / leftover.name, 0o755) == 0)
        }
        #expect(mkdir(folder / ".other", 0o755) == 0)
        _ = try Leftover.clear(folder.path, exclusive: false, fileSystem: PosixFileSystem())
        #expect(folder.names() == [".other", living.name].sorted())
        _ = try Leftover.clear(folder.path, exclusive: true, fileSystem: PosixFileSystem())
        #expect(folder.names() == [".other"])
    }

    @Test func whatThisProcessIsWritingIsSpared() throws {
        let folder = try TemporaryFolder()
        try AtomicFolder(in: folder.path, name: "target").write { draft in
            try draft.add("a.txt") { try $0.write("x") }
            _ = try Leftover.clear(folder.path, exclusive: true, fileSystem: PosixFileSystem())
            try draft.add("b.txt") { try $0.write("x") }
        }
        #expect(content(folder / "target") == ["x", "x"])
    }

    @Test func hiddenNamesOfOtherFormsAreNoLeftovers() {
        for name in [
            "x.partial-1", ".partial-1", ".x.partial", ".x.partial-", ".x.partial-0",
            ".x.partial--1", ".x.other-1", ".", "..", ".gitignore",
        ] {
            #expect(Leftover(name: name) == nil, "\(name)")
        }
        let leftover = Leftover("step-000500", .replaced, processID: 12)
        #expect(leftover.name == ".step-000500.replaced-12")
        #expect(Leftover(name: leftover.name) == leftover)
        let dotted = Leftover("a.b-c.partial-7", .partial, processID: 3)
        #expect(Leftover(name: dotted.name) == dotted)
    }

    @Test func aSingleFileIsOldOrNewWhateverFails() throws {
        let counting = FaultyFileSystem(.none)
        let rehearsal = try TemporaryFolder()
        try writeFile(rehearsal / "f", "old")
        try AtomicFile(path: rehearsal / "f", fileSystem: counting).write("new")
        for n in 1...counting.operations.count {
            for fault in [FaultyFileSystem.Fault.once(n, ENOSPC), .once(n, EIO), .killed(n)] {
                let folder = try TemporaryFolder()
                try writeFile(folder / "f", "old")
                try? AtomicFile(path: folder / "f", fileSystem: FaultyFileSystem(fault))
                    .write("new")
                let text = String(decoding: try readFile(folder / "f"), as: UTF8.self)
                #expect(text == "old" || text == "new")
            }
        }
    }
}
