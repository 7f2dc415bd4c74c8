import Foundation
import LuaRuntime
import Preparation
import Tensors
import Testing
import Training

@testable import Scripting

/// What the guide, the README and the catalogue of hooks show in Lua is run.
@Suite struct GuideTests {
    @Test(arguments: GuidePage.all) func everyBlockOfAPageHolds(page: GuidePage) throws {
        let desk = try GuideDesk()
        for block in page.blocks {
            do {
                try desk.run(block)
            } catch {
                Issue.record("\(page.name):\(block.line): \(error)")
            }
        }
    }

    @Test func thePagesAreFound() throws {
        let counts = Dictionary(
            uniqueKeysWithValues: GuidePage.all.map { ($0.name, $0.blocks.count) })
        #expect(counts.count >= 7)
        #expect(counts["README.md"] == 1)
        #expect(counts.values.reduce(0, +) >= 15, "\(counts)")
        let kinds = Set(GuidePage.all.flatMap(\.blocks).map(\.kind.name))
        #expect(
            kinds == [
                    "recipe", "module", "plugin", "spec", "program", "preparation", "keys",
                    "expressions",
                ])
    }

    @Test(arguments: [
        "local x = 1\nreturn x", "1 == 2", "-- a.lua\nreturn nj.recipe {}",
        "-- a.lua\nlocal nj = require 'nightjar'\nreturn nj.recipe { name = 'a' }",
        "-- Plugins/a/a.lua\nreturn { name = 'b', api = 1, summary = '' }",
        "-- Plugins/a/a.lua\nreturn { name = 'a', api = 1, summary = 'No example.' }",
        "-- Plugins/a/a_spec.lua\nlocal none = 1",
        "-- a.lua\nlocal run = require('nightjar').run.open 'nowhere.lua'",
        "-- a.lua\nlocal folders = require('nightjar').run.list()\nerror 'x'",
        "-- Plugins/a/a_spec.lua\nrequire('nightjar').test.it('fails', function() error('x') end)",
        "-- in a recipe\nhooks = { on_start = function(ctx) error('x') end },",
        "-- in a recipe\ncurriculum = function(ctx) return 3 end,",
    ])
    func aBlockThatDoesNotHoldFails(text: String) throws {
        let desk = try GuideDesk()
        #expect(throws: (any Error).self) { try desk.run(GuideBlock(text: text, line: 1)) }
    }

    /// Each example stands in a plugin, is called once with zero facts, and answers what it may.
    @Test(arguments: HookCatalogue.all.map(\.name)) func everyHookExampleRuns(name: String) throws {
        let point = try #require(HookCatalogue.point(name))
        let desk = try GuideDesk()
        try desk.folder.write(
            "Plugins/shown/shown.lua",
            """
            local nj = require "nightjar"
            return { name = "shown", api = 1, summary = "An example.", hooks = {
            \(point.example)
            } }
            """)
        let check = try PluginCatalogue.check("shown", from: desk.folder.path)
        #expect(check.entry.doors == ["hooks.\(name)"])
        let source = try PluginLookup(from: desk.folder.path, extra: "").find("shown")
        _ = try PluginSelfTest.call(
            "hooks.\(name)", facts: .nil, settings: LuaTable(array: []), state: nil,
            use: PluginUse(source: source), loader: PluginLoader())
    }
}

/// A page with its blocks of Lua.
struct GuidePage: Sendable, CustomTestStringConvertible {
    let name: String
    let blocks: [GuideBlock]
    var testDescription: String { name }

    /// The pages below `Nightjar.docc/Guide`, and the README.
    static let all: [GuidePage] = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().path
        let guide = "Sources/Nightjar/Nightjar.docc/Guide"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root + "/" + guide)) ?? []
        return
            (names.filter { $0.hasSuffix(".md") }.sorted().map { guide + "/" + $0 }
            + ["README.md"]).map { path in
                let text = (try? String(contentsOfFile: root + "/" + path, encoding: .utf8)) ?? ""
                return GuidePage(
                    name: (path as NSString).lastPathComponent, blocks: GuidePage.blocks(text))
            }
    }()

    private static func blocks(_ text: String) -> [GuideBlock] {
        var blocks: [GuideBlock] = []
        var open: (language: Substring, line: Int, lines: [Substring])?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            guard line.hasPrefix("```") else {
                open?.lines.append(line)
                continue
            }
            if let block = open {
                if block.language == "lua" {
                    blocks.append(
                        GuideBlock(text: block.lines.joined(separator: "\n"), line: block.line))
                }
                open = nil
            } else {
                open = (line.dropFirst(3), index + 1, [])
            }
        }
        return blocks
    }
}

/// A block of Lua on a page; the comment in its first line says what it is.
struct GuideBlock: Sendable {
    let text: String
    /// Of the page, where it begins.
    let line: Int

    enum Kind: Equatable {
        /// `-- NAME.lua`, with `nj.recipe` in it.
        case recipe(String)
        /// `-- NAME.lua`, for `require`.
        case module(String)
        /// `-- Plugins/NAME/NAME.lua`
        case plugin(String)
        /// `-- Plugins/NAME/NAME_spec.lua`
        case spec(String)
        /// `-- NAME.lua`, with a function in it that only programs have.
        case program(String)
        /// `-- NAME.lua`, with `nj.data.prepare` in it.
        case preparation(String)
        /// `-- in a recipe`: keys of one.
        case keys
        /// Anything else: a line is an expression that is true.
        case expressions

        var name: String {
            switch self {
            case .recipe: "recipe"
            case .module: "module"
            case .plugin: "plugin"
            case .spec: "spec"
            case .program: "program"
            case .preparation: "preparation"
            case .keys: "keys"
            case .expressions: "expressions"
            }
        }
    }

    var kind: Kind {
        let first = text.prefix { $0 != "\n" }
        if first == "-- in a recipe" { return .keys }
        guard first.hasPrefix("-- "), first.hasSuffix(".lua"), !first.dropFirst(3).contains(" ")
        else { return .expressions }
        let path = String(first.dropFirst(3))
        if path.hasSuffix("_spec.lua") { return .spec(path) }
        if path.hasPrefix("Plugins/") { return .plugin(path) }
        if ["run.open", "run.list", "run.read"].contains(where: text.contains) {
            return .program(path)
        }
        if text.contains("nj.data.prepare") { return .preparation(path) }
        return text.contains("nj.recipe") ? .recipe(path) : .module(path)
    }
}

/// A folder in which the blocks of a page are run in their order, as a reader would.
private struct GuideDesk {
    /// What a block does not live up to.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let folder: RecipeFolder

    init() throws {
        folder = try RecipeFolder()
        let texts = (1...90).map { "Bird \($0) flew \($0 * 7 % 13) miles.\n" }
        try folder.write("my-text/a.txt", texts.joined(separator: "\n"))
        try folder.write(
            "papers.jsonl", "{\"title\": \"T\", \"abstract\": \"A\", \"answer\": {\"text\": \"x\"}}\n")
        try folder.write("table.csv", "id,body\n1,\"a, b\"\n")
        try folder.write("poems.jsonl", "{\"poem\": \"a line\"}\n")
        for name in ["my-chats.jsonl", "my-hard-chats.jsonl"] {
            try folder.write(name, "{\"prompt\": \"a\", \"completion\": \"b\"}\n")
        }
        try folder.write(
            "my-prompts.jsonl", "{\"prompt\": \"a b\", \"answer\": \"c\"}\n")
        try folder.write(
            "my-pairs.jsonl", "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"c\"}\n")
        try folder.write("my-model/config.json", "{}")
        let categories = ["manuals", "scripture", "dictionary"].map {
            "\"\($0)\": {\"path\": \"all.txt\"}"
        }
        try folder.write("comments.jsonl", "{\"text\": \"a\", \"level\": 1}\n")
        try folder.write("questions.jsonl", "{\"question\": \"a\"}\n")
        try folder.write("my-catalog/all.txt", "A line.\n")
        try folder.write(
            "my-catalog/catalog.json",
            "{\"categories\": {\(categories.joined(separator: ", "))}}")
    }

    func run(_ block: GuideBlock) throws {
        switch block.kind {
        case .module(let path):
            try folder.write(path, block.text)
            _ = try LuaState().load(block.text, name: path)
        case .recipe(let path): try load(path, block.text)
        case .program(let path): try runProgram(path, block.text)
        case .preparation(let path): try prepare(path, block.text)
        case .keys: try load("keys.lua", RecipeFolder.recipe(keys: block.text))
        case .plugin(let path):
            try folder.write(path, block.text)
            try checkPlugin((path as NSString).lastPathComponent.replacing(".lua", with: ""))
        case .spec(let path):
            try folder.write(path, block.text)
            let report = try SpecRunner(snapshots: .locked).run(folder.path + "/" + path)
            guard report.failureCount == 0, !report.results.isEmpty else {
                throw Failure(description: "\(report)")
            }
        case .expressions: try checkExpressions(block.text)
        }
    }

    /// Loads a recipe and calls each of its functions once with zero facts.
    private func load(_ path: String, _ text: String) throws {
        try folder.write(path, text)
        let loaded = try RecipeLoader.loadPhases(
            path: path, workingFolder: folder.path, print: { _ in }
        ).recipes[0]
        let script = try RecipeScript(
            places: RecipePlaces(recipe: path, workingFolder: folder.path, checksFiles: true),
            budget: .loading, print: { _ in })
        let doors = ScriptDoors(script.table)
        guard doors.functions.isEmpty || !loaded.runScripts.isEmpty else {
            throw Failure(description: "the run does not have the recipe's functions")
        }
        let unit = try ScriptUnit(
            name: "recipe", state: script.state, context: script.context, doors: doors,
            settings: LuaTable(array: []), files: [], budget: .loading)
        unit.context.run = RunFacts.none
        for door in doors.functions.map(\.path) where door != "schedule" {
            let shape =
                door == "curriculum"
                ? (facts: Curriculum.facts, answer: Curriculum.answer, phase: ScriptPhase.answer)
                : try DoorShape.of(door)
            let facts = shape.facts.completed(with: LuaTable(array: []))
            let answer = try unit.call(
                ScriptQuestion(
                    door, ScriptDispatch.payload(facts), phase: shape.phase, occasion: "guide"))
            guard let expected = shape.answer, let answer, !answer.isNil else { continue }
            _ = try ShapeCheck(stage: .declared).checked(answer, as: expected, at: LuaPath())
        }
    }

    /// Runs a program to its end, with a folder to write to.
    private func runProgram(_ path: String, _ text: String) throws {
        try folder.write(path, text)
        var host = ProgramHost(backend: CPUBackend.shared, cacheFolder: folder.path + "/cache") {
            _, _ in IdleObserver()
        }
        host.workingFolder = folder.path
        host.outputFolder = folder.path + "/out"
        host.print = { _ in }
        host.remark = { _ in }
        let ending = try ComputeThread.shared.run {
            try Program(path: path, host: host).run()
        }
        guard ending == .finished else { throw Failure(description: "it was stopped") }
    }

    /// Carries a preparation out: something of every source is left.
    private func prepare(_ path: String, _ text: String) throws {
        try folder.write(path, text)
        let loaded = try PreparationLoader.load(
            path: path, workingFolder: folder.path, threads: 2, print: { _ in })
        let ending = try PreparationRun(loaded.plan, folder: loaded.folder).run()
        guard case .finished(let report) = ending,
            report.sources.allSatisfy({ $0.kept > 0 })
        else { throw Failure(description: "\(ending)") }
    }

    /// Runs a plugin's examples, then uses it in a recipe that grants what it needs.
    private func checkPlugin(_ name: String) throws {
        let count = try PluginCatalogue.check(name, from: folder.path).exampleCount
        let source = try PluginLookup(from: folder.path, extra: "").find(name)
        let loaded = try PluginLoader(checksNeeds: false).load(PluginUse(source: source)) { _ in }
        guard count > 0 || !loaded.needs.isEmpty else {
            throw Failure(description: "\(name) has no examples")
        }
        let needs = loaded.needs.map { "\"\($0)\"" }.joined(separator: ", ")
        try load(
            "uses.lua",
            RecipeFolder.recipe(
                keys: "use = { \"\(name)\" }, grant = { [\"\(name)\"] = { \(needs) } },"))
    }

    private func checkExpressions(_ text: String) throws {
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("--") }
        guard !lines.isEmpty else { throw Failure(description: "there is nothing in it") }
        let script = try LibraryScript()
        for line in lines where try script.say(String(line)).first != "true" {
            throw Failure(description: "this is not true: \(line)")
        }
    }
}

private final class IdleObserver: RunObserver {}
