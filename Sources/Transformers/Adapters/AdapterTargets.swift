import Naming
import Texts

/// Which maps get an adapter, as PEFT's `target_modules` says it.
public enum AdapterTargets: Sendable, Hashable {
    /// Every linear map of the layers.
    case allLinear
    /// Modules of these names, or whose names end with a dot and one of them.
    case names([String])
    /// Modules whose whole name the expression fits.
    case pattern(String)

    /// The word for every map.
    public static let allLinearWord = "all-linear"

    /// What a text stands for: the word, or an expression.
    public init(_ text: String) {
        self = text == AdapterTargets.allLinearWord ? .allLinear : .pattern(text)
    }

    func choose(among modules: [AdaptableModule]) throws -> [AdaptableModule] {
        switch self {
        case .allLinear: return modules
        case .names(let names):
            let chosen = modules.filter { module in
                names.contains { Self.fits($0, module.name) }
            }
            guard !chosen.isEmpty else {
                throw Self.nothing(
                    "The target \(Self.list(names))", names.count == 1 ? names[0] : "", modules)
            }
            return chosen
        case .pattern(let text):
            let pattern = try Self.compile(text, key: "target_modules", given: text)
            let chosen = try modules.filter { try Self.fits(pattern, $0.name, text) }
            guard !chosen.isEmpty else {
                throw Self.nothing("The pattern \"\(text)\"", text, modules)
            }
            return chosen
        }
    }

    /// Throws where one of several names fits no map of the model, which PEFT passes over.
    public func check(against model: ModelConfiguration) throws {
        let modules = model.adaptableModules
        guard case .names(let names) = self else {
            _ = try choose(among: modules)
            return
        }
        for name in names where !modules.contains(where: { Self.fits(name, $0.name) }) {
            throw Self.nothing("The target \"\(name)\"", name, modules)
        }
    }

    private static func fits(_ name: String, _ module: String) -> Bool {
        module == name || module.hasSuffix("." + name)
    }

    /// An expression that must fit a whole name.
    static func compile(_ text: String, key: String, given: String) throws -> PatternSearch {
        do {
            return PatternSearch(try Pattern("\\A(?:\(text))\\z"))
        } catch let error as TextsError {
            throw ModelError(
                .badConfiguration, "\(key): \"\(given)\" is no pattern: \(error.message)")
        }
    }

    /// Whether an expression fits a name; one that explodes is given up with an error.
    static func fits(_ pattern: PatternSearch, _ name: String, _ given: String) throws -> Bool {
        do {
            return try pattern.matches(Array(name.utf8))
        } catch let error as TextsError {
            throw ModelError(
                .badConfiguration, "The pattern \"\(given)\" is given up: \(error.message)")
        }
    }

    private static func nothing(
        _ what: String, _ name: String, _ modules: [AdaptableModule]
    ) -> ModelError {
        if ["lm_head", "embed_tokens"].contains(where: { name.hasSuffix($0) }) {
            return ModelError(
                .unsupported,
                "\(what) is the head or the embedding, which are not adapted here; the "
                    + "linear maps of the layers are: \(list(suffixes(of: modules))).")
        }
        let names = suffixes(of: modules)
        let near = nearestName(to: name, among: names).map { " Did you mean \"\($0)\"?" } ?? ""
        return ModelError(
            .badConfiguration,
            "\(what) fits no map of this model.\(near) There are \(list(names)), such "
                + "as \"\(modules.first?.name ?? "")\".")
    }

    /// The last parts of names, each once, in order.
    static func suffixes(of modules: [AdaptableModule]) -> [String] {
        var seen: Set<String> = []
        return modules.compactMap { $0.name.split(separator: ".").last.map(String.init) }
            .filter { seen.insert($0).inserted }
    }

    private static func list(_ names: [String]) -> String {
        names.map { "\"\($0)\"" }.joined(separator: ", ")
    }
}
