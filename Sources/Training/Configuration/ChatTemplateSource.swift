public import Conversations
public import Tokenizers
import Foundation

/// Where a run's chat template comes from.
public enum ChatTemplateSource: Sendable, Hashable {
    /// The tokenizer's folder: `chat_template.jinja` or `tokenizer_config.json`.
    case model
    /// The built-in one of turns between `<|im_start|>` and `<|im_end|>`.
    case chatML
    /// A file that holds the template alone.
    case path(String)
    /// The template itself, with what it is called in messages.
    case text(String, name: String = "chat_template")

    /// The template; nil where the tokenizer's folder has none.
    ///
    /// - Parameter folder: what errors call that folder.
    /// - Throws: `TrainingError` naming file, line and column.
    public func template(
        of tokenizer: any Tokenizer, folder: String = "the tokenizer's folder"
    ) throws -> ChatTemplate? {
        do {
            switch self {
            case .model:
                return try ChatTemplate.of(
                    files: tokenizer.huggingFaceFiles(), folder: folder)
            case .chatML: return .chatML
            case .text(let text, let name): return try ChatTemplate(text, name: name)
            case .path(let path):
                guard let data = FileManager.default.contents(atPath: path),
                    let text = String(validating: data, as: UTF8.self)
                else {
                    throw TrainingError(
                        .badConfiguration, "\(path) cannot be read as a chat template (UTF-8 text)."
                    )
                }
                return try ChatTemplate(text, name: path)
            }
        } catch let error as ConversationError {
            throw TrainingError(.badConfiguration, "\(error)")
        }
    }

    /// The tokenizer's files as a checkpoint keeps them: with the template that the run uses, which
    /// readers prefer to one in `tokenizer_config.json`.
    func carried(
        by files: [(name: String, contents: [UInt8])], template: ChatTemplate?
    ) -> [(name: String, contents: [UInt8])] {
        guard self != .model, let template else { return files }
        return files.filter { $0.name != ChatTemplate.fileName }
            + [(ChatTemplate.fileName, Array(template.source.utf8))]
    }
}
