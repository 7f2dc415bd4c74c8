public import Tensors

/// Numbers that a test gives to several backends: already rounded to their kind, so that all
/// compute from the same.
public struct Sample: Sendable {
    public let values: [Double]
    public let shape: Shape
    public let kind: ElementKind

    /// Takes the values as they are where the kind holds them, and the nearest ones otherwise.
    public init(_ values: [Double], _ shape: Shape, _ kind: ElementKind = .f32) {
        switch kind {
        case .i32, .f64:
            self.values = values
        case .f32, .bf16:
            let reference = ReferenceBackend.shared
            let exact = Tensor(values, shape: shape, on: reference)
            self.values = reference.cast(exact, to: kind).readDoubles()
        }
        self.shape = shape
        self.kind = kind
    }

    public init(_ integers: [Int]) {
        values = integers.map(Double.init)
        shape = [integers.count]
        kind = .i32
    }

    /// Some of the outermost rows.
    public func rows(_ range: Range<Int>) -> Sample {
        let width = shape.dimensions.dropFirst().reduce(1, *)
        return Sample(
            Array(values[range.lowerBound * width..<range.upperBound * width]),
            Shape([range.count] + shape.dimensions.dropFirst()), kind)
    }

    /// The sample as a new tensor of a backend, in its own kind or another.
    public func tensor(on backend: any Backend, as other: ElementKind? = nil) -> Tensor {
        switch other ?? kind {
        case .i32: Tensor(values.map { Int32($0) }, shape: shape, on: backend)
        case .f64: Tensor(values, shape: shape, on: backend)
        case let kind: Tensor(values.map { Float($0) }, shape: shape, kind: kind, on: backend)
        }
    }
}

extension SplitMix64 {
    /// Normally distributed numbers.
    public mutating func sample(
        _ shape: Shape, _ kind: ElementKind = .f32, scale: Double = 1, shift: Double = 0
    ) -> Sample {
        Sample((0..<shape.count).map { _ in normal() * scale + shift }, shape, kind)
    }

    /// Integers in `range`.
    public mutating func integers(_ count: Int, in range: Range<Int>) -> Sample {
        Sample((0..<count).map { _ in integer(in: range) })
    }

    /// The `starts` of a batch of rows, each filled with documents of random lengths.
    public mutating func documentStarts(batch: Int, time: Int) -> Sample {
        var starts: [Int] = []
        for _ in 0..<batch {
            var first = 0
            for length in documentLengths(filling: time) {
                starts += [Int](repeating: first, count: length)
                first += length
            }
        }
        return Sample(starts)
    }
}
