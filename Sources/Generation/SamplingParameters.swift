/// How a next token is chosen from its logits; names and order as in Hugging Face generation:
/// repetition penalty, temperature, top-k, top-p, min-p.
public struct SamplingParameters: Sendable, Hashable {
    /// Divides logits; 0 takes the likeliest token (greedy).
    public var temperature: Double
    /// Keeps the k likeliest tokens; 0 keeps all.
    public var topK: Int
    /// Keeps the likeliest tokens whose probabilities reach p together (Holtzman et al. 2020).
    public var topP: Double
    /// Drops tokens less likely than this share of the likeliest one (Nguyen et al. 2024); 0 is off.
    public var minP: Double
    /// Divides positive and multiplies negative logits of tokens seen before (Keskar et al. 2019).
    public var repetitionPenalty: Double

    public static let greedy = SamplingParameters(temperature: 0)

    public init(
        temperature: Double = 1, topK: Int = 0, topP: Double = 1, minP: Double = 0,
        repetitionPenalty: Double = 1
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.repetitionPenalty = repetitionPenalty
    }

    /// Throws where a value is out of its range; the sentence names it.
    public func validate() throws {
        func check(_ holds: Bool, _ sentence: String) throws {
            if !holds { throw GenerationError(.badRequest, sentence) }
        }
        try check(
            temperature >= 0 && temperature.isFinite,
            "temperature is \(temperature); it must be 0 (greedy) or more.")
        try check(topK >= 0, "top_k is \(topK); it must be 0 (off) or more.")
        try check(topP > 0 && topP <= 1, "top_p is \(topP); it must be above 0 and at most 1.")
        try check(minP >= 0 && minP <= 1, "min_p is \(minP); it must be 0 (off) to 1.")
        try check(
            repetitionPenalty > 0 && repetitionPenalty.isFinite,
            "repetition_penalty is \(repetitionPenalty); it must be above 0 (1 is off).")
    }
}
