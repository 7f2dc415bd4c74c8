import Testing

/// Imports point downward, and Lua meets models in one module.
@Suite struct LayeringTests {
    static let package = PackageManifest((try? Repository.text("Package.swift")) ?? "")

    /// Every target of `Sources`, as `Package.swift` declares it.
    static let declared = package.targets.filter { !$0.isTest && $0.name != "TestSupport" }
        .map { Layering.Use(module: $0.name, used: Set($0.dependencies)) }

    /// Every target of `Sources`, as its files import.
    static let imported = Dictionary(
        grouping: Repository.files(below: "Sources/", endingIn: [".swift"]),
        by: { String($0.split(separator: "/")[1]) }
    ).sorted { $0.key < $1.key }.map { module, files in
        let modules = files.flatMap { Repository.code[$0]?.imports ?? [] }
        return Layering.Use(module: module, used: Set(modules.map(\.module)))
    }

    private let package = LayeringTests.package
    private let declared = LayeringTests.declared
    private let imported = LayeringTests.imported

    @Test func everyFolderOfSourcesIsATargetWithALayer() {
        let folders = Set(
            Repository.files.filter { $0.hasPrefix("Sources/") }
                .map { String($0.split(separator: "/")[1]) })
            // The one target that stands elsewhere: its folder is for those who write plugins.
            .union(["ShippedPlugins"])
        #expect(folders.sorted() == declared.map(\.module).sorted())
        #expect(folders.filter { Layering.rank($0) == nil }.sorted() == [])
    }

    @Test func declaredDependenciesPointDownward() {
        #expect(Layering.climbing(declared) == [])
    }

    @Test func importsPointDownward() {
        #expect(Layering.climbing(imported) == [])
    }

    /// The package manager lets a target import what only its dependencies declare.
    @Test func everyImportIsDeclared() {
        let undeclared = imported.flatMap { use in
            let mayUse = Set(package[use.module]?.dependencies ?? []).union(Layering.system)
            return use.used.subtracting(mayUse).sorted().map {
                "\(use.module) imports \($0) without declaring it"
            }
        }
        #expect(undeclared == [])
    }

    @Test func onlyScriptingBringsLuaAndModelsTogether() {
        #expect(Layering.mixing(declared) == [])
        #expect(Layering.mixing(imported) == [])
        let scripting = imported.first { $0.module == "Scripting" }?.used ?? []
        #expect(!scripting.isDisjoint(with: Layering.lua))
        #expect(!scripting.isDisjoint(with: Layering.model))
    }

    @Test func textIsPreparedWithoutModelCode() {
        for module in ["Tokenizers", "Corpora"] {
            #expect(package.closure(of: module).isDisjoint(with: ["Autograd", "Transformers"]))
        }
    }

    /// All test targets are linked into one bundle, so the target's own closure is what tells.
    @Test func theProofWithoutLuaReachesNoLua() {
        let closure = package.closure(of: "NoLuaTests")
        #expect(closure.isSuperset(of: ["Training", "Generation", "Checkpoints", "Corpora"]))
        #expect(closure.isDisjoint(with: Layering.lua.union(["Scripting", "Nightjar"])))
    }

    @Test func deletingScriptingTakesOnlyTheFrontDoorsWithIt() {
        let users = declared.map(\.module).filter {
            package.closure(of: $0).contains("Scripting")
        }
        #expect(Set(users).isSubset(of: ["NightjarCLI", "Nightjar"]))
    }

    // MARK: The laws can fail

    @Test func anUpwardUseIsSeen() {
        let broken = Layering.Use(module: "Layers", used: ["Tensors", "Training"])
        #expect(Layering.climbing([broken]).count == 1)
        #expect(Layering.climbing([.init(module: "Training", used: ["Generation"])]) == [])
    }

    @Test func luaInTheWrongPlaceIsSeen() {
        let broken: [Layering.Use] = [
            .init(module: "Training", used: ["LuaRuntime"]),
            .init(module: "Telemetry", used: ["CLua"]),
            .init(module: "NightjarCLI", used: ["CLuaShim", "Tensors"]),
            .init(module: "LuaRuntime", used: ["CLua", "Tensors"]),
        ]
        for use in broken { #expect(Layering.mixing([use]).count == 1, "\(use.module)") }
        let sound: [Layering.Use] = [
            .init(module: "Scripting", used: ["LuaRuntime", "Training"]),
            .init(module: "LuaRuntime", used: ["CLua", "CLuaShim", "Foundation"]),
        ]
        #expect(Layering.mixing(sound) == [])
    }

    @Test func theManifestIsReadWhole() {
        let sample = """
            let package = Package(
                targets: [
                    // target("Ghost")
                    .systemLibrary(name: "CA", pkgConfig: "a", providers: [.apt(["liba-dev"])]),
                    target("B"),
                    .target(
                        name: "C", dependencies: ["CA"], linkerSettings: [.linkedLibrary("m")]),
                    .executableTarget(
                        name: "D",
                        dependencies: ["B", "C", .product(name: "P", package: "p-package")],
                        swiftSettings: strict),
                    tests("DTests", ["D"]),
                ]
            )
            """
        let manifest = PackageManifest(sample)
        #expect(manifest.targets.map(\.name) == ["CA", "B", "C", "D", "DTests"])
        #expect(manifest.targets.map(\.dependencies) == [[], [], ["CA"], ["B", "C", "P"], ["D"]])
        #expect(manifest.targets.filter(\.isTest).map(\.name) == ["DTests"])
        #expect(manifest.closure(of: "DTests") == ["D", "B", "C", "CA", "P"])
    }
}
