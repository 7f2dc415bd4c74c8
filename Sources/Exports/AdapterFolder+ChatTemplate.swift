public import Conversations
public import Transformers
import Checkpoints

extension AdapterFolder {
    /// The chat template that the adapter was taught with, where its folder has one.
    ///
    /// - Throws: `ConversationError` or `CheckpointError` naming the file.
    public func chatTemplate() throws -> ChatTemplate? {
        let files = try ["tokenizer_config.json", ChatTemplate.fileName].filter(folder.contains)
            .map { (name: $0, contents: try folder.readSettings($0)) }
        return try ChatTemplate.of(files: files, folder: path)
    }
}
