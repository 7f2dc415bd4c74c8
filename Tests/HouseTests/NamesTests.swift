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
        let attics: Set = [
            "common", "util", "utils", "utilities", "helper", "helpers", "misc", "core",
        ]
        let named = Repository.files.filter { file in
            file.split(separator: "/").contains { part in
                attics.contains(part.prefix { $0 != "." }.lowercased())
            }
        }
        #expect(named == [])
    }

    @Test func nothingIsPutOff() {
        // Spelled so that this file does not name them.
        for mark in ["TO" + "DO", "FIX" + "ME", "XX" + "X"] {
            for (file, number, line) in lines(with: mark) {
                let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
                #expect(!words.contains { $0 == mark }, "\(file):\(number) puts something off")
            }
        }
    }

    @Test func noFileNamesAMachineOfOurs() {
        for folder in ["work", "root", "tmp"] {
            for (file, number, line) in lines(with: "/\(folder)/")
            where folder != "tmp" || !file.hasPrefix("Tests/") {
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

    /// The lines of all texts that hold a word.
    private func lines(with word: String) -> [(file: String, number: Int, line: Substring)] {
        Repository.texts.filter { $0.text.contains(word) }.flatMap { file, text in
            text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                .filter { $0.element.contains(word) }.map { (file, $0.offset + 1, $0.element) }
        }
    }
}
