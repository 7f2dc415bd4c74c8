/// A pipeline made ready to run.
struct CompiledPipeline: Sendable {
    /// Added tokens matched in the text as given, and after normalisation.
    let rawTokens: AddedTokenMatcher
    let normalizedTokens: AddedTokenMatcher
    let normalizers: [Normalizer]
    let preTokenizer: PreTokenizer
    let texts: TokenTexts
    let specialTokens: SpecialTokens

    /// Throws where a step is not implemented or a pattern does not compile.
    init(_ model: some SubwordModel) throws {
        let pipeline = model.pipeline
        rawTokens = AddedTokenMatcher(pipeline.addedTokens.filter { !$0.isNormalized })
        normalizedTokens = AddedTokenMatcher(
            pipeline.addedTokens.filter(\.isNormalized).map { token in
                var token = token
                token.content = pipeline.normalized(token.content)
                return token
            })
        normalizers = pipeline.normalizers
        preTokenizer = try PreTokenizer(pipeline.preTokenizer)
        texts = TokenTexts(model)
        var special = SpecialTokens(
            beginning: pipeline.roles.beginning, end: pipeline.roles.end,
            padding: pipeline.roles.padding, unknown: model.unknown,
            names: Dictionary(
                uniqueKeysWithValues: pipeline.addedTokens.filter(\.isSpecial).map {
                    ($0.id, String(decoding: $0.content, as: UTF8.self))
                }))
        special.textBeginning =
            pipeline.template.before.isEmpty
            ? (pipeline.addsBeginning == false ? [] : nil) : pipeline.template.before
        specialTokens = special
    }
}
