import LuaRuntime
import Preparation

/// `nj.filter`: the steps of a preparation that the house has.
enum FilterDeclarations {
    static let kinds = Kinds(
        noun: "filter",
        records: [
            length, repetition, symbols, mojibake, language, exactDuplicates, nearDuplicates,
            evaluationOverlap, personalData, own,
        ])

    static let all: [Binding] = [
        step(length, "Drops documents that are too short or too long."),
        step(
            repetition, "Drops documents that repeat lines, paragraphs or runs of words (Gopher's "
                + "ratios: Rae and others, 2021)."),
        step(
            symbols, "Drops documents of addresses, signs, lists and lines that are cut off, rather "
                + "than sentences."),
        step(
            mojibake, "Drops, or puts right, text that was decoded wrongly, such as Ã© for "
                + "é."),
        step(
            language, "Keeps documents of some languages, told by their most frequent words or their "
                + "script; it is no classifier, and short texts are undecided."),
        step(exactDuplicates, "Drops documents whose text came before."),
        step(
            nearDuplicates, "Drops documents that are nearly one that came before: MinHash over runs "
                + "of words (Broder, 1997; Lee and others, 2022)."),
        step(
            evaluationOverlap, "Drops documents that share a run of words with a row of an evaluation "
                + "set, so that a model is not measured on what it learned."),
        step(
            personalData, "Replaces e-mail addresses, telephone numbers, IP addresses, card numbers "
                + "and IBANs by words such as <EMAIL>, or drops the documents."),
        step(
            own, "A function of the script as a step with a name of its own; a bare function among "
                + "the steps is called by its place."),
    ]

    private static func step(_ record: Record, _ doc: String) -> Binding {
        .constructor("filter.\(record.tag ?? "")", .record(record), doc: doc)
    }

    /// A bound that `false` takes away.
    private static func bound(
        _ name: String, _ shape: Shape, _ fallback: Double?, _ doc: String
    ) -> Field {
        let value: LuaValue =
            fallback.map { number in
                Int64(exactly: number).map { LuaValue.integer($0) } ?? .number(number)
            } ?? .boolean(false)
        return Field(name, .either([shape, .off]), .value(value), doc + "; false for none")
    }

    private static let counts = Shape.integer(0...(1 << 40))
    private static let share = Shape.number(.share)

    private static let length: Record = {
        let usual = LengthFilter()
        return Record(
            noun: "length filter",
            fields: [
                bound("min_words", counts, usual.leastWords.map(Double.init), "the fewest words"),
                bound("max_words", counts, usual.mostWords.map(Double.init), "the most words"),
                bound("min_characters", counts, nil, "the fewest characters"),
                bound("max_characters", counts, nil, "the most characters"),
                bound(
                    "min_mean_line", .number(.nonNegative), nil,
                    "the fewest characters that a line has on the average"),
            ], tag: "length")
    }()

    private static let repetition: Record = {
        let usual = RepetitionFilter()
        return Record(
            noun: "repetition filter",
            fields: [
                bound("lines", share, usual.lines, "the most of the lines that are repeated"),
                bound(
                    "line_bytes", share, usual.lineBytes, "the most of the text in repeated lines"),
                bound(
                    "paragraphs", share, usual.paragraphs,
                    "the most of the paragraphs that are repeated"),
                bound(
                    "paragraph_bytes", share, usual.paragraphBytes,
                    "the most of the text in repeated paragraphs"),
            ]
                + RepetitionFilter.topLengths.map { n in
                    bound(
                        "top_\(n)gram", share, usual.topRuns[n],
                        "the most of the words' bytes in the most frequent run of \(n) words")
                }
                + RepetitionFilter.repeatedLengths.map { n in
                    bound(
                        "repeated_\(n)gram", share, usual.repeatedRuns[n],
                        "the most of the words' bytes in repeated runs of \(n) words")
                }, tag: "repetition")
    }()

    private static let symbols: Record = {
        let usual = SymbolFilter()
        return Record(
            noun: "symbols filter",
            fields: [
                bound("max_urls", share, usual.urls, "the most of the text in web addresses"),
                bound(
                    "min_letters", share, usual.letters,
                    "the fewest of the characters that are letters and digits, spaces aside"),
                bound(
                    "max_symbols", .number(.nonNegative), usual.symbols,
                    "the most # and ... for each word"),
                bound(
                    "max_bullet_lines", share, usual.bulletLines,
                    "the most of the lines that begin with a bullet"),
                bound(
                    "max_ellipsis_lines", share, usual.ellipsisLines,
                    "the most of the lines that end in ..."),
                bound(
                    "min_words_with_letters", share, usual.wordsWithLetters,
                    "the fewest of the words that have a letter"),
            ], tag: "symbols")
    }()

    private static let mojibake = Record(
        noun: "mojibake filter",
        fields: [
            Field(
                "action", .choice(MojibakeFilter.Action.allCases.map(\.rawValue)), .value("drop"),
                "drop the document, or repair what can be and drop it where too much is left"),
            Field(
                "max_broken", share, .value(.number(MojibakeFilter().mostBroken)),
                "the most of the characters that are broken"),
        ], tag: "mojibake")

    private static let language = Record(
        noun: "language filter",
        fields: [
            Field(
                "keep", .list(.choice(LanguageFilter.known)), .required,
                "give the languages to keep by their codes, as in { \"en\", \"de\" }"),
            Field(
                "min_share", share, .value(.number(LanguageFilter(kept: []).leastShare)),
                "the fewest of the words that are frequent ones of the language"),
            Field(
                "min_words", counts,
                .value(.integer(Int64(LanguageFilter(kept: []).leastWords))),
                "words, or letters of another script, below which nothing is decided"),
            Field(
                "undecided", .choice(["keep", "drop"]), .value("keep"),
                "what becomes of documents whose language cannot be told"),
        ], tag: "language")

    private static let exactDuplicates = Record(
        noun: "exact duplicates",
        fields: [
            Field(
                "normalize", .choice(ExactDuplicates.Normalization.allCases.map(\.rawValue)),
                .value("spaces"),
                "what counts as the same: every byte (none), runs of spaces as one (spaces), or words "
                    + "without case and marks (words)")
        ], tag: "exact_duplicates")

    private static let nearDuplicates: Record = {
        let usual = NearDuplicates.Settings()
        return Record(
            noun: "near duplicates",
            fields: [
                Field(
                    "threshold", share, .value(.number(usual.threshold)),
                    "the similarity from which on the later document goes: the share of runs of words "
                        + "that both have"),
                Field(
                    "run_words", .integer(1...1000), .value(.integer(Int64(usual.runWords))),
                    "words of a run"),
                Field(
                    "bands", .integer(1...256), .value(.integer(Int64(usual.bands))),
                    "groups of permutations; documents that agree in one are compared"),
                Field(
                    "rows", .integer(1...64), .value(.integer(Int64(usual.rows))),
                    "permutations of a band"),
                Field(
                    "memory_mb", .integer(1...(1 << 20)),
                    .value(.integer(Int64(usual.mostBytes >> 20))),
                    "MiB that the tables may take, about 147 bytes a document; it decides nothing but "
                        + "where the work stops"),
            ], tag: "near_duplicates")
    }()

    private static let evaluationOverlap: Record = {
        let usual = EvaluationOverlap.Settings()
        return Record(
            noun: "evaluation overlap",
            fields: [
                Field(
                    "sets", .map(.kinds(DataDeclarations.single)), .required,
                    "give the evaluation sets by name, as in { quiz = nj.data.jsonl { path = "
                        + "\"quiz.jsonl\", field = \"{question} {answer}\" } }"),
                Field(
                    "run_words", .integer(2...1000), .value(.integer(Int64(usual.runWords))),
                    "words of a run"),
                Field(
                    "min_words", .integer(2...1000), .value(.integer(Int64(usual.leastWords))),
                    "rows of fewer words than a run has are looked for whole, down to so many"),
                Field(
                    "min_runs", .integer(1...1000), .value(.integer(Int64(usual.leastRuns))),
                    "different runs of one row that a document must have"),
            ], tag: "evaluation_overlap")
    }()

    private static let personalData = Record(
        noun: "personal data",
        fields: [
            Field(
                "kinds", .list(.choice(PersonalDataFilter.Kind.allCases.map(\.rawValue))),
                .value(
                    .table(
                        LuaTable(
                            array: PersonalDataFilter.Kind.allCases.map {
                                .string(LuaString($0.rawValue))
                            }))), "what is looked for"),
            Field(
                "action", .choice(PersonalDataFilter.Action.allCases.map(\.rawValue)),
                .value("replace"), "put a word in its place, or drop the document"),
        ], tag: "personal_data")

    private static let own = Record(
        noun: "own filter",
        fields: [
            Field("name", .text, .required, "give the step a name for the report"),
            Field("judge", .function(judge), .required, "give the function"),
        ], tag: "own")

    /// What a function is asked, and what it answers.
    static let judge = Signature(
        parameters: [Field("document", .record(document), .required, "the document")],
        results: [
            Field(
                "verdict", .either([.boolean, .text]), .none,
                "true or nothing keeps the document, false drops it, a text takes the place of its "
                    + "own"),
            Field("reason", .text, .none, "what dropped documents are counted by"),
        ])

    /// What a function is told of a document.
    static let document = Record(
        noun: "document",
        fields: [
            Field("text", .text, .required, "its text"),
            Field("source", .text, .required, "the source's name"),
            Field("file", .text, .required, "the file it stands in"),
            Field("line", .integer(1...(1 << 53)), .required, "its first line there"),
        ])
}
