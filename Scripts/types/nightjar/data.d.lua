---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.Text
---@field kind? "text"
---@field path string|string[] give a file, or a list of files, relative to the recipe
---@field split? "file"|"line"|"blank_line" what a document is: a whole file, a line, or what stands between blank lines
---@field separator? string the characters between two documents, such as "\n%\n"
---@field invalid_utf8? "replace"|"drop"|"stop" what to do with bytes that are not UTF-8; by default what the recipe's `on` says
---@field max_document_bytes? integer longer texts are cut into parts; by default 16 KiB for whole files, 1 MiB for others, and 16 MiB where they are prepared
---@field validation? number the share of documents held out, chosen by content
---@field licence? string under which the text may be used, for the data card
---@field description? string what the text is, in a sentence, for the data card

---@class nightjar.Jsonl
---@field kind? "jsonl"
---@field path string|string[] give a file, or a list of files, relative to the recipe
---@field field? string which of a row's fields are the text: a name, a path such as "answer.text", or a template such as "{title}\n\n{text}"
---@field difficulty? string the field in which rows say how difficult they are, a number of 0 or more, for data.min_difficulty and data.max_difficulty
---@field bad_row? "skip"|"stop" what to do with a row that has no text; by default what the recipe's `on` says
---@field max_bad_rows? number how many rows may be bad where they are skipped: a number of rows, or below 1 a share of them; more stop the reading, and every cause is shown
---@field invalid_utf8? "replace"|"drop"|"stop" what to do with bytes that are not UTF-8; by default what the recipe's `on` says
---@field max_document_bytes? integer longer texts are cut into parts; by default 16 KiB for whole files, 1 MiB for others, and 16 MiB where they are prepared
---@field validation? number the share of documents held out, chosen by content
---@field licence? string under which the text may be used, for the data card
---@field description? string what the text is, in a sentence, for the data card

---@class nightjar.Csv
---@field kind? "csv"
---@field path string|string[] give a file, or a list of files, relative to the recipe
---@field field? string which of a row's fields are the text: a name, a path such as "answer.text", or a template such as "{title}\n\n{text}"
---@field delimiter? string the character between two fields; by default a comma, and a tab for .tsv files
---@field columns? string[] the names of the columns, where the files have no row of names
---@field difficulty? string the field in which rows say how difficult they are, a number of 0 or more, for data.min_difficulty and data.max_difficulty
---@field bad_row? "skip"|"stop" what to do with a row that has no text; by default what the recipe's `on` says
---@field max_bad_rows? number how many rows may be bad where they are skipped: a number of rows, or below 1 a share of them; more stop the reading, and every cause is shown
---@field invalid_utf8? "replace"|"drop"|"stop" what to do with bytes that are not UTF-8; by default what the recipe's `on` says
---@field max_document_bytes? integer longer texts are cut into parts; by default 16 KiB for whole files, 1 MiB for others, and 16 MiB where they are prepared
---@field validation? number the share of documents held out, chosen by content
---@field licence? string under which the text may be used, for the data card
---@field description? string what the text is, in a sentence, for the data card

---@class nightjar.Folder
---@field kind? "folder"
---@field path string give a folder, relative to the recipe
---@field pattern? string|string[] which files: `*` and `?` stop at a slash, `**` does not
---@field field? string reads every file as JSON rows with this field, as in nj.data.jsonl; without it the endings .jsonl and .ndjson say so
---@field split? "file"|"line"|"blank_line" what a document is: a whole file, a line, or what stands between blank lines
---@field separator? string the characters between two documents, such as "\n%\n"
---@field difficulty? string the field in which rows say how difficult they are, a number of 0 or more, for data.min_difficulty and data.max_difficulty
---@field bad_row? "skip"|"stop" what to do with a row that has no text; by default what the recipe's `on` says
---@field max_bad_rows? number how many rows may be bad where they are skipped: a number of rows, or below 1 a share of them; more stop the reading, and every cause is shown
---@field invalid_utf8? "replace"|"drop"|"stop" what to do with bytes that are not UTF-8; by default what the recipe's `on` says
---@field max_document_bytes? integer longer texts are cut into parts; by default 16 KiB for whole files, 1 MiB for others, and 16 MiB where they are prepared
---@field validation? number the share of documents held out, chosen by content
---@field licence? string under which the text may be used, for the data card
---@field description? string what the text is, in a sentence, for the data card

---@class nightjar.Chat
---@field kind? "chat"
---@field path string|string[] give a file, or a list of files, relative to the recipe
---@field format? "auto"|"messages"|"completion"|"text"|"alpaca"|"sharegpt"|"converse" what the rows are; "auto" tells by the keys of each
---@field too_long? "cut"|"drop"|"stop" what to do with a row of more tokens than sequence_length: end it after the last answer that fits whole, drop it, or stop
---@field fields? table<string, string> where the rows keep what the format calls by its names, as in { prompt = "question", completion = "answer.text" }; with it, only these, weight, tools and chat_template_kwargs are read
---@field difficulty? string the field in which rows say how difficult they are, a number of 0 or more, for data.min_difficulty and data.max_difficulty
---@field bad_row? "skip"|"stop" what to do with a row that has no text; by default what the recipe's `on` says
---@field max_bad_rows? number how many rows may be bad where they are skipped: a number of rows, or below 1 a share of them; more stop the reading, and every cause is shown
---@field invalid_utf8? "replace"|"drop"|"stop" what to do with bytes that are not UTF-8; by default what the recipe's `on` says
---@field validation? number the share of documents held out, chosen by content
---@field licence? string under which the text may be used, for the data card
---@field description? string what the text is, in a sentence, for the data card

---@class nightjar.Preference
---@field kind? "preference"
---@field path string|string[] give a file, or a list of files, relative to the recipe
---@field too_long? "drop"|"stop" what to do with a pair whose two sides together have more tokens than sequence_length: drop it, or stop
---@field fields? table<string, string> where the rows keep prompt, chosen and rejected, as in { chosen = "answers.good" }; the others keep their names
---@field difficulty? string the field in which rows say how difficult they are, a number of 0 or more, for data.min_difficulty and data.max_difficulty
---@field bad_row? "skip"|"stop" what to do with a row that has no text; by default what the recipe's `on` says
---@field max_bad_rows? number how many rows may be bad where they are skipped: a number of rows, or below 1 a share of them; more stop the reading, and every cause is shown
---@field invalid_utf8? "replace"|"drop"|"stop" what to do with bytes that are not UTF-8; by default what the recipe's `on` says
---@field validation? number the share of documents held out, chosen by content
---@field licence? string under which the text may be used, for the data card
---@field description? string what the text is, in a sentence, for the data card

---@class nightjar.Prompts
---@field kind? "prompts"
---@field path string|string[] give a file, or a list of files, relative to the recipe
---@field too_long? "drop"|"stop" what to do with a prompt that leaves an answer of rollouts.max_new_tokens no room in sequence_length: drop it, or stop
---@field fields? table<string, string> where the rows keep prompt or messages, as in { prompt = "question" }; the others keep their names
---@field difficulty? string the field in which rows say how difficult they are, a number of 0 or more, for data.min_difficulty and data.max_difficulty
---@field bad_row? "skip"|"stop" what to do with a row that has no text; by default what the recipe's `on` says
---@field max_bad_rows? number how many rows may be bad where they are skipped: a number of rows, or below 1 a share of them; more stop the reading, and every cause is shown
---@field invalid_utf8? "replace"|"drop"|"stop" what to do with bytes that are not UTF-8; by default what the recipe's `on` says
---@field licence? string under which the text may be used, for the data card
---@field description? string what the text is, in a sentence, for the data card

---@class nightjar.Prepare
---@field kind? "prepare"
---@field out string give the folder to write, relative to the working folder
---@field from nightjar.Text|nightjar.Jsonl|nightjar.Csv|nightjar.Folder|nightjar.Chat|table<string, nightjar.Text|nightjar.Jsonl|nightjar.Csv|nightjar.Folder|nightjar.Chat> give a source such as nj.data.jsonl { ... }, or a table of them by name
---@field steps? (fun(document: nightjar.Document): boolean|string?, string?|nightjar.LengthFilter|nightjar.RepetitionFilter|nightjar.SymbolsFilter|nightjar.MojibakeFilter|nightjar.LanguageFilter|nightjar.ExactDuplicates|nightjar.NearDuplicates|nightjar.EvaluationOverlap|nightjar.PersonalData|nightjar.OwnFilter)[] what is done to each document, in order: nj.filter.*, or functions
---@field description? string what the result is, in a sentence
---@field keep_dropped? boolean whether dropped.jsonl has the texts of dropped documents too
---@field shard_mb? integer MiB after which another file begins
---@field save_every_s? number seconds between two savings of the state
---@field limits? nightjar.Limits what a call of the script's functions may spend

---@class nightjar.Document
---@field text string its text
---@field source string the source's name
---@field file string the file it stands in
---@field line integer its first line there

---@class nightjar.LengthFilter
---@field kind? "length"
---@field min_words? integer|false the fewest words; false for none
---@field max_words? integer|false the most words; false for none
---@field min_characters? integer|false the fewest characters; false for none
---@field max_characters? integer|false the most characters; false for none
---@field min_mean_line? number|false the fewest characters that a line has on the average; false for none

---@class nightjar.RepetitionFilter
---@field kind? "repetition"
---@field lines? number|false the most of the lines that are repeated; false for none
---@field line_bytes? number|false the most of the text in repeated lines; false for none
---@field paragraphs? number|false the most of the paragraphs that are repeated; false for none
---@field paragraph_bytes? number|false the most of the text in repeated paragraphs; false for none
---@field top_2gram? number|false the most of the words' bytes in the most frequent run of 2 words; false for none
---@field top_3gram? number|false the most of the words' bytes in the most frequent run of 3 words; false for none
---@field top_4gram? number|false the most of the words' bytes in the most frequent run of 4 words; false for none
---@field repeated_5gram? number|false the most of the words' bytes in repeated runs of 5 words; false for none
---@field repeated_6gram? number|false the most of the words' bytes in repeated runs of 6 words; false for none
---@field repeated_7gram? number|false the most of the words' bytes in repeated runs of 7 words; false for none
---@field repeated_8gram? number|false the most of the words' bytes in repeated runs of 8 words; false for none
---@field repeated_9gram? number|false the most of the words' bytes in repeated runs of 9 words; false for none
---@field repeated_10gram? number|false the most of the words' bytes in repeated runs of 10 words; false for none

---@class nightjar.SymbolsFilter
---@field kind? "symbols"
---@field max_urls? number|false the most of the text in web addresses; false for none
---@field min_letters? number|false the fewest of the characters that are letters and digits, spaces aside; false for none
---@field max_symbols? number|false the most # and ... for each word; false for none
---@field max_bullet_lines? number|false the most of the lines that begin with a bullet; false for none
---@field max_ellipsis_lines? number|false the most of the lines that end in ...; false for none
---@field min_words_with_letters? number|false the fewest of the words that have a letter; false for none

---@class nightjar.MojibakeFilter
---@field kind? "mojibake"
---@field action? "drop"|"repair" drop the document, or repair what can be and drop it where too much is left
---@field max_broken? number the most of the characters that are broken

---@class nightjar.LanguageFilter
---@field kind? "language"
---@field keep ("ar"|"cs"|"da"|"de"|"el"|"en"|"es"|"fi"|"fr"|"he"|"hi"|"it"|"ja"|"ko"|"nl"|"no"|"pl"|"pt"|"ro"|"ru"|"sv"|"th"|"tr"|"zh")[] give the languages to keep by their codes, as in { "en", "de" }
---@field min_share? number the fewest of the words that are frequent ones of the language
---@field min_words? integer words, or letters of another script, below which nothing is decided
---@field undecided? "keep"|"drop" what becomes of documents whose language cannot be told

---@class nightjar.ExactDuplicates
---@field kind? "exact_duplicates"
---@field normalize? "none"|"spaces"|"words" what counts as the same: every byte (none), runs of spaces as one (spaces), or words without case and marks (words)

---@class nightjar.NearDuplicates
---@field kind? "near_duplicates"
---@field threshold? number the similarity from which on the later document goes: the share of runs of words that both have
---@field run_words? integer words of a run
---@field bands? integer groups of permutations; documents that agree in one are compared
---@field rows? integer permutations of a band
---@field memory_mb? integer MiB that the tables may take, about 147 bytes a document; it decides nothing but where the work stops

---@class nightjar.EvaluationOverlap
---@field kind? "evaluation_overlap"
---@field sets table<string, nightjar.Text|nightjar.Jsonl|nightjar.Csv|nightjar.Folder|nightjar.Chat> give the evaluation sets by name, as in { quiz = nj.data.jsonl { path = "quiz.jsonl", field = "{question} {answer}" } }
---@field run_words? integer words of a run
---@field min_words? integer rows of fewer words than a run has are looked for whole, down to so many
---@field min_runs? integer different runs of one row that a document must have

---@class nightjar.PersonalData
---@field kind? "personal_data"
---@field kinds? ("email"|"phone"|"ip"|"card"|"iban")[] what is looked for
---@field action? "replace"|"drop" put a word in its place, or drop the document

---@class nightjar.OwnFilter
---@field kind? "own"
---@field name string give the step a name for the report
---@field judge fun(document: nightjar.Document): boolean|string?, string? give the function

---@class nightjar.Limits
---@field budget? "time"|"exact" what ends a call: "time", which costs nothing; or "exact", which counts instructions, so that a call ends at the same place on every machine
---@field time_s? number seconds a call may take; by default 1, and 60 where instructions are counted
---@field instructions? integer instructions and charged work that a call may take, with budget = "exact"; by default 100 million
---@field memory_mb? integer MiB that the scripts may hold together

---@class nightjar.data
local data = {}

---Plain text files: each one document, or split into several.
---@param settings nightjar.Text the keys below
---@return nightjar.Text declaration the same table, checked and in order
function data.text(settings) end

---Files with one JSON object a line, of whose fields one or several are the text.
---@param settings nightjar.Jsonl the keys below
---@return nightjar.Jsonl declaration the same table, checked and in order
function data.jsonl(settings) end

---Files of fields with a delimiter between them (CSV, TSV), of which some are the text.
---@param settings nightjar.Csv the keys below
---@return nightjar.Csv declaration the same table, checked and in order
function data.csv(settings) end

---Every file below a folder whose name fits a pattern, sorted by path.
---@param settings nightjar.Folder the keys below
---@return nightjar.Folder declaration the same table, checked and in order
function data.folder(settings) end

---Files with one conversation, or one prompt with its completion, a line, for method = "sft" and "distill".
---@param settings nightjar.Chat the keys below
---@return nightjar.Chat declaration the same table, checked and in order
function data.chat(settings) end

---Files with one question and two answers, of which one is preferred, a line, for method = "dpo".
---@param settings nightjar.Preference the keys below
---@return nightjar.Preference declaration the same table, checked and in order
function data.preference(settings) end

---Files with one prompt a line, for the model to answer itself, for method = "grpo"; whatever else a row holds is for the rewards.
---@param settings nightjar.Prompts the keys below
---@return nightjar.Prompts declaration the same table, checked and in order
function data.prompts(settings) end

---Several named sources, each with its share: by weights, or in percent, where `replay` shares what the others leave over.
---@param settings table<string, any> the keys below
---@return table<string, any> declaration the same table, checked and in order
function data.mix(settings) end

---Takes text through steps and writes what is left as a catalog, with a report and a data card: a script returns it, and nightjar data prepare carries it out.
---
---For recipes or specs.
---@param settings nightjar.Prepare the keys below
---@return nightjar.Prepare declaration the same table, checked and in order
function data.prepare(settings) end
