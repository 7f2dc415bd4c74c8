import Checkpoints
import Conversations
import Tokenizers
import Transformers

/// What a model's folder holds beside configuration and weights, and a copy takes along: the
/// tokenizer's files, the chat template among them, and `generation_config.json`.
struct CarriedFiles {
    /// Nil where the folder has none.
    let tokenizer: (any Tokenizer)?
    let files: [(name: String, contents: [UInt8])]

    init(of folder: ModelFolder) throws {
        let names = ["tokenizer.json", "tokenizer.model"]
        var files: [(name: String, contents: [UInt8])] = []
        let home = folder.tokenizerFolder
        if names.contains(where: home.contains) {
            let tokenizer = try TokenizerLoader.load(home.path)
            guard tokenizer.vocabularySize <= folder.configuration.vocabularySize else {
                throw ExportError(
                    .mismatch,
                    "\(home.path): the tokenizer has \(tokenizer.vocabularySize) ids, and "
                        + "config.json a vocab_size of \(folder.configuration.vocabularySize): the "
                        + "two do not belong together.")
            }
            files = try tokenizer.huggingFaceFiles()
            // An adapter's own template counts, though its tokenizer may be the base's.
            if let own = try folder.adapter?.chatTemplate() {
                files.removeAll { $0.name == ChatTemplate.fileName }
                files.append((ChatTemplate.fileName, Array(own.source.utf8)))
            }
            self.tokenizer = tokenizer
        } else {
            tokenizer = nil
        }
        let name = GenerationDefaults.fileName
        let sources = [folder.adapter?.folder, folder.folder].compactMap { $0 }
        if let source = sources.first(where: { $0.contains(name) }) {
            _ = try folder.generationDefaults()
            files.append((name, try source.read(name)))
        }
        self.files = files
    }

    /// The chat template's source, where there is one.
    func chatTemplate(of path: String) throws -> String? {
        try ChatTemplate.of(files: files, folder: path)?.source
    }
}
