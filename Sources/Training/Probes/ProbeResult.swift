/// What a probe came to.
public struct ProbeResult: Sendable, Hashable, Codable {
    /// One number, with the interval that it lies in with 95 % confidence.
    public struct Value: Sendable, Hashable, Codable {
        /// Such as `loss`, `accuracy`, `bits_per_byte/fiction`.
        public var name: String
        /// The number.
        public var value: Double
        /// The interval's lower end; nil where none is given.
        public var low: Double?
        /// The interval's upper end.
        public var high: Double?
        /// What the number comes to for the items drawn again, a thousand times; kept by nobody.
        ///
        /// Two models that were asked the same were drawn alike, so that their draws can be
        /// compared one by one.
        public var draws: [Double] = []

        private enum CodingKeys: String, CodingKey {
            case name, value, low, high
        }

        /// A number and, where it is known, its interval.
        public init(
            _ name: String, _ value: Double, low: Double? = nil, high: Double? = nil,
            draws: [Double] = []
        ) {
            self.name = name
            self.value = value
            self.low = low
            self.high = high
            self.draws = draws
        }
    }

    /// The probe's name.
    public var name: String
    /// The number that stands for the probe comes first.
    public var values: [Value]
    /// What was asked: documents, questions, prompts.
    public var count: Int
    /// Rows that could not be asked, by cause.
    public var dropped: [String: Int] = [:]

    /// What came of a probe.
    public init(name: String, values: [Value], count: Int, dropped: [String: Int] = [:]) {
        self.name = name
        self.values = values
        self.count = count
        self.dropped = dropped
    }

    /// The number that stands for the probe.
    public var headline: Value? { values.first }

    /// The same without what nobody keeps.
    var kept: ProbeResult {
        var kept = self
        for index in kept.values.indices { kept.values[index].draws = [] }
        return kept
    }

    /// A number by its name.
    public subscript(name: String) -> Double? { values.first { $0.name == name }?.value }

    /// A sentence about rows that could not be asked; nil where all were.
    public var remark: String? {
        guard !dropped.isEmpty else { return nil }
        let causes = dropped.sorted { $0.key < $1.key }.map { "\($0.value) (\($0.key))" }
        return "The probe \"\(name)\" leaves out rows: \(causes.joined(separator: ", "))."
    }
}

/// What the probes of a run came to after a number of steps.
public struct ProbeReading: Sendable, Hashable, Codable {
    /// Steps made.
    public var step: Int
    /// In the order of the recipe.
    public var results: [ProbeResult]

    /// Results at a step.
    public init(step: Int, results: [ProbeResult]) {
        self.step = step
        self.results = results
    }

    /// The result of a probe by its name.
    public subscript(name: String) -> ProbeResult? { results.first { $0.name == name } }
}
