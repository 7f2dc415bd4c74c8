import Evaluation
import Foundation
import Scripting
import Training

extension SweepPage {
    /// The report as programs read it: `report.json`, and `--json`.
    func object(recipe: String?, notes: [String]) -> [String: Any] {
        var object: [String: Any] = [
            "recipe": setup.base.path, "source": setup.mix.source,
            "design": setup.design.rawValue, "folder": setup.folder, "tolerance": tolerance,
            "seeds": setup.seeds.map { Int(bitPattern: UInt($0)) },
            "domain": measure(
                setup.probes.domain, report.names.domain, report.directions.domain),
            "general": measure(
                setup.probes.general, report.names.general, report.directions.general),
            "interval": intervalSentence,
            "start": [
                "domain": estimate(report.start.domain), "general": estimate(report.start.general),
            ],
            "points": report.rows.map(self.row) + report.unfinished.map(unfinished),
            "notes": notes,
        ]
        if let start = setup.start { object["model"] = start }
        if let choice = report.choice, let row = report.chosen {
            var chosen: [String: Any] = [
                "percent": row.point.percent, "within_tolerance": choice.isWithinTolerance,
                "sentence": choiceSentence,
                "set": (try? setup.settings(at: row.point.percent)) ?? [],
            ]
            if let recipe { chosen["recipe"] = recipe }
            object["chosen"] = chosen
        }
        return object
    }

    private func measure(
        _ measure: SweepMeasure, _ value: String, _ direction: MetricDirection
    ) -> [String: Any] {
        [
            "probe": measure.probe, "value": value, "better": direction.rawValue,
            "added": setup.probes.added.contains { $0.name == measure.probe },
        ]
    }

    private func row(_ row: SweepReport.Row) -> [String: Any] {
        var general = estimate(row.general)
        if let change = report.generalChange(of: row) {
            general["change_percent"] = SweepPage.json(change)
        }
        var domain = estimate(row.domain)
        if row.domainBySeed.count > 1 {
            domain["by_seed"] = row.domainBySeed.map(SweepPage.json)
            general["by_seed"] = row.generalBySeed.map(SweepPage.json)
        }
        var object: [String: Any] = [
            "percent": row.point.percent, "state": "finished", "steps": row.point.steps,
            "domain_tokens": row.domainTokens, "tokens": row.tokens, "domain": domain,
            "general": general, "front": row.isOnFront, "chosen": row.isChosen,
            "runs": row.point.folders,
        ]
        if let epochs = row.domainEpochs { object["epochs"] = epochs }
        return object
    }

    private func unfinished(_ point: SweepPoint) -> [String: Any] {
        let state = SweepPage.state(point.state)
        var object: [String: Any] = [
            "percent": point.percent, "state": state.word, "steps": point.steps,
            "runs": point.folders,
        ]
        if let reason = state.reason { object["reason"] = reason }
        return object
    }

    private func estimate(_ estimate: Estimate) -> [String: Any] {
        var object: [String: Any] = ["value": SweepPage.json(estimate.value)]
        if let low = estimate.low, let high = estimate.high {
            object["low"] = SweepPage.json(low)
            object["high"] = SweepPage.json(high)
        }
        return object
    }

    /// JSON has no NaN and no infinity: they are told as texts, as in `metrics.jsonl`.
    private static func json(_ value: Double) -> Any {
        guard !value.isFinite else { return value }
        return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
    }
}
