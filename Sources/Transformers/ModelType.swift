/// A published kind of model: a checkpoint always is one, so that it opens elsewhere.
public struct ModelType: Sendable {
    /// `model_type` in `config.json`.
    public let name: String
    /// The class that other tools load it with.
    public let architecture: String
    /// What its `config.json` says when it does not say it.
    let defaults: Defaults
    /// Sets the traits from the type's own keys; the sizes are read by then.
    let read: @Sendable (inout ConfigurationReader, inout ModelConfiguration) throws -> Void
    /// The type's own keys.
    let write: @Sendable (ModelConfiguration) -> [String: Any]

    /// Values of keys that are left out.
    struct Defaults: Sendable {
        var normEpsilon = 1e-6
        var ropeTheta = 10_000.0
        var tiesEmbeddings = false
        /// nil for width over heads.
        var headSize: Int?
        var maximumPositions = 2048
    }

    /// Every type that is built here. A new type is a file under `Families` and a name here.
    public static let all: [ModelType] = [
        .llama, .mistral, .qwen2, .qwen3, .smolLM3, .olmo2, .gemma2, .gemma3, .phi3,
    ]

    /// - Throws: `ModelError` that lists the types known.
    public init(named name: String) throws {
        guard let known = ModelType.all.first(where: { $0.name == name }) else {
            let names = ModelType.all.map(\.name).joined(separator: ", ")
            throw ModelError(
                .unsupported, "model_type \"\(name)\" is not known here; known: \(names).")
        }
        self = known
    }

    init(
        name: String, architecture: String, defaults: Defaults = Defaults(),
        read:
            @escaping @Sendable (inout ConfigurationReader, inout ModelConfiguration) throws ->
            Void,
        write: @escaping @Sendable (ModelConfiguration) -> [String: Any]
    ) {
        self.name = name
        self.architecture = architecture
        self.defaults = defaults
        self.read = read
        self.write = write
    }
}

extension ModelType: Hashable {
    public static func == (a: ModelType, b: ModelType) -> Bool { a.name == b.name }

    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
