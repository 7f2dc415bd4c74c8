import Layers
import Tensors

/// Makes a decoder's parameters, under the names that published checkpoints of its type use.
struct DecoderAssembly {
    let embedding: Embedding
    let blocks: [DecoderBlock]
    let norm: RMSNorm
    let head: Parameter
    let parameters: [Parameter]

    init(_ sizes: ModelConfiguration, precision: ElementKind, on backend: any Backend) {
        let maker = ParameterMaker(sizes, precision: precision, on: backend)
        let width = sizes.hiddenSize
        let table = maker.matrix(
            "model.embed_tokens.weight", sizes.vocabularySize, width, role: .embedding)
        embedding = Embedding(table: table)
        blocks = (0..<sizes.layerCount).map { DecoderBlock(layer: $0, of: sizes, maker) }
        norm = maker.norm("model.norm.weight", width)
        head =
            sizes.tiesEmbeddings
            ? table : maker.matrix("lm_head.weight", sizes.vocabularySize, width, role: .embedding)
        var parameters = [table] + blocks.flatMap(\.parameters) + [norm.weight]
        if !sizes.tiesEmbeddings { parameters.append(head) }
        self.parameters = parameters
    }
}

/// Makes parameters of a model's kind.
struct ParameterMaker {
    private let sizes: ModelConfiguration
    private let precision: ElementKind
    private let backend: any Backend

    init(_ sizes: ModelConfiguration, precision: ElementKind, on backend: any Backend) {
        self.sizes = sizes
        self.precision = precision
        self.backend = backend
    }

    private var master: ElementKind { precision == .f64 ? .f64 : .f32 }

    func matrix(
        _ name: String, _ rows: Int, _ columns: Int, role: Parameter.Role = .matrix,
        parts: [Parameter.Part]? = nil
    ) -> Parameter {
        Parameter(
            name: name, role: role, parts: parts, value: backend.empty([rows, columns], master),
            precision: precision)
    }

    func norm(_ name: String, _ width: Int, heads: RMSNormSettings.Heads? = nil) -> RMSNorm {
        RMSNorm(
            weight: Parameter(
                name: name, role: .norm, value: backend.empty([width], master),
                precision: precision),
            RMSNormSettings(
                epsilon: Float(sizes.normEpsilon), weightOffset: Float(sizes.traits.normOffset),
                heads: heads))
    }

    /// A map whose weight `prefix + name + .weight` is made of parts, with a bias where wanted.
    func linear(
        _ prefix: String, _ name: String, _ rows: Int, _ columns: Int,
        parts: [(name: String, rows: Int)] = [], hasBias: Bool = false
    ) -> Linear {
        func named(_ suffix: String) -> [Parameter.Part]? {
            parts.isEmpty
                ? nil
                : parts.map { Parameter.Part(name: prefix + $0.name + suffix, rows: $0.rows) }
        }
        return Linear(
            weight: matrix(prefix + name + ".weight", rows, columns, parts: named(".weight")),
            bias: hasBias
                ? Parameter(
                    name: prefix + name + ".bias", role: .bias, parts: named(".bias"),
                    value: backend.empty([rows], master), precision: precision)
                : nil)
    }
}
