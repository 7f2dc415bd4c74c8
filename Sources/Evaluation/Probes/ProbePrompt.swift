import Conversations
import Generation
import Tokenizers
import Training

/// Turns the texts of rows into what a model is given.
struct ProbePrompt {
    private let setting: ProbeSetting
    /// Writes a prompt as what a user says; nil gives it as it is.
    private let encoder: ConversationEncoder?
    /// The token that ends an answer; nil where nothing does.
    let end: Int32?
    /// Whether prompts are what a user says.
    var isChat: Bool { encoder != nil }

    /// - Parameter isChat: whether prompts are what a user says; nil where the run's rows are
    ///   conversations and something says how these become text.
    /// - Throws: `EvaluationError` where they are to be and the model has no chat template.
    init(isChat: Bool?, in setting: ProbeSetting, of probe: String) throws {
        self.setting = setting
        guard isChat ?? setting.readsConversations, let template = try setting.template() else {
            guard isChat != true else {
                throw EvaluationError(
                    .badSetting,
                    "The probe \"\(probe)\" has chat = true, and nothing says how conversations "
                        + "become text: the model has no chat template. Give the recipe a "
                        + "chat_template, or set chat = false.")
            }
            encoder = nil
            end = setting.tokenizer.specialTokens.end
            return
        }
        let encoder = ConversationEncoder(template: template, tokenizer: setting.tokenizer)
        self.encoder = encoder
        end = encoder.endOfTurn ?? setting.tokenizer.specialTokens.end
    }

    /// The tokens that the model continues, with room for so many new ones.
    func ids(of text: String, leaving room: Int) throws(RowFault) -> [Int32] {
        var ids: [Int32]
        if let encoder {
            do {
                ids = try encoder.prompt(for: Conversation(messages: [Message(.user, text)]))
            } catch {
                throw RowFault(cause: "\(error)")
            }
        } else {
            ids = setting.tokenizer.prompt(text, of: setting.model)
        }
        guard !ids.isEmpty else { throw RowFault(cause: "an empty prompt") }
        guard ids.count + room <= setting.positions else {
            throw RowFault(
                cause: "a prompt longer than the run's \(setting.positions) tokens")
        }
        return ids
    }
}
