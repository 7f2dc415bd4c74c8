import Tensors
import Testing

@testable import Generation

@Suite struct SamplerTests {
    private func counts(_ logits: [Float], _ parameters: SamplingParameters, seen: Set<Int32> = [])
        -> [Int]
    {
        var random = RandomStream(seed: 1, name: "draws")
        var counts = [Int](repeating: 0, count: logits.count)
        let sampler = Sampler(parameters: parameters)
        for _ in 0..<4000 {
            let token = logits.withUnsafeBufferPointer {
                sampler.sample($0, seen: seen, random: &random, wantsLogProbabilities: false)
            }
            counts[Int(token.id)] += 1
        }
        return counts
    }

    @Test func frequenciesFollowTheSoftmax() {
        // Probabilities 0.5, 0.25, 0.25.
        let counts = counts([0.6931472, 0, 0], .init())
        #expect(abs(counts[0] - 2000) < 150 && abs(counts[1] - 1000) < 150)
    }

    @Test func topKKeepsTheLikeliest() {
        let counts = counts([1, 3, 2, 0], .init(topK: 2))
        #expect(counts[0] == 0 && counts[3] == 0 && counts[1] > counts[2] && counts[2] > 0)
    }

    @Test func topPKeepsTheTokenThatCrossesTheThreshold() {
        // 0.5, 0.3, 0.2: 0.5 alone does not reach 0.6.
        let counts = counts([0.5, 0.3, 0.2].map { Float($0) }.map(logOf), .init(topP: 0.6))
        #expect(counts[2] == 0 && counts[1] > 0)
    }

    @Test func minPDropsWhatIsFarBelowTheLikeliest() {
        // 0.5, 0.3, 0.2: a half of the likeliest is 0.25.
        let logits = [0.2, 0.5, 0.3].map { Float($0) }.map(logOf)
        let counts = counts(logits, .init(minP: 0.5))
        #expect(counts[0] == 0 && abs(counts[1] - 2500) < 150 && abs(counts[2] - 1500) < 150)
        // It measures by the temperature's probabilities, after top-p.
        #expect(self.counts(logits, .init(temperature: 4, minP: 0.5)).allSatisfy { $0 > 0 })
        #expect(self.counts(logits, .init(topP: 0.7, minP: 0.1))[0] == 0)
        #expect(self.counts(logits, .init(minP: 1))[1] == 4000)
    }

    @Test func temperatureSharpens() {
        let sharp = counts([1, 0], .init(temperature: 0.25))
        let flat = counts([1, 0], .init(temperature: 4))
        #expect(sharp[0] > flat[0])
    }

    @Test func theRepetitionPenaltyActsOnBothSigns() {
        let counts = counts([1, 1, -1], .init(temperature: 0, repetitionPenalty: 2), seen: [0])
        #expect(counts[1] == 4000)
        let negative = self.counts(
            [-1, -1.5], .init(temperature: 0, repetitionPenalty: 2), seen: [0])
        #expect(negative[1] == 4000)
    }

    @Test func tiesGoToTheSmallerID() {
        #expect(counts([2, 5, 5], .greedy)[1] == 4000)
    }

    @Test func logProbabilitiesBeforeAndAfterTemperatureDiffer() {
        var random = RandomStream(seed: 1, name: "one")
        let logits: [Float] = [1, 0]
        let token = logits.withUnsafeBufferPointer {
            Sampler(parameters: .init(temperature: 0.5)).sample(
                $0, seen: [], random: &random, wantsLogProbabilities: true)
        }
        let raw = token.id == 0 ? -0.3132616875 : -1.3132616875
        let cooled = token.id == 0 ? -0.1269280110 : -2.1269280110
        #expect(abs((token.logProbability ?? 0) - raw) < 1e-6)
        #expect(abs((token.sampledLogProbability ?? 0) - cooled) < 1e-6)
    }
}

private func logOf(_ value: Float) -> Float {
    // Enough terms for a test: ln(x) = 2 artanh((x-1)/(x+1)).
    let z = Double((value - 1) / (value + 1))
    var sum = 0.0
    var power = z
    for k in 0..<60 {
        sum += power / Double(2 * k + 1)
        power *= z * z
    }
    return Float(2 * sum)
}
