public import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Cosines and sines of rotary position embedding (Su et al. 2021) for every position.
///
/// Frequencies and angles are rounded to f32 before the cosine is taken, as the models' own
/// training code does: exact angles would differ from what published weights have learned.
public struct RotaryTable: Sendable {
    /// `[P, D/2]`, f32.
    public let cosines: Tensor
    public let sines: Tensor
    public let positionCount: Int

    /// - Parameters:
    ///   - headSize: D, even.
    ///   - theta: the base of the frequencies, `rope_theta`.
    ///   - scaling: how the frequencies are stretched for longer texts.
    ///   - kind: `f32`, or `f64` beside `f64` activations.
    public init(
        positions: Int, headSize: Int, theta: Double, scaling: RotaryScaling = .none,
        kind: ElementKind = .f32, on backend: any Backend
    ) {
        let half = headSize / 2
        let frequencies = (0..<half).map { index in
            1 / powf(Float(theta), Float(2 * index) / Float(headSize))
        }
        let scaled = scaling.applied(to: frequencies)
        let factor = scaling.attentionFactor
        var cosines: [Float] = []
        var sines: [Float] = []
        cosines.reserveCapacity(positions * half)
        sines.reserveCapacity(positions * half)
        for position in 0..<positions {
            for frequency in scaled {
                let angle = Double(Float(position) * frequency)
                cosines.append(Float(cos(angle) * factor))
                sines.append(Float(sin(angle) * factor))
            }
        }
        self.cosines = Tensor(cosines, shape: [positions, half], kind: kind, on: backend)
        self.sines = Tensor(sines, shape: [positions, half], kind: kind, on: backend)
        positionCount = positions
    }
}
