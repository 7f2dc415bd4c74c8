/// Which way a number is better.
public enum MetricDirection: String, Sendable, Hashable, CaseIterable {
    /// The lower, the better.
    case lower
    /// The higher, the better.
    case higher

    /// The direction of a probe's number by its name, such as `loss` or `bits_per_byte/fiction`:
    /// what counts nats or bits is better when it is lower, everything else when it is higher.
    public init(ofValue name: String) {
        let kind = name.prefix { $0 != "/" }
        self = ["loss", "bits_per_byte"].contains(kind) ? .lower : .higher
    }

    /// How far `value` is on the worse side of `start`, as a share of `start`'s size; below 0 where
    /// it is better.
    public func worsening(from start: Double, to value: Double) -> Double {
        let worse = self == .lower ? value - start : start - value
        // A start of 0 has no shares: what is worse than it is worse beyond any of them.
        return worse == 0 ? 0 : worse / abs(start)
    }

    /// Whether `a` is the better of the two; what is no number is better than nothing.
    public func prefers(_ a: Double, to b: Double) -> Bool {
        self == .lower ? a < b : a > b
    }
}

/// One number of one probe, by which the points of a sweep are told apart.
public struct SweepMeasure: Sendable, Hashable {
    /// The probe's name.
    public let probe: String
    /// The number's name; nil for the one that stands for the probe.
    public let value: String?

    /// A number of a probe.
    public init(probe: String, value: String? = nil) {
        self.probe = probe
        self.value = value
    }

    /// Reads `general`, or `general/bits_per_byte/fiction`: a probe's name has no `/`.
    ///
    /// - Throws: `EvaluationError` where a name is missing.
    public init(_ text: String) throws {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty }), let probe = parts.first else {
            throw EvaluationError(
                .badSetting,
                "\"\(text)\" names no number of a probe; write a probe's name, or general/loss.")
        }
        self.init(probe: String(probe), value: parts.count > 1 ? String(parts[1]) : nil)
    }

    /// As it was written.
    public var text: String { probe + (value.map { "/" + $0 } ?? "") }
}
