import Naming

/// A line of metrics with what the probes of a step came to: `probe/NAME/VALUE`, and the ends of
/// its interval as `probe/NAME/VALUE_low` and `probe/NAME/VALUE_high`.
struct ProbeLine: Sendable {
    /// The line as it stands, which has the numbers of a probe in their order.
    let text: String
    /// By key.
    let numbers: [String: Double]

    func estimate(_ measure: SweepMeasure) throws -> (name: String, estimate: Estimate) {
        let names = names(of: measure.probe)
        guard let name = measure.value ?? names.first, names.contains(name) else {
            throw EvaluationError(
                .badSetting,
                names.isEmpty
                    ? "The runs have no probe \"\(measure.probe)\"."
                    : "The probe \"\(measure.probe)\" has no number \"\(measure.value ?? "")\"; "
                        + nearestNameHint(to: measure.value ?? "", among: names))
        }
        let key = "probe/\(measure.probe)/\(name)"
        return (
            name,
            Estimate(
                numbers[key] ?? .nan, low: numbers[key + "_low"], high: numbers[key + "_high"])
        )
    }

    /// The numbers of a probe in their order; the first stands for the probe.
    private func names(of probe: String) -> [String] {
        let opening = "\"probe/\(probe)/"
        let keys = text.ranges(of: opening).map { range in
            String(text[range.upperBound...].prefix { $0 != "\"" })
        }
        let known = Set(keys)
        return keys.filter { key in
            if key == "count" { return false }
            return !["_low", "_high"].contains {
                key.hasSuffix($0) && known.contains(String(key.dropLast($0.count)))
            }
        }
    }
}
