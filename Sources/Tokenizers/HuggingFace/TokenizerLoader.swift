import Foundation

/// Finds a tokenizer by the name a recipe gives it.
public enum TokenizerLoader {
    /// Loads `name`: `byte`, a folder with a `tokenizer.json` or a `tokenizer.model`, or a file: one
    /// of those, a tiktoken rank file, or a GGUF file, whose vocabulary is taken.
    ///
    /// What a file is is told from its contents. A path that is not absolute starts at `folder`.
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
                "no tokenizer at \"\(name)\": give `byte`, a folder that holds tokenizer.json or"
                    + " tokenizer.model, or a file (those, .tiktoken, .gguf)", file: url.path,
                key: "tokenizer")
        }
        guard isFolder.boolValue else { return try load(file: url) }
        let files = folderFiles.map { url.appending(path: $0) }
        guard let file = files.first(where: { FileManager.default.fileExists(atPath: $0.path) })
        else {
            throw TokenizerError(
                .notFound,
                "the folder has no tokenizer.json and no tokenizer.model; other formats"
                    + " (vocab.json, vocab.txt) are converted with"
                    + " `AutoTokenizer.from_pretrained(...).save_pretrained(...)`",
                file: url.path)
        }
        return try load(file: file)
    }

    /// What a folder may hold, the first one before the others.
    private static let folderFiles = ["tokenizer.json", "tokenizer.model"]

    /// Files beside a tokenizer that a copy of it takes along unread.
    private static let companions = ["chat_template.jinja"]
    /// Files that name roles: the later one has the last word.
    private static let configurations = ["special_tokens_map.json", "tokenizer_config.json"]

    private static func load(file: URL) throws -> any Tokenizer {
        do {
            var (model, files) = try read(file)
            let folder = file.deletingLastPathComponent()
            for name in configurations + companions {
                let other = folder.appending(path: name)
                guard folderFiles.contains(file.lastPathComponent),
                    FileManager.default.fileExists(atPath: other.path)
                else { continue }
                let contents = try bytes(of: other)
                files.append((name, contents))
                if configurations.contains(name) {
                    try TokenizerConfiguration.apply(contents, name: other.path, to: &model)
                }
            }
            return try model.makeTokenizer(files: files)
        } catch let error as TokenizerError {
            throw error.placed(in: file.path)
        }
    }

    /// The model in a file, and the files that a copy of the tokenizer must carry.
    private static func read(_ file: URL) throws -> (
        any SubwordModel, [(name: String, contents: [UInt8])]
    ) {
        _ = try checkedSize(of: file)
        if let metadata = try GGUFFile.metadata(of: file) {
            return (try GGUFVocabulary(metadata).model(), [])
        }
        let contents = try bytes(of: file)
        if file.pathExtension == "json" || isJSON(contents) {
            let model = try TokenizerFile.readAny(contents, name: file.path)
            return (model, [("tokenizer.json", contents)])
        }
        if file.pathExtension == "tiktoken" || RankFile.begins(contents) {
            let ranks = try RankFile(contents)
            let name = file.deletingPathExtension().lastPathComponent
            return (
                try ranks.model(.named(name, rankCount: ranks.tokens.count)), []
            )
        }
        let model = try SentencePieceFile(contents).model()
        // A file that `tokenizer.json` can replace need not be carried along.
        if model is BytePairModel, TokenizerFile.isWritable(model.pipeline) { return (model, []) }
        return (model, [("tokenizer.model", contents)])
    }

    private static func isJSON(_ contents: [UInt8]) -> Bool {
        contents.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) } == 0x7B
    }

    /// The most that a file which is read whole may hold.
    private static let maximumSize = 1 << 30

    private static func bytes(of file: URL) throws -> [UInt8] {
        let size = try checkedSize(of: file)
        guard size <= maximumSize else {
            throw TokenizerError(
                .malformed, "holds \(size) bytes, more than a tokenizer's file can",
                file: file.path)
        }
        do {
            return Array(try Data(contentsOf: file))
        } catch {
            throw TokenizerError(
                .unreadable, "cannot be read: \(error.localizedDescription)", file: file.path)
        }
    }

    /// The size of a file that can be read to its end: not of a folder, a device or a pipe.
    private static func checkedSize(of file: URL) throws -> Int {
        let attributes: [FileAttributeKey: Any]
        do {
            let path = file.resolvingSymlinksInPath().path
            attributes = try FileManager.default.attributesOfItem(atPath: path)
        } catch {
            throw TokenizerError(
                .unreadable, "cannot be read: \(error.localizedDescription)", file: file.path)
        }
        let kind = attributes[.type] as? FileAttributeType
        guard kind == .typeRegular else {
            let what = kind == .typeDirectory ? "a folder" : "a device or a pipe"
            throw TokenizerError(.malformed, "this is \(what), not a file", file: file.path)
        }
        return (attributes[.size] as? NSNumber)?.intValue ?? 0
    }
}
