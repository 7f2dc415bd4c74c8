import Layers
import Tensors

/// Makes a decoder's parameters, under the names that published Llama checkpoints use.
struct DecoderAssembly {
    let embedding: Embedding
    let blocks: [DecoderBlock]
    let norm: RMSNorm
    let head: Parameter
    let parameters: [Parameter]

    init(_ sizes: ModelConfiguration, precision: ElementKind, on backend: any Backend) {
        let master: ElementKind = precision == .f64 ? .f64 : .f32
        let width = sizes.hiddenSize
        func matrix(
            _ name: String, _ rows: Int, _ columns: Int, role: Parameter.Role = .matrix,
            parts: [Parameter.Part]? = nil
        ) -> Parameter {
            Parameter(
                name: name, role: role, parts: parts,
                value: backend.empty([rows, columns], master), precision: precision)
        }
        func norm(_ name: String) -> RMSNorm {
            let weight = Parameter(
                name: name, role: .norm, value: backend.empty([width], master),
                precision: precision)
            return RMSNorm(weight: weight, epsilon: Float(sizes.normEpsilon))
        }
        func block(_ layer: Int) -> DecoderBlock {
            let prefix = "model.layers.\(layer)."
            let queryRows = sizes.headCount * sizes.headSize
            let keyRows = sizes.keyValueHeadCount * sizes.headSize
            let qkv = matrix(
                prefix + "self_attn.qkv_proj.weight", queryRows + 2 * keyRows, width,
                parts: [
                    .init(name: prefix + "self_attn.q_proj.weight", rows: queryRows),
                    .init(name: prefix + "self_attn.k_proj.weight", rows: keyRows),
                    .init(name: prefix + "self_attn.v_proj.weight", rows: keyRows),
                ])
            let gateUp = matrix(
                prefix + "mlp.gate_up_proj.weight", 2 * sizes.intermediateSize, width,
                parts: [
                    .init(name: prefix + "mlp.gate_proj.weight", rows: sizes.intermediateSize),
                    .init(name: prefix + "mlp.up_proj.weight", rows: sizes.intermediateSize),
                ])
            return DecoderBlock(
                attentionNorm: norm(prefix + "input_layernorm.weight"),
                attention: Attention(
                    qkv: Linear(weight: qkv),
                    output: Linear(
                        weight: matrix(prefix + "self_attn.o_proj.weight", width, queryRows)),
                    heads: sizes.headCount, keyValueHeads: sizes.keyValueHeadCount,
                    headSize: sizes.headSize),
                feedForwardNorm: norm(prefix + "post_attention_layernorm.weight"),
                feedForward: FeedForward(
                    gateUp: Linear(weight: gateUp),
                    down: Linear(
                        weight: matrix(
                            prefix + "mlp.down_proj.weight", width, sizes.intermediateSize))))
        }

        let table = matrix(
            "model.embed_tokens.weight", sizes.vocabularySize, width, role: .embedding)
        embedding = Embedding(table: table)
        blocks = (0..<sizes.layerCount).map(block)
        self.norm = norm("model.norm.weight")
        head =
            sizes.tiesEmbeddings
            ? table : matrix("lm_head.weight", sizes.vocabularySize, width, role: .embedding)
        var parameters = [table] + blocks.flatMap(\.parameters) + [self.norm.weight]
        if !sizes.tiesEmbeddings { parameters.append(head) }
        self.parameters = parameters
    }
}
