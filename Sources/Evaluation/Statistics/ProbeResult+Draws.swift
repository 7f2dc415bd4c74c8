public import Training

extension ProbeResult.Value {
    /// A number with what it comes to for items drawn again.
    init(_ name: String, _ value: Double, drawn draws: [Double]) {
        let interval = Bootstrap.interval(of: draws)
        self.init(
            name, value, low: interval?.lowerBound, high: interval?.upperBound, draws: draws)
    }

    /// The mean of some items.
    init(mean name: String, of items: [Double], _ bootstrap: Bootstrap) {
        self.init(
            name, items.reduce(0, +) / Double(items.count), drawn: bootstrap.draws(ofMean: items))
    }

    /// How much higher this is than the same number of another model that was asked the same, with
    /// the paired interval.
    public func difference(from other: ProbeResult.Value) -> ProbeResult.Value {
        let draws =
            draws.count == other.draws.count ? zip(draws, other.draws).map { $0 - $1 } : []
        return ProbeResult.Value(name, value - other.value, drawn: draws)
    }
}
