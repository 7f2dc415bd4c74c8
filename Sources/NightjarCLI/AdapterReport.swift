import Layers
import Naming
import Telemetry
import Transformers

/// What `nightjar import` finds in an adapter's folder.
struct AdapterReport {
    private let folder: AdapterFolder
    private let adapter: Adapter
    private let base: String

    init(_ folder: AdapterFolder, _ adapter: Adapter, base: String) {
        self.folder = folder
        self.adapter = adapter
        self.base = base
    }

    private var kind: String {
        let settings = adapter.configuration
        return [
            settings.isRankStabilized ? "rsLoRA" : "LoRA", settings.hasMagnitudes ? "DoRA" : nil,
        ]
        .compactMap { $0 }.joined(separator: ", ")
    }

    private var ranks: [Int] { Set(adapter.modules.map(\.rank)).sorted() }

    /// For people.
    var rows: [ImportReport.Row] {
        [
            ("kind", kind),
            ("base", base),
            ("base's hash", folder.baseHash.map { "\($0), as the base has it" } ?? "not recorded"),
            ("rank", ranks.map(String.init).joined(separator: ", ")),
            ("alpha", "\(adapter.configuration.alpha)"),
            ("maps", "\(adapter.modules.count)"),
            ("parameters", HumanFormat.count(adapter.parameters.count)),
        ]
    }

    /// For programs.
    var object: [String: Any] {
        var object: [String: Any] = [
            "path": folder.path, "base": base, "rank": adapter.configuration.rank,
            "alpha": adapter.configuration.alpha, "modules": adapter.modules.map(\.name),
            "rslora": adapter.configuration.isRankStabilized,
            "dora": adapter.configuration.hasMagnitudes,
            "parameters": adapter.parameters.count,
        ]
        if let hash = folder.baseHash { object["base_xxh3_128"] = hash.hex }
        return object
    }
}
