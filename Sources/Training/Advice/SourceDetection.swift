import Conversations
public import Corpora
import Foundation

/// Tells what files hold: rows of conversations, rows of text, or plain text.
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
        var sources: [Source] = []
        func sort(_ file: String) throws {
            guard file.hasSuffix(".jsonl") || file.hasSuffix(".ndjson") else {
                texts.append(file)
                return
            }
            let hasTurns = try field == nil && holdsConversations(file)
            if hasTurns { chats.append(file) } else { rows.append(file) }
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
        return sources
    }

    private static let textEndings = [".txt", ".md"]
    private static let rowEndings = [".jsonl", ".ndjson"]

    private static func isText(_ path: String) -> Bool {
        textEndings.contains(where: path.hasSuffix)
    }

    private static func files(below folder: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: folder)
        return (names?.compactMap { $0 as? String } ?? []).filter { name in
            !name.split(separator: "/").contains { $0.hasPrefix(".") }
                && (textEndings + rowEndings).contains(where: name.hasSuffix)
        }.sorted().map { folder + "/" + $0 }
    }

    /// Whether the first row of a file has turns; false where it is text in the usual key.
    private static func holdsConversations(_ path: String) throws -> Bool {
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
        do throws(ConversationError) {
            let row = try TrainingRow(json: Array(first), format: .automatic)
            if case .text = row.content { return false }
            return true
        } catch {
            throw CorporaError(
                .badSetting, "the first row is none that is known: \(error)",
                advice: "For rows of text, say which key holds it with --field.", path: path)
        }
    }

    /// The bytes in which the first row has to end.
    private static let mostFirstRow = 64 << 20
}
