public import Tokenizers
public import Transformers

extension Tokenizer {
    /// The ids of a text that a model is to continue.
    ///
    /// They begin with what the tokenizer's files put before a text, as other readers of them do;
    /// where the files do not say, with the model's `bos_token_id` if it is the tokenizer's too. An
    /// empty text starts where a document does.
    ///
    /// - Parameter begins: false leaves out what is put before a text, as for one that a chat template
    ///   wrote.
    public func prompt(
        _ text: String, of model: ModelConfiguration, begins: Bool = true
    ) -> [Int32] {
        let usual = model.beginningToken.map(Int32.init(clamping:))
            .flatMap { specialTokens.beginning == $0 ? [$0] : nil }
        let beginning = specialTokens.textBeginning ?? usual ?? []
        var ids = encode(text)
        if begins, !ids.starts(with: beginning) { ids = beginning + ids }
        if ids.isEmpty, let end = specialTokens.end { ids = [end] }
        return ids
    }
}
