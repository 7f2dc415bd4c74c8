#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// From log-likelihoods to likelihoods.
enum Likelihood {
    /// e to the power of `-nats`.
    static func of(_ nats: Double) -> Double { exp(-nats) }
}
