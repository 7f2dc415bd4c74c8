import Foundation
import TestSupport
import Testing

/// `nightjar chat` as a script and a person at a terminal use it.
@Suite(.serialized) struct ChatTests {
    /// A model that was taught four steps of chats: what it says makes no sense, but it says it.
    private static func taught(positions: Int = 256) throws -> Program {
        let program = try Program()
        try program.folder.write(
            SupervisedTests.rows.joined(separator: "\n") + "\n", to: "chats.jsonl")
        try program.folder.write(
            """
            local nj = require "nightjar"
            return nj.recipe {
              name = "chat", method = "sft", steps = 2, sequence_length = 256, batch = { size = 4 },
              tokenizer = "byte", precision = "f32",
              model = nj.model.init { hidden_size = 16, intermediate_size = 24,
                num_hidden_layers = 1, num_attention_heads = 2, max_position_embeddings = \(positions) },
              data = nj.data.chat { path = "chats.jsonl", validation = 0 },
              chat_template = [[\(SupervisedTests.template)]],
            }
            """, to: "chat.lua")
        let train = try program.run(["train", "chat.lua"])
        try #require(train.code == 0, "\(train.errors)")
        return program
    }

    private static let options = [
        "chat", "runs/chat", "--max-new", "8", "--greedy", "--precision", "f32",
    ]

    /// Adapters of one model take turns in a chat.
    @Test func adaptersAnswerByName() throws {
        let program = try Self.taught()
        for (name, seed) in [("kind", 1), ("terse", 2)] {
            try program.folder.write(
                """
                local nj = require "nightjar"
                return nj.recipe {
                  name = "\(name)", method = "sft", steps = 8, seed = \(seed),
                  sequence_length = 256, batch = { size = 4 }, precision = "f32",
                  model = { from = "runs/chat", lora = nj.lora { rank = 4, alpha = 64 } },
                  data = nj.data.chat { path = "chats.jsonl", validation = 0 },
                  optimizer = nj.optim.adamw { lr = 0.1 },
                }
                """, to: "\(name).lua")
            let train = try program.run(["train", "\(name).lua"])
            try #require(train.code == 0, "\(train.errors)")
        }
        func answer(_ extra: [String], _ input: String) throws -> Program.Outcome {
            try program.run(Self.options + extra, input: input)
        }
        let both = ["--adapter", "kind=runs/kind", "--adapter", "terse=runs/terse"]
        let alone = try answer([], "hello\n")
        let kind = try answer(["--adapter", "kind=runs/kind"], "hello\n")
        let terse = try answer(["--adapter", "terse=runs/terse"], "hello\n")
        #expect(alone.code == 0 && kind.code == 0 && terse.code == 0, "\(kind) \(terse)")
        #expect(Set([alone.output, kind.output, terse.output]).count == 3)
        let turns = try answer(
            both, "hello\n/clear\n/adapter terse\nhello\n/clear\n/adapter none\nhello\n")
        #expect(turns.output == kind.output + terse.output + alone.output, "\(turns)")
        #expect(try answer(both, "/adapter\n").output == "* kind\n  terse\n  none\n")
        // The adapter's folder opens its base by itself.
        let opened = try program.run(
            ["chat", "runs/terse"] + Self.options.dropFirst(2), input: "hello\n")
        #expect(opened.output == terse.output, "\(opened)")
        for (extra, sentence) in [
            (["--adapter", "kind"], "write NAME=FOLDER"),
            (["--adapter", "kind=runs/chat"], "This is no adapter"),
        ] {
            let wrong = try answer(extra, "hello\n")
            #expect(wrong.code == 2 && wrong.errors.contains(sentence), "\(wrong)")
        }
        let unknown = try answer(both, "/adapter trese\n")
        #expect(unknown.code == 2 && unknown.errors.contains("there are kind, terse, none"))
    }

    @Test func aScriptTalksOneLineAMessage() throws {
        let program = try Self.taught()
        let input = """
            hello
            two \\
            lines
            //help is what I say
            /undo
            /set temperature 0.5
            /set
            /system be brief
            /system
            /tokens
            /show
            /save kept.jsonl
            /save kept.jsonl
            /clear
            /load kept.jsonl 1
            /retry

            /quit
            never read
            """
        let outcome = try program.run(Self.options, input: input)
        #expect(outcome.code == 0, "\(outcome)")
        for sentence in [
            "taken back: /help is what I say", "row 1 of kept.jsonl", "row 2 of kept.jsonl",
            "2 exchanges of kept.jsonl",
        ] {
            #expect(outcome.errors.contains(sentence), "\(sentence): \(outcome)")
        }
        for sentence in [
            "temperature 0.5\n", "top-k 0\n", "be brief\n", "of 256 tokens; 2 exchanges",
            "user: two \nlines\n", "system: be brief\n",
        ] {
            #expect(outcome.output.contains(sentence), "\(sentence): \(outcome)")
        }
        #expect(!outcome.output.contains("\u{1B}"))
        let kept = try String(contentsOf: program.folder.file("kept.jsonl"), encoding: .utf8)
            .split(separator: "\n")
        #expect(kept.count == 2 && kept[0] == kept[1])
        let row = try #require(
            JSONSerialization.jsonObject(with: Data(kept[0].utf8)) as? [String: Any])
        let messages = try #require(row["messages"] as? [[String: String]])
        let turns = ["user", "assistant", "user", "assistant"]
        #expect(messages.map { $0["role"] } == ["system"] + turns)
        // What was kept is a row to learn from.
        let mask = try program.run([
            "inspect", "mask", "chat.lua", "--set", "data.path=kept.jsonl", "--rows", "1",
        ])
        #expect(mask.code == 0 && mask.output.contains("user: hello"), "\(mask)")
    }

    @Test func memoryIsUsedAgainAndSeedsRepeat() throws {
        let program = try Self.taught()
        let options = Self.options.filter { $0 != "--greedy" } + ["--json", "--seed", "3"]
        let outcome = try program.run(options, input: "one\ntwo\n")
        #expect(outcome.code == 0, "\(outcome)")
        let answers = try outcome.output.split(separator: "\n").map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        try #require(answers.count == 2, "\(outcome)")
        #expect(answers[0]["reused_tokens"] as? Int == 0)
        #expect(try #require(answers[1]["reused_tokens"] as? Int) > "user: one".utf8.count)
        #expect(try program.run(options, input: "one\ntwo\n").output == outcome.output)
        let full = try program.run(options + ["--context", "64"], input: "one\ntwo\nthree\nfour\n")
        #expect(full.code == 0 && full.errors.contains("of 64 tokens is full"), "\(full)")
    }

    @Test(arguments: [
        ("/hlp\n", "line 1: there is no /hlp; did you mean \"/help\"?"),
        ("hi\n/set temprature 1\n", "line 2: there is no setting \"temprature\""),
        ("/set temperature hot\n", "\"hot\" is not a number"),
        ("/set top-p 2\n", "top_p is 2.0"), ("/undo\n", "nothing was said yet"),
        ("/load nowhere.jsonl\n", "nowhere.jsonl"), ("hi\n/save recipe.lua\n", "another name"),
        ("hi\n/save no/such/folder.jsonl\n", "cannot be written"),
        ("/load chats.jsonl 99\n", "has 12 rows"), ("hi <|endoftext|>\n", "<|endoftext|>"),
        ("/clear all\n", "takes nothing after it"),
    ])
    func aScriptsMistakeIsNamedWithItsLine(input: String, sentence: String) throws {
        let program = try Self.taught()
        let recipe = try String(contentsOf: program.folder.file("recipe.lua"), encoding: .utf8)
        let outcome = try program.run(Self.options, input: input)
        #expect(outcome.code == 2 && outcome.errors.contains(sentence), "\(outcome)")
        #expect(outcome.errors.contains("standard input, line"), "\(outcome)")
        #expect(
            try String(contentsOf: program.folder.file("recipe.lua"), encoding: .utf8) == recipe)
    }

    @Test func whatCannotBeTalkedToIsRefused() throws {
        let program = try Program()
        let train = try program.run(["train", "recipe.lua", "--set", "steps=2"])
        #expect(train.code == 0, "\(train)")
        let bare = try program.run(["chat", "runs/journey"], input: "hi\n")
        #expect(bare.code == 2 && bare.errors.contains("--template"), "\(bare)")
        let foreign = try program.run(
            ["chat", "runs/journey", "--template", "chatml"], input: "hi\n")
        #expect(foreign.code == 2 && foreign.errors.contains("<|im_start|>"), "\(foreign)")
        try program.folder.write(SupervisedTests.template, to: "given.jinja")
        let given = try program.run(
            ["chat", "runs/journey@step-2", "--template", "given.jinja", "--max-new", "4"],
            input: "hi\n")
        #expect(given.code == 0, "\(given)")
        for (arguments, sentence) in [
            (["--template", "nowhere.jinja"], "nowhere.jinja"), (["--max-new", "0"], "--max-new"),
            (["--template", "given.jinja", "--date", "soon"], "--date"),
            (["--template", "given.jinja", "--top-p", "0"], "top_p"),
        ] {
            let outcome = try program.run(["chat", "runs/journey"] + arguments, input: "")
            #expect(outcome.code == 2 && outcome.errors.contains(sentence), "\(outcome)")
        }
    }

    @Test func aTerminalEditsLinesAndStopsAnswers() throws {
        let program = try Self.taught(positions: 1 << 17)
        let terminal = try Terminal()
        let process = try program.startAtTerminal(
            Self.options + ["--max-new", "100000", "--context", "100001"], terminal)
        try terminal.waitForPrompt(after: "/help lists commands")
        // The arrow goes back, and the word is mended.
        terminal.type("/hlp\u{1B}[D\u{1B}[De\r")
        try terminal.waitForPrompt(after: "takes back your last message")
        terminal.type("/nonsense\r")
        try terminal.waitForPrompt(after: "there is no /nonsense")
        terminal.type("half a line\u{3}")
        try terminal.waitForPrompt(after: "/quit ends")
        terminal.type("hello\r")
        Thread.sleep(forTimeInterval: 0.5)
        terminal.type("\u{3}")
        try terminal.waitForPrompt(after: "s to the first")
        #expect(!terminal.seen.contains("cut after"))
        terminal.type("/tokens\r")
        try terminal.waitForPrompt(after: "of 100001 tokens; 1 exchanges")
        terminal.type("\u{4}")
        let end = Date().addingTimeInterval(60)
        while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.02) }
        guard !process.isRunning else {
            process.terminate()
            Issue.record("Ctrl-D did not end the chat: \(terminal.seen)")
            return
        }
        #expect(process.terminationStatus == 0, "\(terminal.seen)")
    }
}

extension Program {
    /// The program as the leader of a terminal's session, so that Ctrl-C reaches it.
    fileprivate func startAtTerminal(
        _ arguments: [String], _ terminal: Terminal
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/setsid")
        process.arguments = ["--ctty", "--wait", Program.executable.path] + arguments
        process.currentDirectoryURL = folder.url
        var environment = ProcessInfo.processInfo.environment
        environment["TERM"] = "xterm"
        environment["NIGHTJAR_THREADS"] = "2"
        process.environment = environment
        process.standardInput = terminal.side
        process.standardOutput = terminal.side
        process.standardError = terminal.side
        try process.run()
        return process
    }
}

/// A terminal of the system's, with the test at the keys.
private final class Terminal {
    /// What a program gets as its streams.
    let side: FileHandle
    private let keys: Int32
    private(set) var seen = ""
    /// What was shown and not waited for yet.
    private var fresh: [UInt8] = []

    struct Missing: Error {}

    init() throws {
        keys = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var (lock, number): (Int32, Int32) = (0, 0)
        // TIOCSPTLCK and TIOCGPTN, which are beyond what Swift sees of the C library.
        guard keys >= 0, ioctl(keys, 0x4004_5431, &lock) == 0,
            ioctl(keys, 0x8004_5430, &number) == 0
        else { throw Missing() }
        let name = "/dev/pts/\(number)"
        let other = open(name, O_RDWR | O_NOCTTY)
        guard other >= 0 else { throw Missing() }
        side = FileHandle(fileDescriptor: other, closeOnDealloc: true)
    }

    deinit { close(keys) }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(keys, bytes, bytes.count)
    }

    /// Reads until the screen has shown a text, and then the sign that lines are read again: keys
    /// that are pressed before that mean what the system says, not the line editor.
    func waitForPrompt(after text: String) throws {
        try wait(for: text)
        try wait(for: ">")
    }

    /// Reads until the screen has shown a text after what was waited for before.
    private func wait(for text: String, seconds: Double = 60) throws {
        let end = Date().addingTimeInterval(seconds)
        while Date() < end {
            let shown = String(decoding: fresh, as: UTF8.self)
            if let found = shown.range(of: text) {
                fresh = Array(shown[found.upperBound...].utf8)
                return
            }
            var request = pollfd(fd: keys, events: Int16(POLLIN), revents: 0)
            guard poll(&request, 1, 100) > 0 else { continue }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(keys, &buffer, buffer.count)
            guard count > 0 else { break }
            fresh += buffer[..<count]
            seen += String(decoding: buffer[..<count], as: UTF8.self)
        }
        Issue.record("the terminal never showed \"\(text)\" in: \(seen.debugDescription)")
        throw Missing()
    }
}
