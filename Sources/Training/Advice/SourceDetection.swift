import Conversations
public import Corpora
import Foundation

/// Tells what files hold: pairs of answers, rows of conversations, rows of text, or plain text.
public enum SourceDetection {
    /// Sources for paths as a user names them, each kind of content in one.
    ///
    /// Rows are told by the first of a file that is not blank.
    ///
    /// - Parameters:
    ///   - paths: files, and folders whose files with the usual endings are taken.
    ///   - field: the key that holds the text, for rows of any other kind; nil decides by the keys.
    /// - Throws: `CorporaError` where nothing is at a path, or a row is of no known format.
    public static func sources(of paths: [String], field: String? = nil) throws -> [Source] {
        var texts: [String] = []
        var rows: [String] = []
        var chats: [String] = []
        var pairs: [String] = []
        var tables: [String] = []
        var sources: [Source] = []
        func sort(_ file: String) throws {
            guard !tableEndings.contains(where: file.hasSuffix) else { return tables.append(file) }
            guard file.hasSuffix(".jsonl") || file.hasSuffix(".ndjson") else {
                texts.append(file)
                return
            }
            guard field == nil else { return rows.append(file) }
            switch try content(of: file) {
            case .text: rows.append(file)
            case .conversations: chats.append(file)
            case .pairs: pairs.append(file)
            }
        }
        for path in paths {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw CorporaError(
                    .missingFile, "there is no such file or folder", advice: "Check the path.",
                    path: path)
            }
            guard isFolder.boolValue else {
                try sort(path)
                continue
            }
            let files = Self.files(below: path)
            try files.filter { !isText($0) }.forEach(sort)
            if files.contains(where: isText) {
                sources.append(
                    Source(
                        name: "folder \(sources.count + 1)",
                        place: .folder(path, patterns: textEndings.map { "*" + $0 })))
            }
            guard !files.isEmpty else {
                throw CorporaError(
                    .emptyCorpus,
                    "the folder holds no file that ends in "
                        + (textEndings + rowEndings).joined(separator: ", "),
                    advice: "Name the files themselves.", path: path)
            }
        }
        for ending in tableEndings {
            let files = tables.filter { $0.hasSuffix(ending) }
            guard !files.isEmpty else { continue }
            guard let field else {
                throw CorporaError(
                    .badSetting, "nothing says which columns are the text",
                    advice: "Name them with --field: a column, or a template such as "
                        + "\"{title}: {text}\".", path: files[0])
            }
            sources.append(
                Source(
                    name: "table", place: .files(files),
                    format: .delimited(
                        Source.DelimitedRows(
                            field: field,
                            delimiter: UInt8(ascii: ending == ".tsv" ? "\t" : ",")))))
        }
        if !texts.isEmpty {
            sources.append(Source(name: "text", place: .files(texts), format: .text(.whole)))
        }
        if !rows.isEmpty {
            sources.append(
                Source(
                    name: "rows", place: .files(rows),
                    format: .jsonLines(field: field ?? "text")))
        }
        if !chats.isEmpty {
            sources.append(
                Source(
                    name: "conversations", place: .files(chats),
                    format: .conversations(.init())))
        }
        if !pairs.isEmpty {
            sources.append(
                Source(
                    name: "pairs", place: .files(pairs),
                    format: .conversations(.init(purpose: .pairs))))
        }
        return sources
    }

    private static let textEndings = [".txt", ".md"]
    private static let rowEndings = [".jsonl", ".ndjson"]
    private static let tableEndings = [".csv", ".tsv"]

    private static func isText(_ path: String) -> Bool {
        textEndings.contains(where: path.hasSuffix)
    }

    private static func files(below folder: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: folder)
        // A catalog keeps beside its text what is said of it, and what was left out.
        let isCatalog = FileManager.default.fileExists(atPath: folder + "/catalog.json")
        let beside: Set<String> = isCatalog ? ["card.md", "dropped.jsonl"] : []
        return (names?.compactMap { $0 as? String } ?? []).filter { name in
            !name.split(separator: "/").contains { $0.hasPrefix(".") } && !beside.contains(name)
                && (textEndings + rowEndings).contains(where: name.hasSuffix)
        }.sorted().map { folder + "/" + $0 }
    }

    private enum Content { case text, conversations, pairs }

    /// What the first row of a file is.
    private static func content(of path: String) throws -> Content {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CorporaError(
                .missingFile, "the file cannot be read", advice: "Check its permissions.",
                path: path)
        }
        defer { try? handle.close() }
        let beginning = try handle.read(upToCount: mostFirstRow) ?? Data()
        let blank: Set<UInt8> = [0x20, 0x09, 0x0d]
        let first = beginning.split(separator: 10).first { !$0.allSatisfy(blank.contains) }
        guard let first else {
            throw CorporaError(
                .emptyCorpus, "the file holds no row", advice: "Name one that does.", path: path)
        }
        if (try? PreferenceRow(json: Array(first))) != nil { return .pairs }
        do throws(ConversationError) {
            let row = try TrainingRow(json: Array(first), format: .automatic)
            if case .text = row.content { return .text }
            return .conversations
        } catch {
            if (try? PromptRow(json: Array(first))) != nil {
                throw CorporaError(
                    .badSetting, "the rows are prompts without answers, of which nothing is counted",
                    advice: "Have a model answer them with method = \"grpo\" and "
                        + "nj.data.prompts, and say in Lua what its answers are worth.", path: path)
            }
            throw CorporaError(
                .badSetting, "the first row is none that is known: \(error)",
                advice: "For rows of text, say which key holds it with --field.", path: path)
        }
    }

    /// The bytes in which the first row has to end.
    private static let mostFirstRow = 64 << 20
}
