/// Straight lines between points: `(progress, factor)`, progress from 0 to 1, rising.
public struct Piecewise: Sendable, Hashable {
    /// Where the line goes through.
    public struct Point: Sendable, Hashable {
        /// Share of the run.
        public var at: Double
        public var factor: Double

        public init(at: Double, factor: Double) {
            self.at = at
            self.factor = factor
        }
    }

    public let points: [Point]

    /// - Parameter points: at least one, in rising order of `at`; outside them the nearest
    ///   factor holds.
    public init(points: [Point]) {
        precondition(!points.isEmpty, "A piecewise schedule has at least one point.")
        self.points = points
    }

    func factor(at position: SchedulePosition) -> Double {
        let progress = position.progress
        guard let after = points.firstIndex(where: { $0.at > progress }) else {
            return points[points.count - 1].factor
        }
        guard after > 0 else { return points[0].factor }
        let (from, to) = (points[after - 1], points[after])
        let course = (progress - from.at) / (to.at - from.at)
        return from.factor + course * (to.factor - from.factor)
    }
}
