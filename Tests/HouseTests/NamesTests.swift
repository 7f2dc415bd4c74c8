import Testing

/// The top of the house is fixed, and no name is an attic.
@Suite struct NamesTests {
    @Test func theTopLevelHoldsWhatIsFixed() {
        let fixed: Set = [
            "Package.swift", "Sources", "Tests", "Plugins", "Scripts", "README.md", "LICENSE",
            ".ci", ".swift-format", ".luarc.json", ".luacheckrc", ".editorconfig", ".gitignore",
            ".github",
        ]
        #expect(Repository.topLevel.filter { !fixed.contains($0) } == [])
        #expect(Repository.files(below: ".ci/", endingIn: [""]).filter { $0 != ".ci/run" } == [])
    }

    @Test func noFolderOrFileIsAnAttic() {
        let attics: Set = ["common", "util", "utils", "utilities", "helper", "helpers", "misc", "core"]
        let named = Repository.files.filter { file in
            file.split(separator: "/").contains { part in
                attics.contains(part.prefix { $0 != "." }.lowercased())
            }
        }
        #expect(named == [])
    }

    @Test func nothingIsPutOff() throws {
        // Spelled so that this file does not name them.
        let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
        for (file, number, line) in try lines() {
            let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
            let mark = words.first { marks.contains(String($0)) }
            #expect(mark == nil, "\(file):\(number) puts something off")
        }
    }

    @Test func noFileNamesAMachineOfOurs() throws {
        for (file, number, line) in try lines() {
            let folders = ["work", "root"] + (file.hasPrefix("Tests/") ? [] : ["tmp"])
            for folder in folders {
                #expect(
                    !NamesTests.names(line, folder: folder),
                    "\(file):\(number) names a path of a machine")
            }
        }
    }

    @Test func onlyAPathFromTheRootIsAMachines() {
        #expect(NamesTests.names("cd /" + "work/main", folder: "work"))
        #expect(NamesTests.names("a(\"/" + "root/x\")", folder: "root"))
        #expect(!NamesTests.names("folder.path + \"" + "/" + "root/x\"", folder: "root"))
        #expect(!NamesTests.names("see lib/work/x and ../root/y", folder: "work"))
        #expect(!NamesTests.names("see lib/work/x and ../root/y", folder: "root"))
    }

    /// Whether a path from the root of a machine stands in a line.
    static func names(_ line: some StringProtocol, folder: String) -> Bool {
        Substring(line).ranges(of: "/\(folder)/").contains { range in
            guard range.lowerBound > line.startIndex else { return true }
            let lead = line[..<range.lowerBound]
            // What is appended to another path does not begin at the root.
            if lead.hasSuffix("+ \"") { return false }
            let before = line[line.index(before: range.lowerBound)]
            return !(before.isLetter || before.isNumber || "._-*})$".contains(before))
        }
    }

    private func lines() throws -> [(file: String, number: Int, line: Substring)] {
        try Repository.files.filter { !$0.hasPrefix("Tests/Goldens/") }.flatMap { file in
            try Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false)
                .enumerated().map { (file, $0.offset + 1, $0.element) }
        }
    }
}
