/// Weights of 8 bits, by their definition: one number at a time.
extension ReferenceBackend {
    public func quantized(_ weight: Tensor) -> Tensor {
        let (rows, columns) = ShapeChecks.quantized(weight)
        let numbers = values(of: weight).map { Float($0) }
        // The scale and the integers of a row, one row after the other.
        let storage = empty([rows * (columns + 1)], .f32)
        let places = storage.address.assumingMemoryBound(to: Float.self)
        for row in 0..<rows {
            let weights = numbers[row * columns..<(row + 1) * columns]
            let isFinite = weights.allSatisfy(\.isFinite)
            let scale = isFinite ? (weights.map(\.magnitude).max() ?? 0) / 127 : .nan
            let place = places + row * (columns + 1)
            place[0] = scale
            for (column, number) in weights.enumerated() {
                let integer = scale > 0 ? (number / scale).rounded(.toNearestOrEven) : 0
                place[1 + column] = max(-127, min(127, integer))
            }
        }
        return Tensor(
            shape: weight.shape, kind: weight.kind, layout: .quantized, backend: self,
            storage: storage.storage)
    }

    /// What a quantized weight stands for: integers times the scale of their row.
    func roundedValues(of weight: Tensor) -> [Double] {
        let (rows, columns) = (weight.shape[0], weight.shape[1])
        let places = weight.address.assumingMemoryBound(to: Float.self)
        return (0..<rows).flatMap { row in
            let place = places + row * (columns + 1)
            return (0..<columns).map { Double(place[1 + $0]) * Double(place[0]) }
        }
    }
}
