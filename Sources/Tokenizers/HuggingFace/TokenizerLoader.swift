import Foundation

/// Finds a tokenizer by the name a recipe gives it.
public enum TokenizerLoader {
    /// Loads `name`: `byte`, a folder with a `tokenizer.json`, or such a file.
    ///
    /// A path that is not absolute starts at `folder`.
    public static func load(_ name: String, relativeTo folder: String = ".") throws
        -> any Tokenizer
    {
        if name == ByteTokenizer.name { return ByteTokenizer() }
        let url = URL(
            filePath: name, relativeTo: URL(filePath: folder, directoryHint: .isDirectory))
        var isFolder: ObjCBool = false
        guard !name.isEmpty,
            FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
        else {
            throw TokenizerError(
                .notFound,
                "no tokenizer at \"\(name)\": give `byte`, a folder that holds tokenizer.json,"
                    + " or the file itself", file: url.path, key: "tokenizer")
        }
        let file = isFolder.boolValue ? url.appending(path: "tokenizer.json") : url
        if isFolder.boolValue, !FileManager.default.fileExists(atPath: file.path) {
            throw TokenizerError(
                .notFound,
                "the folder has no tokenizer.json; other formats (tokenizer.model, vocab.json) are"
                    + " converted with `AutoTokenizer.from_pretrained(...).save_pretrained(...)`",
                file: url.path)
        }
        return try load(file: file)
    }

    /// Files beside `tokenizer.json` that a copy of the tokenizer takes along unread.
    private static let companions = ["chat_template.jinja"]
    /// Files that name roles: the later one has the last word.
    private static let configurations = ["special_tokens_map.json", "tokenizer_config.json"]

    private static func load(file: URL) throws -> BytePairTokenizer {
        let contents = try bytes(of: file)
        var model = try TokenizerFile.read(contents, name: file.path)
        var files = [(name: "tokenizer.json", contents: contents)]
        let folder = file.deletingLastPathComponent()
        for name in configurations + companions {
            let other = folder.appending(path: name)
            guard FileManager.default.fileExists(atPath: other.path) else { continue }
            let contents = try bytes(of: other)
            files.append((name, contents))
            if configurations.contains(name) {
                try TokenizerConfiguration.apply(contents, name: other.path, to: &model)
            }
        }
        do {
            return try BytePairTokenizer(model, files: files)
        } catch let error as TokenizerError {
            throw error.placed(in: file.path)
        }
    }

    private static func bytes(of file: URL) throws -> [UInt8] {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder),
            isFolder.boolValue
        {
            throw TokenizerError(.malformed, "this is a folder, not a file", file: file.path)
        }
        do {
            return Array(try Data(contentsOf: file))
        } catch {
            throw TokenizerError(
                .unreadable, "cannot be read: \(error.localizedDescription)", file: file.path)
        }
    }
}
