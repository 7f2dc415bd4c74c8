import Conversations
import Corpora
import LuaRuntime

/// `nj.data`: where text comes from.
enum DataDeclarations {
    static let kinds = Kinds(
        noun: "source", records: [text, jsonLines, csv, folder, chat, preference, prompts])

    /// Those whose rows are one text or one conversation each.
    static let single = Kinds(noun: "source", records: [text, jsonLines, csv, folder, chat])

    /// One source, or a mix of them.
    static let all: [Binding] = [
        .constructor(
            "data.text", .record(text),
            doc: "Plain text files: each one document, or split into several."),
        .constructor(
            "data.jsonl", .record(jsonLines),
            doc: "Files with one JSON object a line, of whose fields one or several are the text."),
        .constructor(
            "data.csv", .record(csv),
            doc: "Files of fields with a delimiter between them (CSV, TSV), of which some are the "
                + "text."),
        .constructor(
            "data.folder", .record(folder),
            doc: "Every file below a folder whose name fits a pattern, sorted by path."),
        .constructor(
            "data.chat", .record(chat),
            doc: "Files with one conversation, or one prompt with its completion, a line, for "
                + "method = \"sft\" and \"distill\"."),
        .constructor(
            "data.preference", .record(preference),
            doc: "Files with one question and two answers, of which one is preferred, a line, for "
                + "method = \"dpo\"."),
        .constructor(
            "data.prompts", .record(prompts),
            doc: "Files with one prompt a line, for the model to answer itself, for method = "
                + "\"grpo\"; whatever else a row holds is for the rewards."),
        .constructor(
            "data.mix", .mix(kinds),
            doc: "Several named sources, each with its share: by weights, or in percent, where "
                + "`replay` shares what the others leave over."),
    ]

    private static let paths = Field(
        "path", .either([.text, .list(.text)]), .required,
        "give a file, or a list of files, relative to the recipe")

    private static let splits: [Field] = [
        Field(
            "split", .choice(["file", "line", "blank_line"]), .none,
            "what a document is: a whole file, a line, or what stands between blank lines"),
        Field(
            "separator", .text, .none, "the characters between two documents, such as \"\\n%\\n\""),
    ]
    private static let splitGroup = Group(
        names: splits.map(\.name), fallback: ("split", "file"))

    /// What to do with bad bytes falls back to the recipe's `on`.
    private static let invalidUTF8 = Field(
        "invalid_utf8", .choice(Source.InvalidUTF8.allCases.map(\.rawValue)), .none,
        "what to do with bytes that are not UTF-8; by default what the recipe's `on` says")

    private static let validation = Field(
        "validation", .number(.shareBelowOne), .value(.number(ValidationSplit().share)),
        "the share of documents held out, chosen by content")

    /// What a reader of the data's card wants to know.
    private static let card: [Field] = [
        Field("licence", .text, .none, "under which the text may be used, for the data card"),
        Field("description", .text, .none, "what the text is, in a sentence, for the data card"),
    ]

    /// Keys that every source of text has.
    private static let shared: [Field] = [
        invalidUTF8,
        Field(
            "max_document_bytes", .integer(64...(1 << 40)), .none,
            "longer texts are cut into parts; by default 16 KiB for whole files, 1 MiB for others, "
                + "and 16 MiB where they are prepared"),
        validation,
    ] + card

    private static let badRow = Field(
        "bad_row", .choice(Source.BadRow.allCases.map(\.rawValue)), .none,
        "what to do with a row that has no text; by default what the recipe's `on` says")

    private static let badRows = [
        Field(
            "difficulty", .text, .none,
            "the field in which rows say how difficult they are, a number of 0 or more, for "
                + "data.min_difficulty and data.max_difficulty"),
        badRow,
        Field(
            "max_bad_rows", .number(.nonNegative), .none,
            "how many rows may be bad where they are skipped: a number of rows, or below 1 a share "
                + "of them; more stop the reading, and every cause is shown"),
    ]

    private static let textField = Field(
        "field", .text, .value("text"),
        "which of a row's fields are the text: a name, a path such as \"answer.text\", or a "
            + "template such as \"{title}\\n\\n{text}\"")

    private static let text = Record(
        noun: "text", fields: [paths] + splits + shared, groups: [splitGroup], tag: "text")

    private static let jsonLines = Record(
        noun: "jsonl",
        fields: [
            paths, textField,
        ] + badRows + shared, tag: "jsonl")

    private static let csv = Record(
        noun: "csv",
        fields: [
            paths, textField,
            Field(
                "delimiter", .text, .none,
                "the character between two fields; by default a comma, and a tab for .tsv files"),
            Field(
                "columns", .list(.text), .none,
                "the names of the columns, where the files have no row of names"),
        ] + badRows + shared, tag: "csv")

    private static let chat = Record(
        noun: "chat",
        fields: [
            paths,
            Field(
                "format", .choice(RowFormat.allCases.map(\.rawValue)),
                .value(.string(LuaString(RowFormat.automatic.rawValue))),
                "what the rows are; \"auto\" tells by the keys of each"),
            Field(
                "too_long", .choice(Source.TooLong.allCases.map(\.rawValue)),
                .value(.string(LuaString(Source.TooLong.cut.rawValue))),
                "what to do with a row of more tokens than sequence_length: end it after the last "
                    + "answer that fits whole, drop it, or stop"),
            Field(
                "fields", .map(.text), .none,
                "where the rows keep what the format calls by its names, as in { prompt = "
                    + "\"question\", completion = \"answer.text\" }; with it, only these, weight, "
                    + "tools and chat_template_kwargs are read"),
        ] + badRows + [invalidUTF8, validation] + card, tag: "chat")

    private static let preference = Record(
        noun: "preference",
        fields: [
            paths,
            Field(
                "too_long", .choice([Source.TooLong.drop, .stop].map(\.rawValue)),
                .value(.string(LuaString(Source.TooLong.drop.rawValue))),
                "what to do with a pair whose two sides together have more tokens than "
                    + "sequence_length: drop it, or stop"),
            Field(
                "fields", .map(.text), .none,
                "where the rows keep prompt, chosen and rejected, as in { chosen = "
                    + "\"answers.good\" }; the others keep their names"),
        ] + badRows + [invalidUTF8, validation] + card, tag: "preference")

    private static let prompts = Record(
        noun: "prompts",
        fields: [
            paths,
            Field(
                "too_long", .choice([Source.TooLong.drop, .stop].map(\.rawValue)),
                .value(.string(LuaString(Source.TooLong.drop.rawValue))),
                "what to do with a prompt that leaves an answer of rollouts.max_new_tokens no room in "
                    + "sequence_length: drop it, or stop"),
            Field(
                "fields", .map(.text), .none,
                "where the rows keep prompt or messages, as in { prompt = \"question\" }; the others "
                    + "keep their names"),
        ] + badRows + [invalidUTF8] + card, tag: "prompts")

    private static let folder = Record(
        noun: "folder",
        fields: [
            Field("path", .text, .required, "give a folder, relative to the recipe"),
            Field(
                "pattern", .either([.text, .list(.text)]),
                .value(
                    .table(
                        LuaTable(
                            array: Source.defaultPatterns.map { .string(LuaString($0)) }))),
                "which files: `*` and `?` stop at a slash, `**` does not"),
            Field(
                "field", .text, .none,
                "reads every file as JSON rows with this field, as in nj.data.jsonl; without it the "
                    + "endings .jsonl and .ndjson say so"),
        ] + splits + badRows + shared,
        groups: [Group(names: ["field"] + splits.map(\.name), fallback: ("field", .nil))],
        tag: "folder")
}
