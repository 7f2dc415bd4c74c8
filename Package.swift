// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is built with the same strict settings.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

func target(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "nightjar",
    products: [
        .library(name: "Nightjar", targets: ["Nightjar"]),
        .executable(name: "nightjar", targets: ["NightjarCLI"]),
    ],
    targets: [
        // C at the foundations.
        .systemLibrary(
            name: "CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"])]),
        .systemLibrary(
            name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(
            name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
        .target(name: "CLuaShim", dependencies: ["CLua"]),
        .target(name: "CMapGuard"),
        .target(
            name: "CKernels", dependencies: ["COneDNN"],
            linkerSettings: [.linkedLibrary("m"), .linkedLibrary("gomp")]),

        // 0: values and measurements.
        target("Tensors", ["CKernels"]),
        target("Telemetry"),
        // 1: gradients; a Lua host that knows nothing of models.
        target("Autograd", ["Tensors"]),
        target("LuaRuntime", ["CLua", "CLuaShim"]),
        // 2: parts.
        target("Layers", ["Tensors", "Autograd"]),
        target("Optimizers", ["Tensors"]),
        target("Tokenizers", ["CPCRE2", "CXXHash"]),
        target("Checkpoints", ["CXXHash", "CMapGuard"]),
        // 3: model, data, memory of the house.
        target("Transformers", ["Tensors", "Autograd", "Layers", "Checkpoints"]),
        target("Corpora", ["Tokenizers", "CXXHash"]),
        // 4: the two loops.
        target(
            "Training",
            [
                "Tensors", "Telemetry", "Autograd", "Layers", "Optimizers", "Tokenizers",
                "Transformers", "Corpora", "Checkpoints",
            ]),
        target(
            "Generation",
            ["Tensors", "Autograd", "Layers", "Tokenizers", "Transformers"]),
        // 6: the only module that imports both Lua and models.
        target(
            "Scripting",
            ["LuaRuntime", "Training", "Optimizers", "Corpora", "Transformers", "CXXHash"]),
        // 7: the front door and the umbrella.
        .executableTarget(
            name: "NightjarCLI",
            dependencies: ["Scripting", "Training", "Generation"],
            swiftSettings: strict),
        target("Nightjar", ["Training", "Generation", "Scripting"]),

        // Tests, in the order of what they test.
        tests("CheckpointsTests", ["Checkpoints"]),
        tests(
            "ScriptingTests",
            [
                "Scripting", "LuaRuntime", "Training", "Optimizers", "Corpora", "Transformers",
            ]),
    ]
)
