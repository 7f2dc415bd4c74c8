import Evaluation
import Telemetry
import Training

/// Probes as people and programs read them.
enum ProbeTable {
    /// Every number of every probe, beside what it was at step 0.
    static func show(before: ProbeReading?, after: ProbeReading?) throws {
        guard let shown = after ?? before else { return }
        let hasBoth = before != nil && after != nil && before?.step != after?.step
        var table = AlignedTable(
            columns: ["probe", "", hasBoth ? "before" : "value"] + (hasBoth ? ["after"] : [])
                + ["95 % interval", "asked"])
        for result in shown.results {
            for (index, value) in result.values.enumerated() {
                let old = hasBoth ? before?[result.name]?[value.name] : nil
                table.add(
                    [index == 0 ? PrintableText.line(result.name) : "", value.name]
                        + (hasBoth ? [old.map(number) ?? ""] : [])
                        + [number(value.value), value.interval ?? "", "\(result.count)"])
            }
        }
        try Output.text(table.render(style: .detect(descriptor: 1)) + "\n")
    }

    /// Every number of two models that were asked the same, and how much higher it is for the first.
    static func compare(
        _ results: [ProbeResult], with others: [ProbeResult], named other: String
    ) throws {
        var table = AlignedTable(columns: [
            "probe", "", "value", PrintableText.line(other), "difference", "95 % interval", "asked",
        ])
        for result in differences(of: results, from: others) {
            for (index, difference) in result.values.enumerated() {
                let pair = [results, others].map { list in
                    list.first { $0.name == result.name }?[difference.name].map(number) ?? ""
                }
                table.add(
                    [index == 0 ? PrintableText.line(result.name) : "", difference.name] + pair + [
                        number(difference.value), difference.interval ?? "", "\(result.count)",
                    ])
            }
        }
        try Output.text(table.render(style: .detect(descriptor: 1)) + "\n")
    }

    /// How much higher each number is than the same of other results.
    static func differences(of results: [ProbeResult], from others: [ProbeResult]) -> [ProbeResult] {
        results.compactMap { result in
            guard let other = others.first(where: { $0.name == result.name }) else { return nil }
            var difference = result
            difference.values = result.values.compactMap { value in
                other.values.first { $0.name == value.name }.map { value.difference(from: $0) }
            }
            return difference
        }
    }

    static func number(_ value: Double) -> String { HumanFormat.fixed(value, digits: 4) }
}

extension ProbeResult.Value {
    /// "0.41 to 0.52"; nil where there is none.
    var interval: String? {
        guard let low, let high else { return nil }
        return "\(ProbeTable.number(low)) to \(ProbeTable.number(high))"
    }
}

extension ProbeReading {
    /// By probe and number, as JSON has it.
    var object: [String: Any] {
        Dictionary(uniqueKeysWithValues: results.map { ($0.name, $0.object) })
    }
}

extension ProbeResult {
    /// By number, with the ends of its interval, as JSON has it.
    var object: [String: Any] {
        var object: [String: Any] = ["count": count]
        for value in values {
            object[value.name] = value.value
            object["\(value.name)_low"] = value.low
            object["\(value.name)_high"] = value.high
        }
        if !dropped.isEmpty { object["dropped"] = dropped }
        return object
    }
}
