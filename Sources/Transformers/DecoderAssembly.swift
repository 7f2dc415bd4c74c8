import Layers
import Tensors

/// Makes a decoder's parameters, under the names that published checkpoints of its type use.
struct DecoderAssembly {
    let embedding: Embedding
    let blocks: [DecoderBlock]
    let norm: RMSNorm
    let head: Parameter
    let parameters: [Parameter]

    init(
        _ sizes: ModelConfiguration, precision: ElementKind, frozen: FrozenForm?,
        on backend: any Backend
    ) {
        let maker = ParameterMaker(sizes, precision: precision, frozen: frozen, on: backend)
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
    private let frozen: FrozenForm?
    private let backend: any Backend

    /// - Parameter frozen: how maps are held where nothing is to be trained.
    init(
        _ sizes: ModelConfiguration, precision: ElementKind, frozen: FrozenForm? = nil,
        on backend: any Backend
    ) {
        self.sizes = sizes
        self.precision = precision
        self.frozen = frozen
        self.backend = backend
    }

    private var master: ElementKind { precision == .f64 ? .f64 : .f32 }

    /// The kind of a frozen parameter; nil for 8 bits.
    private func kind(of role: Parameter.Role, as form: FrozenForm) -> ElementKind? {
        if role.isVector { return master }
        guard role == .matrix else { return precision }
        return switch form {
        case .f32: master
        case .bf16: .bf16
        case .int8: nil
        }
    }

    private func parameter(
        _ name: String, _ role: Parameter.Role, parts: [Parameter.Part]? = nil, _ shape: Shape
    ) -> Parameter {
        if let frozen {
            return Parameter(
                name: name, role: role, parts: parts, shape: shape,
                frozen: kind(of: role, as: frozen), on: backend)
        }
        return Parameter(
            name: name, role: role, parts: parts, value: backend.empty(shape, master),
            precision: precision)
    }

    func matrix(
        _ name: String, _ rows: Int, _ columns: Int, role: Parameter.Role = .matrix,
        parts: [Parameter.Part]? = nil
    ) -> Parameter {
        parameter(name, role, parts: parts, [rows, columns])
    }

    func norm(_ name: String, _ width: Int, heads: RMSNormSettings.Heads? = nil) -> RMSNorm {
        RMSNorm(
            weight: parameter(name, .norm, [width]),
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
                ? parameter(prefix + name + ".bias", .bias, parts: named(".bias"), [rows]) : nil)
    }
}
