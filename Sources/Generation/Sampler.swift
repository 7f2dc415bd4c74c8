import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Chooses a token from a row of logits.
///
/// Ties go to the smaller id, so equal logits give equal choices everywhere.
struct Sampler {
    let parameters: SamplingParameters

    /// - Parameters:
    ///   - logits: V numbers.
    ///   - seen: tokens that the repetition penalty applies to.
    func sample(
        _ logits: UnsafeBufferPointer<Float>, seen: Set<Int32>, random: inout RandomStream,
        wantsLogProbabilities: Bool
    ) -> SampledToken {
        let raw = logits
        var penalized: [Float] = []
        if parameters.repetitionPenalty != 1 {
            penalized = Array(logits)
            let penalty = Float(parameters.repetitionPenalty)
            for id in seen where Int(id) < penalized.count {
                let logit = penalized[Int(id)]
                penalized[Int(id)] = logit > 0 ? logit / penalty : logit * penalty
            }
        }
        func choose(_ logits: UnsafeBufferPointer<Float>) -> (id: Int, log: Double) {
            parameters.temperature == 0
                ? (argmax(logits), 0) : draw(logits, &random)
        }
        let choice = penalized.isEmpty ? choose(raw) : penalized.withUnsafeBufferPointer(choose)
        return SampledToken(
            id: Int32(choice.id),
            logProbability: wantsLogProbabilities ? logProbability(of: choice.id, raw) : nil,
            sampledLogProbability: wantsLogProbabilities ? choice.log : nil)
    }

    private func argmax(_ logits: UnsafeBufferPointer<Float>) -> Int {
        SoftmaxWeights.indexOfLargest(logits)
    }

    private func draw(_ logits: UnsafeBufferPointer<Float>, _ random: inout RandomStream)
        -> (id: Int, log: Double)
    {
        if parameters.topP >= 1, parameters.minP == 0,
            parameters.topK == 0 || parameters.topK >= logits.count
        {
            let weights = SoftmaxWeights(logits, temperature: parameters.temperature)
            let id = weights.id(at: random.uniform() * weights.total)
            return (id, log(weights[id] / weights.total))
        }
        var candidates = candidates(logits)
        let peak = Double(logits[candidates[0]]) / parameters.temperature
        var weights = candidates.map { exp(Double(logits[$0]) / parameters.temperature - peak) }
        var total = weights.reduce(0, +)
        if parameters.topP < 1 {
            // Sorted already; keeps the token that crosses the threshold.
            var sum = 0.0
            var kept = 0
            while kept < weights.count, kept == 0 || sum < parameters.topP * total {
                sum += weights[kept]
                kept += 1
            }
            candidates.removeLast(candidates.count - kept)
            weights.removeLast(weights.count - kept)
            total = weights.reduce(0, +)
        }
        if parameters.minP > 0 {
            // The likeliest is always kept: its weight is the measure.
            let kept = weights.prefix { $0 >= parameters.minP * weights[0] }.count
            candidates.removeLast(candidates.count - kept)
            weights.removeLast(weights.count - kept)
            total = weights.reduce(0, +)
        }
        var remaining = random.uniform() * total
        for (id, weight) in zip(candidates, weights) {
            remaining -= weight
            if remaining < 0 { return (id, log(weight / total)) }
        }
        let last = weights.lastIndex { $0 > 0 } ?? 0
        return (candidates[last], log(weights[last] / total))
    }

    /// The ids in the running, the likeliest first; sorted where a cut needs it.
    private func candidates(_ logits: UnsafeBufferPointer<Float>) -> [Int] {
        func precedes(_ a: Int, _ b: Int) -> Bool {
            logits[a] != logits[b] ? logits[a] > logits[b] : a < b
        }
        var ids = Array(0..<logits.count)
        if parameters.topK > 0, parameters.topK < ids.count {
            // One pass with a small sorted list beats sorting the whole vocabulary.
            ids = largest(parameters.topK, of: logits, precedes)
        } else {
            ids.sort(by: precedes)
        }
        return ids
    }

    private func largest(
        _ count: Int, of logits: UnsafeBufferPointer<Float>, _ precedes: (Int, Int) -> Bool
    ) -> [Int] {
        var kept: [Int] = []
        kept.reserveCapacity(count + 1)
        for id in logits.indices {
            if kept.count == count, !precedes(id, kept[count - 1]) { continue }
            var low = 0
            var high = kept.count
            while low < high {
                let middle = (low + high) / 2
                if precedes(kept[middle], id) { low = middle + 1 } else { high = middle }
            }
            kept.insert(id, at: low)
            if kept.count > count { kept.removeLast() }
        }
        return kept
    }

    private func logProbability(of id: Int, _ logits: UnsafeBufferPointer<Float>) -> Double {
        let peak = Double(logits[argmax(logits)])
        let sum = logits.reduce(0.0) { $0 + exp(Double($1) - peak) }
        return Double(logits[id]) - peak - log(sum)
    }
}
