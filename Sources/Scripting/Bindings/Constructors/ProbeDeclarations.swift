import Evaluation
import LuaRuntime
import Training

/// `nj.probe`: what a model is asked while it learns, and by `nightjar eval`.
enum ProbeDeclarations {
    static let kinds = Kinds(
        noun: "probe", records: [loss, choice, exactMatch, script, labels])

    /// Beside the probes themselves.
    static let settings = Record(
        noun: "probes",
        fields: [
            Field(
                "every_steps", .integer(1...1_000_000_000), .none,
                "steps between measurements; by default only at the beginning and the end")
        ])

    static let all: [Binding] = [
        .constructor(
            "probe.loss", .record(loss),
            doc: "Held-out loss and bits a byte, each category counting the same. A bare name is "
                + "that of the text: nj.probe.loss \"replay\"."),
        .constructor(
            "probe.choice", .record(choice),
            doc: "Multiple choice: the answer that the model finds likeliest after the question."),
        .constructor(
            "probe.exact_match", .record(exactMatch),
            doc: "Prompts that the model answers by its likeliest tokens, compared to the letter."),
        .constructor(
            "probe.script", .record(script),
            doc: "The same, judged by a function of yours."),
        .constructor(
            "probe.labels", .record(labels),
            doc: "Classification: the model writes one of the labels after a row's prompt; nothing "
                + "else is let through."),
    ]

    private static let name = Field(
        "name", .text, .required, "give the probe a name, such as name = \"general\"")
    private static let path = Field(
        "path", .text, .required, "give a file with one JSON object a line, relative to the recipe")
    private static let limit = Field(
        "limit", .integer(1...1_000_000), .none,
        "the most rows, spread over the file; by default all")
    private static let chat = Field(
        "chat", .boolean, .none,
        "whether prompts are what a user says; by default where the run's rows are conversations")

    private static let loss = Record(
        noun: "loss probe",
        fields: [
            name,
            Field(
                "sets", .either([.text, .list(.text)]), .none,
                "the text, by the names of sources with held-out parts and of evaluate.sets; "
                    + "\"replay\" is every category of the replay, \"all\" all of them; by default "
                    + "the probe's own name"),
            Field(
                "data", .kinds(DataDeclarations.single), .none,
                "a source of its own in place of sets"),
            Field(
                "tokens", .integer(1...(1 << 40)), .value(32768), "the most tokens of each category"
            ),
        ], groups: [Group(names: ["sets", "data"], fallback: ("sets", .nil))],
        tag: "loss", shorthand: "name")

    private static let choice = Record(
        noun: "choice probe",
        fields: [
            name, path,
            Field(
                "prompt", .text, .value("{question}\nAnswer:"),
                "what stands before an answer: a field, or a text around fields in braces"),
            Field("choices", .text, .value("choices"), "the field with the list of answers"),
            Field(
                "answer", .text, .value("answer"),
                "the field with the right one: its index from 0, its letter, or its text"),
            Field("separator", .bytes, .value(" "), "what stands between prompt and answer"),
            limit,
        ], tag: "choice")

    /// Keys of probes whose answers are written freely.
    private static let written: [Field] = [
        Field(
            "prompt", .text, .value("prompt"),
            "what the model continues: a field, or a text around fields in braces"),
        chat,
        Field(
            "max_new_tokens", .integer(1...(1 << 16)), .value(64), "the most tokens of an answer"),
        Field(
            "stop", .array(.text), .none,
            "an answer ends before the first of these; by default the end of the line, and none in "
                + "a chat"),
        limit,
    ]

    private static let exactMatch = Record(
        noun: "exact match probe",
        fields: [
            name, path,
            Field(
                "answer", .text, .value("answer"),
                "the right answer: a field, or a text around fields in braces"),
        ] + written, tag: "exact_match")

    /// What a function that judges an answer is called with.
    static let facts = Record(
        noun: "probe answer",
        fields: [
            Field("row", .integer(0 ... .max), .required, "the row's line in the file"),
            Field("prompt", .bytes, .required, "as the row has it"),
            Field("completion", .bytes, .required, "what the model wrote"),
            Field("answer", .bytes, .none, "what the row says is right"),
        ])

    /// What it answers.
    static let score = Shape.number(.finite)

    private static let script = Record(
        noun: "script probe",
        fields: [
            name, path,
            Field(
                "score",
                .function(
                    Signature(
                        parameters: [
                            Field(
                                "ctx", .record(facts.with(HookPoint.own)), .required,
                                "the model's answer")
                        ], results: [Field("score", score, .required, "what it is worth")])),
                .required, "give a function of an answer that tells what it is worth"),
            Field(
                "answer", .text, .none,
                "the right answer, where rows have one: a field, or a text around fields in braces"),
        ] + written, tag: "script")

    private static let labels = Record(
        noun: "labels probe",
        fields: [
            name, path,
            Field(
                "prompt", .text, .value("text"),
                "what the model continues: a field, or a text around fields in braces"),
            Field(
                "label", .text, .value("label"),
                "the right label as the model is to write it: a field, or a text around fields in "
                    + "braces"),
            Field(
                "levels", .text, .none,
                "the field with the labels from the root of their tree down, where they have one"),
            Field(
                "labels", .text, .none,
                "a file with every label, one JSON object a line; by default the rows' own"),
            chat, limit,
        ], tag: "labels")
}
