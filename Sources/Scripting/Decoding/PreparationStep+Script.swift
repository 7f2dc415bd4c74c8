import Corpora
import LuaRuntime
import Preparation

extension CompleteTable {
    /// A bound, which `false` takes away.
    fileprivate func wholeBound(_ key: String) -> Int? { optionalInteger(key) }
}

/// The house's own steps, as a script's tables describe them.
enum PreparationSteps {
    /// - Throws: `ShapeFault`.
    static func step(
        _ table: CompleteTable, _ places: RecipePlaces, at path: LuaPath
    ) throws -> any PreparationStep {
        switch table.kind {
        case "length":
            return FilterStep(
                LengthFilter(
                    leastWords: table.wholeBound("min_words"),
                    mostWords: table.wholeBound("max_words"),
                    leastCharacters: table.wholeBound("min_characters"),
                    mostCharacters: table.wholeBound("max_characters"),
                    leastMeanLine: table.optionalNumber("min_mean_line")))
        case "repetition": return FilterStep(repetition(table))
        case "symbols":
            return FilterStep(
                SymbolFilter(
                    urls: table.optionalNumber("max_urls"),
                    letters: table.optionalNumber("min_letters"),
                    symbols: table.optionalNumber("max_symbols"),
                    bulletLines: table.optionalNumber("max_bullet_lines"),
                    ellipsisLines: table.optionalNumber("max_ellipsis_lines"),
                    wordsWithLetters: table.optionalNumber("min_words_with_letters")))
        case "mojibake":
            return FilterStep(
                MojibakeFilter(
                    action: table.word("action"), mostBroken: table.number("max_broken")))
        case "language":
            return FilterStep(
                LanguageFilter(
                    kept: Set(table.texts("keep")), leastShare: table.number("min_share"),
                    leastWords: table.integer("min_words"),
                    keepsUndecided: table.text("undecided") == "keep"))
        case "exact_duplicates":
            return ExactDuplicates(normalization: table.word("normalize"))
        case "near_duplicates":
            return NearDuplicates(
                .init(
                    threshold: table.number("threshold"), runWords: table.integer("run_words"),
                    bands: table.integer("bands"), rows: table.integer("rows"),
                    mostBytes: table.integer("memory_mb") << 20))
        case "evaluation_overlap":
            return EvaluationOverlap(
                sets: try sources(
                    named: table.inner("sets"), places, at: path.appending("sets")),
                settings: .init(
                    runWords: table.integer("run_words"), leastWords: table.integer("min_words"),
                    leastRuns: table.integer("min_runs")))
        default:
            return FilterStep(
                PersonalDataFilter(
                    kinds: Set(table.texts("kinds").compactMap(PersonalDataFilter.Kind.init)),
                    action: table.word("action")))
        }
    }

    private static func repetition(_ table: CompleteTable) -> RepetitionFilter {
        var filter = RepetitionFilter()
        filter.lines = table.optionalNumber("lines")
        filter.lineBytes = table.optionalNumber("line_bytes")
        filter.paragraphs = table.optionalNumber("paragraphs")
        filter.paragraphBytes = table.optionalNumber("paragraph_bytes")
        for n in RepetitionFilter.topLengths {
            filter.topRuns[n] = table.optionalNumber("top_\(n)gram")
        }
        for n in RepetitionFilter.repeatedLengths {
            filter.repeatedRuns[n] = table.optionalNumber("repeated_\(n)gram")
        }
        return filter
    }

    /// Sources by name, sorted.
    static func sources(
        named table: CompleteTable, _ places: RecipePlaces, at path: LuaPath
    ) throws -> [Source] {
        try table.table.fields.compactMap { field in
            guard case .string(let key) = field.key, case .table(let entry) = field.value else {
                return nil
            }
            return try source(
                CompleteTable(entry), name: key.description, places, at: path.appending(field.key))
        }
    }

    static func source(
        _ table: CompleteTable, name: String, _ places: RecipePlaces, at path: LuaPath
    ) throws -> Source {
        var given = table.table
        // Nobody says otherwise here: a recipe's `on` is for training.
        for (key, value) in [("bad_row", "skip"), ("invalid_utf8", "replace")]
        where CompleteTable(given)[key] == nil {
            given.set(key, .string(LuaString(value)))
        }
        return try Source(recipe: CompleteTable(given), name: name, places, at: path)
    }
}
