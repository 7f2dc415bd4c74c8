/// A published kind of model: a checkpoint always is one, so that it opens elsewhere.
public struct ModelType: Sendable, Hashable {
    /// `model_type` in `config.json`.
    public let name: String
    /// The class that other tools load it with.
    public let architecture: String

    public static let llama = ModelType(name: "llama", architecture: "LlamaForCausalLM")

    /// Every type that is built here. A new type is a line here, its switches in
    /// `ModelConfiguration` and its layers in `DecoderBlock`.
    public static let all: [ModelType] = [.llama]

    /// - Throws: `ModelError` that lists the types known.
    public init(named name: String) throws {
        guard let known = ModelType.all.first(where: { $0.name == name }) else {
            let names = ModelType.all.map(\.name).joined(separator: ", ")
            throw ModelError(
                .unsupported, "model_type \"\(name)\" is not known here; known: \(names).")
        }
        self = known
    }

    private init(name: String, architecture: String) {
        self.name = name
        self.architecture = architecture
    }
}
