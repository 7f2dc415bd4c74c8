#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A counter-based stream of random numbers: the n-th draw is a function of key and n alone, so a
/// stream is saved as two integers and resumed exactly.
///
/// The mixing function is SplitMix64 (Steele, Lea and Flood 2014).
public struct RandomStream: Sendable, Hashable, Codable {
    public let key: UInt64
    public private(set) var counter: UInt64

    public init(key: UInt64, counter: UInt64 = 0) {
        self.key = key
        self.counter = counter
    }

    /// A stream of its own for each name under a seed.
    public init(seed: UInt64, name: String) {
        // FNV-1a spreads the name; one round of mixing separates near seeds.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        self.init(key: RandomStream.mix(seed ^ RandomStream.mix(hash)))
    }

    /// 64 uniform bits.
    public mutating func next() -> UInt64 {
        counter &+= 1
        return RandomStream.mix(key &+ counter &* 0x9e37_79b9_7f4a_7c15)
    }

    /// Uniform in `[0, 1)`, with 53 random bits.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Standard normal, by Box and Muller (1958); each call takes two draws.
    public mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * .pi * uniform())
    }

    /// The stream after `count` calls of `normal`.
    public func skipping(normals count: Int) -> RandomStream {
        RandomStream(key: key, counter: counter &+ 2 &* UInt64(count))
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
