import LuaRuntime
import Training
import Transformers

/// `nj.lora`: adapters beside a frozen model.
enum LoRADeclarations {
    /// Words for how the base is held.
    static let bases = ["auto", "f32", "bf16", "int8"]

    /// The names that the ratio of rates goes by; recipes of other tools have the others.
    static let rates = ["plus_ratio", "lora_plus_lr_ratio", "loraplus_lr_ratio"]

    static let lora: Record = {
        let usual = AdapterConfiguration()
        return Record(
            noun: "lora",
            fields: [
                Field(
                    "rank", .integer(1...(1 << 16)), .value(.integer(Int64(usual.rank))),
                    "columns of B and rows of A: what an adapter can hold"),
                Field(
                    "alpha", .number(.positive), .value(.number(usual.alpha)),
                    "adapters count alpha / rank times"),
                Field(
                    "dropout", .number(.shareBelowOne), .value(.number(usual.dropout)),
                    "the share of an adapter's inputs that training drops"),
                Field(
                    "targets", .either([.text, .list(.text)]),
                    .value(.string(LuaString(AdapterTargets.allLinearWord))),
                    "the maps that get an adapter: \"all-linear\", a list of names such as "
                        + "\"q_proj\", or a pattern for whole names"),
                Field(
                    "rslora", .boolean, .value(false),
                    "adapters count alpha / sqrt(rank) times (rsLoRA)"),
                Field(
                    "dora", .boolean, .value(false),
                    "the lengths of a weight's rows are learned apart from their directions (DoRA)"),
                Field(
                    rates[0], .number(.positive), .none,
                    "the learning rate of B over that of A (LoRA+); 16 is usual"),
                Field(rates[1], .number(.positive), .none, "another name of plus_ratio"),
                Field(rates[2], .number(.positive), .none, "another name of plus_ratio"),
                Field(
                    "base", .choice(bases), .value("auto"),
                    "how the frozen maps are held; \"auto\" is the run's precision"),
            ],
            groups: [Group(names: rates, fallback: (rates[0], .number(1)))])
    }()
}
