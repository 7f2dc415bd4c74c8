import Foundation
import LuaRuntime
import Testing

@testable import Scripting

@Suite struct PluginTests {
    private let folder: RecipeFolder

    init() throws { folder = try RecipeFolder() }

    private func plugin(_ name: String, _ body: String) throws {
        try folder.write(
            "Plugins/\(name)/\(name).lua",
            "return { name = '\(name)', api = 1, summary = 'A test.', \(body) }")
    }

    private func load(_ name: String, settings: LuaTable<LuaValue> = LuaTable(array: [])) throws
        -> PluginLoader.Loaded
    {
        let source = try PluginLookup(from: folder.path, extra: "").find(name)
        return try PluginLoader().load(PluginUse(source: source, settings: settings)) { _ in }
    }

    private func refusal(_ name: String, _ body: String) throws -> String {
        try plugin(name, body)
        let error = #expect(throws: ScriptingError.self) { try load(name) }
        return "\(try #require(error))".replacing(folder.path + "/", with: "")
    }

    @Test func itsDoorsAreItsFunctions() throws {
        try plugin(
            "two", "hooks = { on_start = function() end }, curricula = { a = function() end }")
        let loaded = try load("two")
        #expect(
            loaded.unit.doors.functions.map(\.path) == ["hooks.on_start", "curricula.a"])
        #expect(loaded.summary == "A test.")
    }

    @Test(arguments: [
        ("hoks = {}", "unknown key \"hoks\"; did you mean \"hooks\"?"),
        (
            "hooks = { on_step_ends = print }",
            "hooks: unknown key \"on_step_ends\"; did you mean \"on_step_end\"?"
        ),
        ("hooks = { on_start = 3 }", "hooks.on_start: expected a function, got integer 3"),
        ("policies = {}", "policies: this door is not supported in this version; remove it"),
        ("api = 9", "api: expected the integer 1, got integer 9"),
        (
            "name = 'other'",
            "name: the plugin calls itself \"other\" and its folder is \"bad\"; make them equal"
        ),
        (
            "needs = { 'clock' }",
            "bad was not granted \"clock\"; a recipe grants it with grant = { [\"bad\"] = { \"clock\" } }"
        ),
        (
            "needs = { 'clok' }",
            "\"clok\" is no capability; there are \"clock\", \"files:read:PATH\", \"env:NAME\" and \"network:HOST\"; did you mean \"clock\"?"
        ),
    ])
    func aManifestThatIsWrongIsRefused(body: String, sentence: String) throws {
        #expect(try refusal("bad", body).hasSuffix(sentence))
        #expect(try refusal("bad", body).hasPrefix("Plugins/bad/bad.lua"))
    }

    @Test func settingsKeepTheTypesOfTheirDefaults() throws {
        try plugin("tuned", "settings = { count = 3, share = 0.5, words = { 'a' } }")
        let loaded = try load("tuned", settings: LuaTable(["count": 4.0, "share": 1]))
        #expect(loaded.unit.settings["count"] == 4)
        #expect(loaded.unit.settings["share"] == 1.0)
        let unknown = #expect(throws: ShapeFault.self) {
            try load("tuned", settings: LuaTable(["cuont": 4]))
        }
        #expect(unknown?.sentence == "tuned has no setting \"cuont\"; did you mean \"count\"?")
        let wrong = #expect(throws: ShapeFault.self) {
            try load("tuned", settings: LuaTable(["count": "4"]))
        }
        #expect(
            wrong?.sentence
                == "tuned's setting \"count\" is integer 3 by default; got string \"4\"")
    }

    @Test func theNearestFolderWinsAndTheShippedComeLast() throws {
        try plugin("plateau", "")
        try folder.write("deep/down/recipe.lua", "")
        let near = try PluginLookup(from: folder.path + "/deep/down", extra: "").find("plateau")
        #expect(near.path == folder.path + "/Plugins/plateau/plateau.lua")
        let away = try PluginLookup(from: "/", extra: folder.path + "/Plugins").find("plateau")
        #expect(away.path == near.path)
        #expect(try PluginLookup(from: "/", extra: "").find("plateau").place == .shipped)
        let missing = #expect(throws: ShapeFault.self) {
            try PluginLookup(from: "/", extra: "").find("platau")
        }
        #expect(missing?.sentence.contains("did you mean \"plateau\"?") == true)
    }

    @Test func aFailingExampleSaysWhatItGave() throws {
        try plugin(
            "off",
            """
            curricula = { c = function(ctx) ctx.state.n = 1 return { ['steps'] = ctx.step + 1 } end },
            examples = { { call = 'curricula.c', with = { step = 3 }, gives = { steps = 5 } } }
            """)
        let use = PluginUse(source: try PluginLookup(from: folder.path, extra: "").find("off"))
        let error = #expect(throws: ScriptingError.self) {
            try PluginSelfTest(use, loader: PluginLoader()).run()
        }
        #expect(
            error?.message == "curricula.c must give { steps = 5 }, and gave { steps = 4 }")
        #expect(error?.keyPath == "examples[1]")
    }

    @Test func anUnknownKeyIsToldAtItsLine() throws {
        #expect(
            try refusal("bad", "\n\nsumary = 'a'")
                == "Plugins/bad/bad.lua:3: unknown key \"sumary\"; did you mean \"summary\"?")
    }

    @Test func anExampleThatRaisesIsNamed() throws {
        try plugin(
            "raising",
            """
            curricula = { c = function(ctx) if ctx.step == 3 then error('no') end end },
            examples = { { call = 'curricula.c' }, { call = 'curricula.c', with = { step = 3 } } }
            """)
        let use = PluginUse(source: try PluginLookup(from: folder.path, extra: "").find("raising"))
        let error = #expect(throws: ScriptingError.self) {
            try PluginSelfTest(use, loader: PluginLoader()).run()
        }
        #expect(error?.keyPath == "examples[2]: raising curricula.c")
        #expect(error?.message == "no" && error?.line != nil)
    }

    @Test(arguments: [
        ("needs = { 'clock', 'clok' }", "needs[2]: \"clok\" is no capability"),
        ("needs = { 'network:' }", "names no host"),
        ("requires = { 'a b' }", "requires[1]: \"a b\" cannot name a plugin"),
        ("requires = { 'bad' }", "requires[1]: bad cannot come before itself"),
        ("schedules = { [''] = function() return 1 end }", "cannot name a schedule"),
        ("schedules = { ['a/b'] = function() return 1 end }", "\"a/b\" cannot name a schedule"),
        ("summary = 'a\\27[2Jb'", "summary: the summary is one line without control"),
        ("summary = ('a'):rep(501)", "summary: the summary has 501 characters and 500"),
        (
            "examples = (function() local all = {} for i = 1, 101 do "
                + "all[i] = { call = 'hooks.on_start' } end return all end)()",
            "examples: there are 101 examples and 100 are the most"
        ),
    ])
    func aCheckRefusesWhatNoShapeSays(body: String, sentence: String) throws {
        try plugin("bad", body)
        let error = #expect(throws: ScriptingError.self) {
            try PluginCatalogue.check("bad", from: folder.path)
        }
        #expect(error?.description.contains(sentence) == true, "\(String(describing: error))")
        #expect(error?.path?.hasSuffix("Plugins/bad/bad.lua") == true)
        let entry = PluginCatalogue.list(from: folder.path).first { $0.name == "bad" }
        #expect(entry?.summary == nil && entry?.failure != nil)
    }

    @Test func aSelfTestEndsInTimeAndNamesItsExample() throws {
        try plugin(
            "slow",
            "hooks = { on_start = function() end }, examples = { { call = 'hooks.on_start' } }")
        let use = PluginUse(source: try PluginLookup(from: folder.path, extra: "").find("slow"))
        let error = #expect(throws: ScriptingError.self) {
            try PluginSelfTest(use, loader: PluginLoader()).run(seconds: 0)
        }
        #expect(error?.message.contains("got no further than this example") == true)
        #expect(error?.keyPath == "examples[1]")
    }

    @Test func requireReachesItsOwnFolderOnly() throws {
        try folder.write("Plugins/own/part.lua", "return 7")
        try folder.write("outside.lua", "return 8")
        try plugin("own", "settings = { n = require 'part' }")
        #expect(try load("own").unit.settings["n"] == 7)
        #expect(try load("own").unit.files.count == 2)
        #expect(try refusal("other", "settings = { n = require 'outside' }").contains("not found"))
    }

    /// Shipped plugins are equal in any state.
    @Test(arguments: ["plateau", "progress-notes", "short-first", "spike-guard"])
    func theShippedAreSound(name: String) throws {
        let check = try PluginCatalogue.check(name, from: "/")
        #expect(check.exampleCount >= 2 && check.freshStateCount == 20)
        #expect(check.memoryBytes < 64 << 10)
    }

    @Test(arguments: PluginSkeleton.Kind.allCases)
    func aSkeletonWorksAsItIs(kind: PluginSkeleton.Kind) throws {
        let home = folder.path + "/Plugins"
        #expect(try PluginSkeleton.write(kind, name: "my-idea", into: home).count == 2)
        #expect(try PluginCatalogue.check("my-idea", from: folder.path).exampleCount == 2)
        let report = try SpecRunner().run(home + "/my-idea/my-idea_spec.lua")
        #expect(report.failureCount == 0 && !report.results.isEmpty, "\(report)")
        #expect(throws: ScriptingError.self) {
            try PluginSkeleton.write(kind, name: "my-idea", into: home)
        }
    }

    @Test func aPathBeginsAtTheRecipeInNeedsAndInGrants() throws {
        try folder.write("words.txt", "a")
        try plugin("reader", "needs = { 'files:read:words.txt' }")
        let granted = "use = { 'reader' }, grant = { reader = { 'files:read:words.txt' } },"
        #expect(try folder.load(keys: granted).runScripts.pluginNames == ["reader"])
        #expect(
            try folder.error(keys: "use = { 'reader' },").description.contains(
                "reader was not granted \"files:read:words.txt\"; a recipe grants it with"))
    }

    @Test func whatIsWrongInTheRecipeIsToldThere() throws {
        try plugin("first", "settings = { size = 2 }")
        for keys in ["use = { { 'first', siez = 1 } },", "use = { { 'first', size = 'x' } },"] {
            let error = try folder.error(keys: keys)
            #expect(error.path?.hasSuffix("recipe.lua") == true, "\(error)")
            #expect(error.keyPath == "use[1]", "\(error)")
        }
    }

    @Test func pluginsThatRequireOneAnotherAreTold() throws {
        try plugin("first", "requires = { 'third' }")
        try plugin("second", "requires = { 'first' }")
        try plugin("third", "requires = { 'second' }")
        let error = try folder.error(keys: "use = { 'first', 'second', 'third' },")
        #expect(
            error.description.contains(
                "require one another, so that none can come first: first, third, second, first;"),
            "\(error)")
    }

    @Test func everyGrantThatIsMissingIsTold() throws {
        try plugin("both", "needs = { 'clock', 'env:HOME' }")
        let error = try folder.error(keys: "use = { 'both' }, grant = { both = {} },")
        #expect(
            error.description.contains(
                "grant = { [\"both\"] = { \"clock\", \"env:HOME\" } }"), "\(error)")
    }

    @Test func aRecipeFindsOrdersAndGrants() throws {
        try plugin("first", "")
        try plugin("second", "requires = { 'first' }, needs = { 'clock' }")
        let loaded = try folder.load(
            keys: "use = { 'first', 'second' }, grant = { second = { 'clock' } },")
        #expect(loaded.runScripts.pluginNames == ["first", "second"])
        #expect(loaded.scripts.map(\.path).contains("Plugins/second/second.lua"))
        for (keys, sentence) in [
            ("use = { 'second' },", "second was not granted"),
            (
                "use = { 'second' }, grant = { second = { 'clock' } },",
                "second requires the plugin \"first\" before it"
            ),
            ("use = { 'first', 'first' },", "stands here twice"),
            ("use = { 'frist' },", "did you mean \"first\"?"),
            ("use = { { 'first', size = 1 } },", "first has no setting \"size\""),
            ("use = { 3 },", "expected"),
            ("use = { 'first' }, grant = { fisrt = { 'clock' } },", "did you mean \"first\"?"),
            ("use = { 'first' }, grant = { first = { 'files:read:nowhere' } },", "nowhere"),
        ] {
            #expect(try folder.error(keys: keys).description.contains(sentence), "\(keys)")
        }
    }
}
