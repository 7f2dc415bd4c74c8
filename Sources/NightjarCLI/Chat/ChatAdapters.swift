import Checkpoints
import Conversations
import Exports
import Tensors
import Tokenizers
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
        _ entries: [String], of base: ModelFolder, _ opened: Decoder, tokenizer: any Tokenizer,
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
            let adapter = try AdapterFolder(reference: parts[1], warn: warn)
            try ChatAdapters.check(adapter, reads: tokenizer)
            folders.append((parts[0], adapter))
        }
        self.folders = folders
    }

    /// Refuses an adapter that learned from other ids than the chat gives it.
    private static func check(_ adapter: AdapterFolder, reads tokenizer: any Tokenizer) throws {
        guard ["tokenizer.json", "tokenizer.model"].contains(where: adapter.folder.contains),
            try TokenizerLoader.load(adapter.path).fingerprint != tokenizer.fingerprint
        else { return }
        throw ChatMistake(
            "\(adapter.path) was taught with another tokenizer than the model's, and reads other ids; "
                + "chat with it alone: nightjar chat \(adapter.path)")
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
        try folders.first { $0.name == name }?.folder.chatTemplate()
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
