import Checkpoints
import Conversations
import Tensors
import Transformers

/// The adapters of a chat, by name, beside one model.
struct ChatAdapters {
    /// What `/adapter` calls the model as it was opened.
    static let none = "none"

    private let base: ModelFolder
    private let opened: Decoder
    private let folders: [(name: String, folder: AdapterFolder)]

    /// Opens what was given as `NAME=FOLDER`.
    ///
    /// - Throws: `ChatMistake` for an entry that is none, `ModelError` for an adapter that does not
    ///   fit.
    init(
        _ entries: [String], of base: ModelFolder, _ opened: Decoder,
        warn: @escaping @Sendable (String) -> Void
    ) throws {
        self.base = base
        self.opened = opened
        var folders: [(name: String, folder: AdapterFolder)] = []
        for entry in entries {
            let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty, parts[0] != ChatAdapters.none,
                !folders.contains(where: { $0.name == parts[0] })
            else {
                throw ChatMistake(
                    "--adapter \(entry): write NAME=FOLDER, each name once and none of them "
                        + "\"\(ChatAdapters.none)\"")
            }
            folders.append((parts[0], try AdapterFolder(reference: parts[1], warn: warn)))
        }
        self.folders = folders
    }

    /// The names there are, `none` last.
    var names: [String] { folders.map(\.name) + [ChatAdapters.none] }

    /// The names as they are listed, `current` marked.
    func listing(current: String) -> String {
        names.map { ($0 == current ? "* " : "  ") + $0 }.joined(separator: "\n")
    }

    /// The chat template that an adapter was taught with, where its folder has one.
    ///
    /// - Throws: `ConversationError` naming the file.
    func template(_ name: String) throws -> ChatTemplate? {
        guard let (_, adapter) = folders.first(where: { $0.name == name }) else { return nil }
        let files = try ["tokenizer_config.json", ChatTemplate.fileName]
            .filter(adapter.folder.contains)
            .map { (name: $0, contents: try adapter.folder.readSettings($0)) }
        return try ChatTemplate.of(files: files, folder: adapter.path)
    }

    /// The model with an adapter of that name beside it.
    ///
    /// - Throws: `ChatMistake` that lists the names there are, `ModelError` where it does not fit.
    func model(_ name: String) throws -> Decoder {
        if name == ChatAdapters.none { return opened }
        guard let (_, folder) = folders.first(where: { $0.name == name }) else {
            throw ChatMistake(
                "there is no adapter \"\(name)\"; there are \(names.joined(separator: ", "))"
                    + (folders.isEmpty ? " (--adapter NAME=FOLDER names some)" : ""))
        }
        return try opened.adapted(by: folder, of: base)
    }
}
