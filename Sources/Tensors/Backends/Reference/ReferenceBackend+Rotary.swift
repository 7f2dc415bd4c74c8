extension ReferenceBackend {
    /// Turns each pair `(x[i], x[i + D/2])` of a head by its position's angle.
    public func rotary(
        _ x: Tensor, positions: Tensor, cosines: Tensor, sines: Tensor, headSize: Int,
        rotatedHeads: Int, inverse: Bool, into: Tensor?
    ) -> Tensor {
        let (tokens, heads, tableLength) = ShapeChecks.rotary(
            x, positions: positions, cosines: cosines, sines: sines, headSize: headSize,
            rotatedHeads: rotatedHeads, into: into)
        let half = headSize / 2
        let places = integers(of: positions)
        let (cosineTable, sineTable) = (values(of: cosines), values(of: sines))
        let input = values(of: x)
        var result = input
        for token in 0..<tokens {
            let place = places[token]
            ShapeChecks.require(
                place >= 0 && place < tableLength,
                "Position \(place) lies outside a rotary table of \(tableLength).")
            for head in 0..<rotatedHeads {
                for pair in 0..<half {
                    let first = (token * heads + head) * headSize + pair
                    let second = first + half
                    let cosine = cosineTable[place * half + pair]
                    let sine = sineTable[place * half + pair] * (inverse ? -1 : 1)
                    result[first] = input[first] * cosine - input[second] * sine
                    result[second] = input[second] * cosine + input[first] * sine
                }
            }
        }
        guard let into else { return tensor(result, x.shape, x.kind) }
        copy(tensor(result, x.shape, x.kind), to: into)
        return into
    }
}
