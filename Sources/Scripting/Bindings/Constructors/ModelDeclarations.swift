import LuaRuntime
import Transformers

/// `nj.model`: what a run starts from.
enum ModelDeclarations {
    static let all: [Binding] = [
        .constructor(
            "model.init", .record(initial), wrapper: "init",
            doc: "New weights for a model with these sizes, under the keys of Hugging Face's "
                + "config.json."),
        .constructor(
            "lora", .record(LoRADeclarations.lora),
            doc: "Low-rank adapters that are trained beside a frozen model, in place of its "
                + "weights; the model's lora."),
    ]

    /// The recipe's `model`.
    static let model = Record(
        noun: "model",
        fields: [
            Field(
                "from", .text, .none,
                "a model folder relative to the recipe, or a run's checkpoint such as "
                    + "\"runs/base@step-500\""),
            Field("init", .record(initial), .none, "the sizes of a new model"),
            Field(
                "lora", .record(LoRADeclarations.lora), .none,
                "adapters that are trained in place of the model's weights; see nj.lora"),
            Field(
                "continue", .boolean, .value(false),
                "whether optimizer, step count and place in schedule and data are taken over too from "
                    + "a run's checkpoint; else its weights alone"),
        ],
        groups: [Group(names: ["from", "init"], fallback: nil)], shorthand: "from")

    private static let size = Shape.integer(1...(1 << 31 - 1))

    private static let initial: Record = {
        let types = ModelType.all.map(\.name)
        let token = Shape.integer(0...(1 << 31 - 1))
        return Record(
            noun: "init",
            fields: [
                Field("model_type", .choice(types), .value("llama"), "the published model type"),
                Field(
                    "vocab_size", size, .none, "rows of the embedding; by default the tokenizer's"),
                Field("hidden_size", size, .required, "give the width of the model, such as 256"),
                Field(
                    "intermediate_size", size, .required,
                    "give the width of the feed-forward part, such as 8/3 of hidden_size"),
                Field("num_hidden_layers", size, .required, "give the number of layers"),
                Field("num_attention_heads", size, .required, "give the number of heads"),
                Field(
                    "num_key_value_heads", size, .none,
                    "heads of keys and values, a divisor of num_attention_heads; by default as many"
                ),
                Field(
                    "head_dim", size, .none,
                    "size of a head, even; by default hidden_size / num_attention_heads"),
                Field(
                    "max_position_embeddings", size, .value(2048),
                    "the longest sequence that the model is made for"),
                Field(
                    "rms_norm_eps", .number(.positive), .value(1e-6),
                    "keeps the norm from dividing by 0"),
                Field(
                    "rope_theta", .number(.positive), .value(10_000.0), "base of rotary frequencies"
                ),
                Field(
                    "tie_word_embeddings", .boolean, .value(false),
                    "whether the output layer is the embedding table"),
                Field(
                    "initializer_range", .number(.nonNegative), .value(0.02),
                    "standard deviation of new weights"),
                Field("bos_token_id", token, .none, "the token before a document"),
                Field(
                    "eos_token_id", .either([token, .list(token)]), .none,
                    "the token after a document"),
                Field("pad_token_id", token, .none, "the token that fills rows"),
            ], isOpen: true)
    }()
}
