import Testing

/// What the pages say of files and commands is so.
@Suite struct ReadmeTests {
    static let pages = Repository.files.filter { $0.hasSuffix(".md") }

    @Test(arguments: pages) func everyPathExists(page: String) throws {
        for path in MarkdownPage(try Repository.text(page)).paths {
            #expect(Repository.exists(path), "\(page) names \(path), which does not exist")
        }
    }

    @Test(arguments: pages) func everyCommandExists(page: String) throws {
        let tree = try ReadmeTests.tree()
        for (words, line) in MarkdownPage(try Repository.text(page)).commands {
            #expect(
                tree.accepts(words),
                "\(page):\(line) calls nightjar \(words.prefix(2).joined(separator: " "))")
        }
    }

    @Test func theCommandsAreFound() throws {
        let tree = try ReadmeTests.tree()
        #expect(tree.children[""]?.contains("train") == true)
        #expect(tree.accepts(["tokenize", "train"]))
        #expect(!tree.accepts(["trian", "x.lua"]))
        #expect(!tree.accepts(["tokenize", "trian"]))
    }

    @Test func claimsAreReadFromAPage() {
        let page = MarkdownPage(
            """
            See `Sources/Tensors/X.swift`, `Tests/<Module>Tests`, `Scripts/demo.sh --text FOLDER`
            and `nightjar dance`.

            ```
            $ .build/release/nightjar train Scripts/x.lua   # nightjar sings
            # nightjar sleeps
            nightjar --help
            ```
            ```lua
            local nj = nightjar wakes
            ```
            """)
        #expect(page.paths == ["Sources/Tensors/X.swift", "Tests", "Scripts/demo.sh"])
        #expect(page.commands.map { $0.words.first } == ["train"])
        #expect(page.commands.map(\.line) == [5])
    }

    private static func tree() throws -> CommandTree {
        CommandTree(
            try Repository.files(below: "Sources/NightjarCLI/", endingIn: [".swift"])
                .map(Repository.text))
    }
}
