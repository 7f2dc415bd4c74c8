import Corpora
import LuaRuntime
import Preparation

/// `nj.data.prepare`: what `nightjar data prepare` does.
enum PreparationDeclarations {
    static let all: [Binding] = [
        .constructor(
            "data.prepare", .record(prepare), stage: .given, phases: [.recipe, .test],
            doc: "Takes text through steps and writes what is left as a catalog, with a report and a "
                + "data card: a script returns it, and nightjar data prepare carries it out.")
    ]

    static let prepare = Record(
        noun: "prepare",
        fields: [
            Field(
                "out", .text, .required,
                "give the folder to write, relative to the working folder"),
            Field(
                "from", .oneOrNamed(DataDeclarations.single), .required,
                "give a source such as nj.data.jsonl { ... }, or a table of them by name"),
            Field(
                "steps", .array(.either([.function(FilterDeclarations.judge), .kinds(FilterDeclarations.kinds)])),
                .value(.table(LuaTable(array: []))),
                "what is done to each document, in order: nj.filter.*, or functions"),
            Field("description", .text, .none, "what the result is, in a sentence"),
            Field(
                "keep_dropped", .boolean, .value(.boolean(false)),
                "whether dropped.jsonl has the texts of dropped documents too"),
            Field(
                "shard_mb", .integer(1...(1 << 20)), .value(.integer(256)),
                "MiB after which another file begins"),
            Field(
                "save_every_s", .number(.positive), .value(.number(30)),
                "seconds between two savings of the state"),
            Field(
                "limits", .record(RecipeDeclarations.limits), .empty,
                "what a call of the script's functions may spend"),
        ], tag: "prepare")
}
