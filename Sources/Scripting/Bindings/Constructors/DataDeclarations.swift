import Conversations
import Corpora
import LuaRuntime

/// `nj.data`: where text comes from.
enum DataDeclarations {
    static let kinds = Kinds(noun: "source", records: [text, jsonLines, folder, chat])

    /// One source, or a mix of them.
    static let all: [Binding] = [
        .constructor(
            "data.text", .record(text),
            doc: "Plain text files: each one document, or split into several."),
        .constructor(
            "data.jsonl", .record(jsonLines),
            doc: "Files with one JSON object a line, whose text is in one field."),
        .constructor(
            "data.folder", .record(folder),
            doc: "Every file below a folder whose name fits a pattern, sorted by path."),
        .constructor(
            "data.chat", .record(chat),
            doc: "Files with one conversation, or one prompt with its completion, a line, for "
                + "method = \"sft\" and \"distill\"."),
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

    /// Keys that every source of text has.
    private static let shared: [Field] = [
        invalidUTF8,
        Field(
            "max_document_bytes", .integer(64...(1 << 40)), .none,
            "longer texts are cut into parts; by default 32 KiB for whole files, 1 MiB for others"),
        validation,
    ]

    private static let badRow = Field(
        "bad_row", .choice(Source.BadRow.allCases.map(\.rawValue)), .none,
        "what to do with a row that has no text; by default what the recipe's `on` says")

    private static let text = Record(
        noun: "text", fields: [paths] + splits + shared, groups: [splitGroup], tag: "text")

    private static let jsonLines = Record(
        noun: "jsonl",
        fields: [
            paths,
            Field("field", .text, .value("text"), "the key that holds the text"),
            badRow,
        ] + shared, tag: "jsonl")

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
            badRow, invalidUTF8, validation,
        ], tag: "chat")

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
                "reads every file as JSON rows; without it the endings .jsonl and .ndjson say so"),
        ] + splits + [badRow] + shared,
        groups: [Group(names: ["field"] + splits.map(\.name), fallback: ("field", .nil))],
        tag: "folder")
}
