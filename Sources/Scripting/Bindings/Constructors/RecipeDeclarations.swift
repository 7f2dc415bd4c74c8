import Corpora
import LuaRuntime
import Tensors
import Training

/// `nj.recipe`: the whole run.
enum RecipeDeclarations {
    static let all: [Binding] = [
        .constructor(
            "recipe", .record(recipe), stage: .given, phases: [.recipe, .program, .test],
            doc: "Everything that decides what a run computes and where it writes.")
    ]

    static let notYet = "this key is not supported in this version; remove it"

    /// Keys of a recipe that other versions know.
    private static let unsupported = [
        "environment", "policies", "losses",
    ]

    private static let adapterPlace =
        "adapters stand with the model that they are for: "
        + "model = { from = \"runs/base\", lora = nj.lora { rank = 16 } }"

    /// Objectives that other versions know.
    private static let otherMethods = ["reward"]

    private static let mostSteps = 1_000_000_000

    static let recipe = Record(
        noun: "recipe", fields: keys + [PhaseDeclarations.field(over: keys, groups: budgets)],
        groups: budgets,
        unsupported: Dictionary(uniqueKeysWithValues: unsupported.map { ($0, notYet) })
            .merging(["lora": adapterPlace]) { $1 },
        tag: "recipe")

    private static let keys = identity + material + course + care + scripts

    private static let budgets = [Group(names: ["steps", "tokens", "epochs"], fallback: nil)]

    private static let identity: [Field] = [
        Field("name", .text, .none, "identifies the run; by default the recipe file's name"),
        Field("seed", .integer(0 ... .max), .value(0), "where every random stream begins"),
        Field(
            "out", .text, .none,
            "the run folder, relative to the working folder; by default runs/<name>"),
        Field(
            "stage", .choice(Stage.allCases.map(\.rawValue)), .none,
            "where in a model's life the run stands; by default post where answers are learned, else "
                + "pre, and mid in a later phase"),
        Field(
            "method", .choice(Method.allCases.map(\.rawValue), unsupported: otherMethods),
            .value("lm"), "by which objective the model learns"),
    ]

    private static let material: [Field] = [
        Field(
            "model", .record(ModelDeclarations.model), .required,
            "give { from = \"folder\" } or { init = { hidden_size = 256, ... } }"),
        Field(
            "teacher", .record(teacher), .none,
            "with method = \"distill\", the model to learn from: a folder or a run's checkpoint"),
        Field(
            "preference", .record(preference), .none,
            "with method = \"dpo\", how pairs of answers are learned from"),
        Field(
            "rollouts", .record(RolloutDeclarations.settings), .none,
            "with method = \"grpo\", how the model answers prompts and learns from that"),
        Field(
            "tokenizer", .text, .value("model"),
            "\"byte\", \"model\" for the model's own, or a path relative to the recipe"),
        Field(
            "data", .sources(DataDeclarations.kinds), .required,
            "give a source such as nj.data.text { path = \"book.txt\" }, or nj.data.mix { ... }"),
        Field(
            "chat_template", .text, .value("model"),
            "how conversations become text, with method = \"sft\", \"distill\", \"dpo\" or "
                + "\"grpo\": "
                + "\"model\" for the model's own, a plugin in use that has one (\"house-style\", "
                + "\"house-style/NAME\"), a file relative to the recipe, the template itself, or "
                + "\"chatml\""),
        Field("sequence_length", .integer(1...(1 << 24)), .value(512), "tokens a row"),
        Field(
            "packing", .choice(Packing.Policy.allCases.map(\.rawValue)), .none,
            "fill rows and cut where they end (chunk), one document a row (pad), or as many as fit "
                + "whole (whole); by default chunk, whole where answers are learned, and pad with method = "
                + "\"grpo\""),
    ]

    private static let course: [Field] = [
        Field("batch", .record(batch), .empty, "rows a step"),
        Field("steps", .integer(1...mostSteps), .none, "the run's length in optimizer steps"),
        Field("tokens", .integer(1...(1 << 53)), .none, "the run's length in input tokens"),
        Field(
            "epochs", .number(.positive), .none, "the run's length in passes over the training data"
        ),
        Field(
            "precision", .choice(Precision.allCases.map(\.rawValue)), .value("auto"),
            "the kind of products and activations: bf16 where the processor has it, else f32"),
        Field(
            "recompute", .boolean, .value(false),
            "keeps less for the way back and computes it again: less memory, more time"),
        Field(
            "neftune_alpha", .number(.positive), .none,
            "noise on the embeddings while training with method = \"sft\" or \"distill\" (NEFTune): "
                + "uniform, up to alpha / sqrt(tokens of the row x hidden_size); 5 is usual"),
        Field("optimizer", .kinds(OptimDeclarations.kinds), .empty, "what moves the weights"),
        Field(
            "schedule",
            .either([.kinds(ScheduleDeclarations.kinds), .function(ScheduleDeclarations.signature)]
            ), .empty,
            "what the learning rate is multiplied with: nj.schedule.*, a function of progress (0 "
                + "to 1) that gives the factor, or the name of a plugin in use that has one: "
                + "\"my-plugin\", \"my-plugin/warm-restarts\""),
        Field(
            "gradient_clip", .either([.number(.positive), .off]), .value(1.0),
            "the largest gradient norm let through; false for none"),
    ]

    private static let care: [Field] = [
        Field("evaluate", .record(evaluate), .empty, "when held-out loss is measured"),
        Field(
            "probes", .collection(ProbeDeclarations.settings, ProbeDeclarations.kinds), .empty,
            "what the model is asked while it learns: nj.probe.*, and every_steps"),
        Field("checkpoint", .record(checkpoint), .empty, "when the run is saved, and what is kept"),
        Field("on", .record(on), .empty, "what to do when something goes wrong"),
        Field(
            "prefetch", .integer(0...1024), .value(2), "batches prepared ahead; 0 for none"),
        Field(
            "limits", .record(limits), .empty, "what a call of the recipe's functions may spend"),
    ]

    private static let scripts: [Field] = [
        Field(
            "use", .array(.either([.text, .any])), .none,
            "plugins, in the order in which they are called: a name, or { \"name\", key = value } "
                + "with settings"),
        Field(
            "grant", .map(.array(.text)), .none,
            "by plugin, what it may do beyond computing: \"clock\", \"files:read:PATH\", "
                + "\"env:NAME\", \"network:HOST\""),
        Field("hooks", .record(HookCatalogue.record), .none, "handlers on the run's timeline"),
        Field(
            "rewards", .map(RolloutDeclarations.reward), .none,
            "with method = \"grpo\", what an answer is worth, by name: a function of the answer, a "
                + "plugin in use that has one (\"brevity\", \"my-plugin/NAME\"), or { score = "
                + "either of them, weight = 0.5 }; their sum counts"),
        Field(
            "curriculum", .function(Curriculum.signature), .none,
            "a function asked between steps which dials to turn"),
        Field("reload", .record(reload), .empty, "what becomes of scripts that are edited"),
    ]

    private static let teacher: Record = {
        let usual = Distillation(teacher: "")
        return Record(
            noun: "teacher",
            fields: [
                Field(
                    "from", .text, .required,
                    "give a model folder relative to the recipe, or a run's checkpoint"),
                Field(
                    "top_k", .integer(1...DistillationSettings.mostChosen),
                    .value(.integer(Int64(usual.topK))),
                    "the teacher's likeliest tokens, told one by one; all others count as one"),
                Field(
                    "temperature", .number(.positive), .value(.number(usual.temperature)),
                    "divides the logits of both"),
                Field(
                    "alpha", .number(.share), .value(.number(usual.alpha)),
                    "the share of the labels' cross-entropy in the loss; the rest is the "
                        + "divergence from the teacher"),
                Field(
                    "on_policy", .number(.share), .value(.number(usual.onPolicy)),
                    "the share of the rows that the student writes itself, from the beginnings of "
                        + "the data's; they have no labels"),
            ], shorthand: "from")
    }()

    private static let preference: Record = {
        let usual = Preference()
        return Record(
            noun: "preferring",
            fields: [
                Field(
                    "beta", .number(.positive), .value(.number(usual.beta)),
                    "what a change of a likelihood against the reference is worth; less lets the "
                        + "model go further from it"),
                Field(
                    "label_smoothing", .number(.share), .value(.number(usual.labelSmoothing)),
                    "the share of pairs that are taken to be the wrong way round, below 0.5"),
                Field(
                    "text_weight", .number(.nonNegative), .value(.number(usual.textWeight)),
                    "what the mean cross-entropy of everything else in the mix counts beside the "
                        + "mean loss of the pairs"),
                Field(
                    "reference", .text, .none,
                    "the model that changes are counted from: a folder relative to the recipe, or a "
                        + "run's checkpoint; by default the one that the run begins from"),
            ])
    }()

    private static let reload = Record(
        noun: "reload",
        fields: [
            Field(
                "max_shift", .number(.nonNegative), .none,
                "a version whose answers to the last calls, or along the run for a schedule, lie "
                    + "further from the old ones' is refused: in standard deviations for numbers, "
                    + "else the share that differs"),
            Field(
                "unmeasured", .choice(ReloadSettings.Unmeasured.allCases.map(\.rawValue)),
                .value("swap"), "what becomes of a version when too few calls were made to tell"),
        ])

    private static let batch = Record(
        noun: "batch",
        fields: [
            Field("size", .integer(1...(1 << 20)), .value(8), "rows an optimizer step"),
            Field(
                "micro", .either([.integer(1...(1 << 20)), .choice(["auto"])]), .value("auto"),
                "rows a forward pass, a divisor of size; \"auto\" chooses by memory"),
        ])

    private static let evaluate: Record = {
        let usual = EvaluationSettings()
        return Record(
            noun: "evaluate",
            fields: [
                Field(
                    "every_steps", .integer(1...mostSteps), .none,
                    "steps between measurements; by default only at the beginning and the end"),
                Field(
                    "batches", .integer(1...(1 << 20)), .value(.integer(Int64(usual.batches))),
                    "validation batches in all, at most, which sources and sets share"),
                Field(
                    "sets", .map(.kinds(DataDeclarations.kinds)), .none,
                    "validation sets by name, each a source that is held out whole"),
            ])
    }()

    private static let checkpoint: Record = {
        let usual = CheckpointSettings()
        return Record(
            noun: "checkpoint",
            fields: [
                Field(
                    "every_steps", .integer(1...mostSteps), .none,
                    "steps between checkpoints; by default only at the end"),
                Field(
                    "keep_last", .integer(1...(1 << 20)), .value(.integer(Int64(usual.keepLast))),
                    "how many of the newest are kept"),
                Field(
                    "keep_best", .integer(0...(1 << 20)), .value(.integer(Int64(usual.keepBest))),
                    "how many of the best by held-out loss are kept besides"),
            ])
    }()

    private static let on: Record = {
        let usual = FailureResponses()
        return Record(
            noun: "on",
            fields: [
                Field(
                    "nan", .choice(FailureResponses.NonFinite.allCases.map(\.rawValue)),
                    .value(.string(LuaString(usual.nonFinite.rawValue))),
                    "a loss or gradient that is not finite"),
                Field(
                    "disk_full", .choice(FailureResponses.DiskFull.allCases.map(\.rawValue)),
                    .value(.string(LuaString(usual.diskFull.rawValue))),
                    "a checkpoint that cannot be written"),
                Field(
                    "script", .choice(FailureResponses.Script.allCases.map(\.rawValue)),
                    .value(.string(LuaString(usual.script.rawValue))),
                    "a hook or curriculum that fails where its answer is needed"),
                Field(
                    "max_rollbacks", .integer(0...1000),
                    .value(.integer(Int64(RecoverySettings().maximumRollbacks))),
                    "how often a run may go back to a checkpoint before it ends"),
                Field(
                    "bad_row", .choice(["skip", "stop"]), .value("skip"),
                    "a row without text, in sources that do not say themselves"),
                Field(
                    "invalid_utf8", .choice(["replace", "drop", "stop"]), .value("replace"),
                    "bytes that are not UTF-8, in sources that do not say themselves"),
            ])
    }()

    static let limits = Record(
        noun: "limits",
        fields: [
            Field(
                "budget", .choice(RecipeLimits.Budget.allCases.map(\.rawValue)), .value("time"),
                "what ends a call: \"time\", which costs nothing; or \"exact\", which counts "
                    + "instructions, so that a call ends at the same place on every machine"),
            Field(
                "time_s", .number(.positive), .none,
                "seconds a call may take; by default 1, and 60 where instructions are counted"),
            Field(
                "instructions", .integer(1...(1 << 53)), .none,
                "instructions and charged work that a call may take, with budget = \"exact\"; by "
                    + "default 100 million"),
            Field(
                "memory_mb", .integer(1...(1 << 20)), .value(256),
                "MiB that the scripts may hold together"),
        ])
}
