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

let shippedPlugins = [
    "brevity", "competence", "exact-answer", "forgetting-guard", "loss-based", "plateau",
    "progress-notes", "short-first", "spike-guard", "staged",
]

let package = Package(
    name: "nightjar",
    products: [
        .library(name: "Nightjar", targets: ["Nightjar"]),
        .executable(name: "nightjar", targets: ["NightjarCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // C at the foundations.
        .systemLibrary(
            name: "CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"])]),
        .systemLibrary(
            name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CUTF8Proc", providers: [.apt(["libutf8proc-dev"])]),
        .systemLibrary(
            name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
        .target(name: "CLuaShim", dependencies: ["CLua"]),
        .target(name: "CMapGuard"),
        .target(name: "CSketch"),
        .target(name: "CHTTP", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CLineEdit", linkerSettings: [.linkedLibrary("edit")]),
        .target(
            name: "CKernels", dependencies: ["COneDNN"],
            linkerSettings: [
                .linkedLibrary("dnnl"), .linkedLibrary("m"), .linkedLibrary("gomp"),
            ]),

        // 0: values and measurements.
        target("Tensors", ["CKernels"]),
        target("Telemetry"),
        target("Naming", ["CXXHash"]),
        target("Texts", ["CPCRE2", "CUTF8Proc"]),
        target("Templates", ["Naming"]),
        // 1: gradients; a Lua host that knows nothing of models.
        target("Autograd", ["Tensors"]),
        target("LuaRuntime", ["Naming", "CLua", "CLuaShim"]),
        // 2: parts.
        target("Layers", ["Tensors", "Autograd"]),
        target("Optimizers", ["Tensors"]),
        target("Checkpoints", ["Naming", "CXXHash", "CMapGuard"]),
        target("Tokenizers", ["Naming", "CPCRE2", "CUTF8Proc", "CXXHash"]),
        target("Conversations", ["Naming", "Templates", "Texts", "Tokenizers"]),
        // 3: model, data, memory of the house.
        target(
            "Transformers", ["Naming", "Texts", "Tensors", "Autograd", "Layers", "Checkpoints"]),
        target("Corpora", ["Naming", "Tokenizers", "Conversations", "Checkpoints", "CXXHash"]),
        // 4: making text ready, and the two loops.
        target("Preparation", ["Naming", "Conversations", "Corpora", "Checkpoints", "CSketch"]),
        target(
            "Training",
            [
                "Tensors", "Telemetry", "Naming", "Templates", "Autograd", "Layers", "Optimizers",
                "Tokenizers", "Transformers", "Conversations", "Corpora", "Checkpoints",
                "Generation",
            ]),
        target(
            "Generation",
            [
                "Tensors", "Autograd", "Layers", "Tokenizers", "Transformers", "Conversations",
                "Templates",
            ]),
        target(
            "Exports",
            [
                "Tensors", "Layers", "Tokenizers", "Transformers", "Conversations", "Checkpoints",
            ]),
        // 5: the ways a model meets the world.
        target(
            "Evaluation",
            [
                "Tensors", "Naming", "Templates", "Tokenizers", "Conversations", "Corpora",
                "Checkpoints", "Transformers", "Generation", "Training",
            ]),
        // 6: plugins that are part of the program; the only module that imports both Lua and models.
        .target(
            name: "ShippedPlugins", path: "Plugins",
            exclude: shippedPlugins.map { "\($0)/\($0)_spec.lua" }
                + ["short-first/short-first_spec.snapshots"],
            sources: ["ShippedPlugins.swift"],
            resources: shippedPlugins.map { .embedInCode("\($0)/\($0).lua") },
            swiftSettings: strict),
        target(
            "Scripting",
            [
                "Naming", "Telemetry", "Tensors", "Layers", "LuaRuntime", "Training", "Generation",
                "Optimizers", "Tokenizers", "Conversations", "Checkpoints", "Corpora",
                "Transformers", "Templates", "Texts", "Evaluation", "Preparation",
                "ShippedPlugins", "CHTTP",
            ]),
        // 7: the front door and the umbrella.
        .executableTarget(
            name: "NightjarCLI",
            dependencies: [
                "Tensors", "Telemetry", "Naming", "Autograd", "Layers", "Optimizers", "Tokenizers",
                "Conversations", "Checkpoints", "Transformers", "Corpora", "Training",
                "Generation", "Exports", "Evaluation", "Preparation", "Scripting", "Templates",
                "CLineEdit",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        target(
            "Nightjar",
            [
                "Tensors", "Telemetry", "Optimizers", "Tokenizers", "Conversations",
                "Checkpoints", "Transformers", "Corpora", "Preparation", "Training", "Generation",
                "Exports", "Evaluation", "Scripting",
            ]),

        // Tests, in the order of what they test, and what they share.
        tests("TelemetryTests", ["Telemetry"]),
        tests("NamingTests", ["Naming"]),
        tests("TextsTests", ["Texts", "CUTF8Proc"]),
        tests("TemplatesTests", ["Templates", "TestSupport"]),
        tests("CheckpointsTests", ["Checkpoints", "Naming", "TestSupport"]),
        tests("LuaRuntimeTests", ["LuaRuntime"]),
        tests("TokenizersTests", ["TestSupport", "Tokenizers"]),
        tests("ConversationsTests", ["Conversations", "Templates", "TestSupport", "Tokenizers"]),
        tests("CorporaTests", ["Conversations", "Corpora", "Naming", "TestSupport", "Tokenizers"]),
        tests("PreparationTests", ["Corpora", "Naming", "Preparation", "TestSupport"]),
        .target(
            name: "TestSupport", dependencies: ["Tensors", "Tokenizers"], path: "Tests/Support",
            swiftSettings: strict),
        tests("AutogradTests", ["Autograd", "Layers", "Tensors", "Transformers"]),
        tests(
            "TransformersTests",
            [
                "Autograd", "Checkpoints", "Layers", "Optimizers", "Tensors", "TestSupport",
                "Transformers",
            ]),
        tests("TensorsTests", ["Tensors", "CKernels", "TestSupport"]),
        tests(
            "TrainingTests",
            [
                "Autograd", "Checkpoints", "Conversations", "Corpora", "Layers", "Naming",
                "Optimizers",
                "Telemetry", "Tensors", "TestSupport", "Tokenizers", "Training", "Transformers",
            ]),
        tests(
            "GenerationTests",
            [
                "Autograd", "Checkpoints", "Conversations", "Generation", "Layers", "Tensors",
                "TestSupport", "Tokenizers", "Transformers",
            ]),
        tests(
            "ExportsTests",
            [
                "Autograd", "Checkpoints", "Exports", "Layers", "Tensors", "TestSupport",
                "Tokenizers",
                "Transformers",
            ]),
        tests(
            "EvaluationTests",
            [
                "Autograd", "Corpora", "Evaluation", "Layers", "Templates", "Tensors", "TestSupport",
                "Tokenizers", "Training", "Transformers",
            ]),
        tests(
            "ScriptingTests",
            [
                "Scripting", "Layers", "LuaRuntime", "Training", "Optimizers", "Conversations",
                "Corpora", "Preparation", "Tensors", "Texts", "Tokenizers", "Transformers",
            ]),
        tests(
            "NoLuaTests",
            [
                "Checkpoints", "Corpora", "Generation", "Optimizers", "Tensors", "TestSupport",
                "Tokenizers", "Training", "Transformers",
            ]),
        tests("NightjarTests", ["Nightjar"]),
        tests("HouseTests", []),
        tests("JourneyTests", ["NightjarCLI", "TestSupport"]),
    ]
)
