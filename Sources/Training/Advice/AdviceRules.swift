/// The thresholds of `StageAdvice`, each with where it is from.
enum AdviceRules {
    /// Unique tokens for each parameter from which data alone can teach a model to write: the ratio
    /// at which a budget of compute is best spent (Hoffmann et al. 2022).
    static let tokensToBegin = 20.0
    /// From which the data can be what a model's last part learns, where the rate decays: a tenth
    /// of the above, as decays last about a tenth of a life (Hu et al. 2024).
    static let tokensToDecay = 2.0
    /// From which all weights have something to learn from it.
    static let tokensToGoOn = 0.02
    /// The parameters at which these three are the published thresholds of 1 T, 100 B and 1 B
    /// tokens, for models whose size is not published.
    static let publishedParameters = 50_000_000_000
    /// Conversations from which all weights are trained on them (published: 1 K samples).
    static let conversationsForAll = 1000
    /// Readings of the same text that teach nearly as much as new text (Muennighoff et al. 2023).
    static let mostEpochs = 4.0
    /// The share of repeated texts from which removing them is worth a sentence (Lee et al. 2022).
    static let duplicateShare = 0.02

    /// The peak learning rate for new weights of a size (Brown et al. 2020, table 2.1).
    static func learningRate(parameters: Int) -> Double {
        let table: [(Int, Double)] = [
            (200_000_000, 6e-4), (500_000_000, 3e-4), (1_000_000_000, 2.5e-4),
            (2_000_000_000, 2e-4), (4_000_000_000, 1.6e-4), (10_000_000_000, 1.2e-4),
            (40_000_000_000, 1e-4),
        ]
        return table.first { parameters < $0.0 }?.1 ?? 6e-5
    }
}
