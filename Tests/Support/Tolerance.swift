public import Tensors
public import Testing

/// How far a tensor may be from another: `norm(a - b) / norm(b)`.
public struct Tolerance: Sendable, ExpressibleByFloatLiteral {
    public let relativeError: Double

    public init(_ relativeError: Double) { self.relativeError = relativeError }
    public init(floatLiteral value: Double) { relativeError = value }

    /// What single precision is held to.
    public static let f32: Tolerance = 1e-5
    /// What a result may lose by passing through bf16 on its way.
    public static let bf16: Tolerance = 4e-3
}

/// `norm(a - b) / norm(b)`; `norm(a)` where `b` is zero, infinite where a difference is not finite.
public func relativeError(_ a: [Double], _ b: [Double]) -> Double {
    guard a.count == b.count else { return .infinity }
    var difference = 0.0
    var size = 0.0
    for (x, y) in zip(a, b) {
        difference += (x - y) * (x - y)
        size += y * y
    }
    let error = difference.squareRoot() / (size > 0 ? size.squareRoot() : 1)
    return error.isFinite ? error : .infinity
}

/// Expects one tensor within a tolerance of another, and of its shape.
public func expectClose(
    _ actual: Tensor, _ expected: Tensor, _ tolerance: Tolerance, _ label: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    expect(
        actual.shape == expected.shape,
        "\(label): the shape is \(actual.shape), not \(expected.shape)", sourceLocation)
    expectClose(
        actual.readDoubles(), expected.readDoubles(), tolerance, label,
        sourceLocation: sourceLocation)
}

/// Expects numbers within a tolerance of others.
public func expectClose(
    _ actual: [Double], _ expected: [Double], _ tolerance: Tolerance, _ label: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let error = relativeError(actual, expected)
    expect(
        error <= tolerance.relativeError,
        "\(label): the relative error is \(error), above \(tolerance.relativeError)",
        sourceLocation)
}

/// Expects two tensors of one shape and kind to hold the same bytes.
public func expectEqualBits(
    _ actual: Tensor, _ expected: Tensor, _ label: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    expect(
        actual.shape == expected.shape && actual.kind == expected.kind,
        "\(label): \(actual.kind) \(actual.shape) is not \(expected.kind) \(expected.shape)",
        sourceLocation)
    let (a, b) = (actual.hostBytes(), expected.hostBytes())
    let firstDifference = zip(a, b).enumerated().first { $1.0 != $1.1 }
        .map { $0.offset / actual.kind.byteCount }
    expect(
        firstDifference == nil,
        "\(label): the bits differ from element \(firstDifference ?? 0) on", sourceLocation)
}

private func expect(
    _ holds: Bool, _ sentence: @autoclosure () -> String, _ sourceLocation: SourceLocation
) {
    if !BrokenExpectations.takes(holds), !holds {
        Issue.record("\(sentence())", sourceLocation: sourceLocation)
    }
}

extension Tensor {
    /// The bytes of the elements.
    public func hostBytes() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, filled in
            readBytes(
                into: UnsafeMutableRawBufferPointer(
                    start: buffer.baseAddress, count: byteCount))
            filled = byteCount
        }
    }
}
