/// A number with the ends of its interval, where it has one.
public struct Estimate: Sendable, Hashable {
    /// The number.
    public var value: Double
    /// The interval's lower end; nil where none is known.
    public var low: Double?
    /// The interval's upper end.
    public var high: Double?

    /// A number and, where it is known, its interval.
    public init(_ value: Double, low: Double? = nil, high: Double? = nil) {
        self.value = value
        self.low = low
        self.high = high
    }

    /// The mean of the numbers that runs with different seeds came to, with the interval in which
    /// the mean over all seeds lies with 95 % confidence: Student's t (Student, "The probable error
    /// of a mean", 1908), mean ± t s / √n with s from n - 1 degrees of freedom.
    ///
    /// The interval is that of the seeds. What the runs were asked is the same for each of them,
    /// and how far its choice matters does not show here.
    ///
    /// - Parameter values: one or more. One has no interval.
    public init(meanOfSeeds values: [Double]) {
        precondition(!values.isEmpty, "There is no mean of nothing.")
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        guard values.count > 1 else {
            self.init(mean)
            return
        }
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let deviation = (squares / (count - 1)).squareRoot()
        let half =
            StudentDistribution.quantile975(degreesOfFreedom: values.count - 1) * deviation
            / count.squareRoot()
        self.init(mean, low: mean - half, high: mean + half)
    }
}

/// Student's t.
enum StudentDistribution {
    /// The first ones, to four digits.
    private static let tabled = [
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622,
    ]

    /// Below which 97.5 percent lie.
    ///
    /// From ten degrees of freedom on by the expansion around the normal distribution's quantile
    /// (Abramowitz and Stegun, 26.7.5), within 0.0003.
    static func quantile975(degreesOfFreedom n: Int) -> Double {
        precondition(n > 0, "A spread needs two numbers.")
        guard n > tabled.count else { return tabled[n - 1] }
        let z = 1.959963984540054
        let n = Double(n)
        let z3 = z * z * z
        let z5 = z3 * z * z
        let z7 = z5 * z * z
        return z + (z3 + z) / (4 * n) + (5 * z5 + 16 * z3 + 3 * z) / (96 * n * n)
            + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * n * n * n)
    }
}
