/// The order of the house, lowest first, and the laws that follow from it.
///
/// A new module stands here and in `Package.swift`, nowhere else.
struct Layering {
    static let foundations = [
        "CHTTP", "CKernels", "CLineEdit", "CLua", "CLuaShim", "CMapGuard", "COneDNN", "CPCRE2",
        "CSketch", "CUTF8Proc", "CXXHash",
    ]

    static let layers: [[String]] = [
        ["Tensors", "Telemetry", "Naming", "Texts", "Templates"],
        ["Autograd", "LuaRuntime"],
        ["Layers", "Optimizers", "Tokenizers", "Conversations", "Checkpoints"],
        ["Transformers", "Corpora"],
        ["Preparation", "Training", "Generation", "Exports", "Policies"],
        ["Serving", "Reinforcement", "Evaluation", "ShippedPlugins"],
        ["Scripting"],
        ["NightjarCLI", "Nightjar"],
    ]

    static let lua: Set = ["CLua", "CLuaShim", "LuaRuntime"]

    /// Modules that know neither Lua nor models.
    static let neutral: Set = ["Telemetry", "Naming"]

    /// Modules that know of numbers, text or weights: all but measuring, naming and Lua itself.
    static let model = Set(layers.prefix(6).joined()).subtracting(neutral)
        .subtracting(["LuaRuntime"])

    /// What the system and the toolchain bring; any module may import it.
    static let system: Set = [
        "Dispatch", "Foundation", "Glibc", "Darwin", "Musl", "Synchronization",
    ]

    /// Where a module stands: -1 at the foundations, nil for strangers.
    static func rank(_ module: String) -> Int? {
        foundations.contains(module) ? -1 : layers.firstIndex { $0.contains(module) }
    }

    /// One module and what it uses.
    struct Use {
        let module: String
        let used: Set<String>
    }

    /// Uses that point upward.
    static func climbing(_ uses: [Use]) -> [String] {
        uses.flatMap { use in
            use.used.sorted().compactMap { used -> String? in
                guard let rank = rank(use.module), let other = Layering.rank(used), other > rank
                else { return nil }
                return "\(use.module) uses \(used), which stands above it"
            }
        }
    }

    /// Modules other than `Scripting` that use both Lua and models, and modules below it, other
    /// than Lua's own, that use Lua at all.
    static func mixing(_ uses: [Use]) -> [String] {
        uses.compactMap { use in
            if lua.contains(use.module) { return strangers(to: use) }
            let seen = use.used.intersection(lua).sorted().joined(separator: " and ")
            guard use.module != "Scripting", !seen.isEmpty else { return nil }
            let isBelow = (rank(use.module) ?? 0) < (rank("Scripting") ?? 0)
            guard isBelow || !use.used.isDisjoint(with: model) else { return nil }
            return "\(use.module) uses \(seen); only Scripting brings Lua and models together"
        }
    }

    private static func strangers(to use: Use) -> String? {
        let strangers = use.used.subtracting(lua).subtracting(system)
            .subtracting(neutral).sorted()
        guard !strangers.isEmpty else { return nil }
        return "\(use.module) uses \(strangers.joined(separator: ", ")); it knows Lua alone"
    }
}
