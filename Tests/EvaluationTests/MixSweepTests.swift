import Corpora
import Foundation
import TestSupport
import Testing
import Training

@testable import Evaluation

/// What a sweep sets in a mix, and what it reads from the runs.
@Suite struct MixSweepTests {
    private func source(_ name: String, _ share: WeightedSource.Share) -> WeightedSource {
        WeightedSource(source: Source(name: name, place: .files(["\(name).txt"])), share: share)
    }

    private func settings(
        _ text: String, _ percent: Double, _ sources: [WeightedSource]
    ) throws -> [String: Double] {
        Dictionary(
            uniqueKeysWithValues: try MixSweep(text).settings(at: percent, in: sources).map {
                ($0.path, $0.value)
            })
    }

    @Test func aListOfPercentagesIsRead() throws {
        let sweep = try MixSweep("customer=100, 75,12.5,0")
        #expect(sweep.source == "customer" && sweep.percents == [100, 75, 12.5, 0])
        #expect(MixSweep.text(75) == "75" && MixSweep.text(12.5) == "12.5")
    }

    @Test(arguments: [
        ("customer", "write a source"), ("=5", "write a source"), ("customer=", "write a source"),
        ("customer=5,x", "\"x\" is not a percentage"), ("customer=101", "from 0 to 100"),
        ("customer=-1", "from 0 to 100"), ("customer=nan", "from 0 to 100"),
        ("customer=5,,6", "\"\" is not"), ("customer=50,75,50.0", "50 stands there twice"),
    ])
    func whatIsNoSweepIsRefused(text: String, sentence: String) {
        let error = #expect(throws: EvaluationError.self) { try MixSweep(text) }
        #expect(error?.message.contains(sentence) == true, "\(error?.message ?? "")")
    }

    @Test func aPercentageIsOneKey() throws {
        let mix = [
            source("customer", .percent(60)), source("glossary", .percent(10)),
            source("law", .replay(50)), source("verse", .replay(50)),
        ]
        #expect(try settings("customer=75", 75, mix) == ["data.customer.percent": 75])
        let error = #expect(throws: EvaluationError.self) { try settings("customer=100", 100, mix) }
        #expect(error?.message.contains("glossary 10") == true)
        #expect(error?.message.contains("sweep up to 90") == true)
        #expect(try MixSweep("customer=1").general(in: mix).map(\.source.name) == ["law", "verse"])
    }

    @Test func weightsKeepTheirRatios() throws {
        let mix = [
            source("customer", .weight(1)), source("law", .weight(3)), source("verse", .weight(1)),
            source("none", .weight(0)),
        ]
        let half = try settings("customer=50", 50, mix)
        #expect(
            half == [
                "data.customer.weight": 50, "data.law.weight": 37.5, "data.verse.weight": 12.5,
            ])
        let all = try settings("customer=100", 100, mix)
        #expect(all["data.customer.weight"] == 100 && all["data.law.weight"] == 0)
    }

    @Test func aMixWithoutGeneralTextIsRefused() throws {
        func message(_ text: String, _ mix: [WeightedSource]) -> String {
            let error = #expect(throws: EvaluationError.self) {
                try MixSweep(text).general(in: mix)
            }
            return error?.message ?? ""
        }
        let percents = [source("customer", .percent(60)), source("law", .percent(40))]
        #expect(message("customer=5", percents).contains("no general text"))
        #expect(message("customer=5", [source("customer", .weight(1))]).contains("no general text"))
        let mix = percents + [source("verse", .replay(100))]
        #expect(message("custmer=5", mix).contains("did you mean \"customer\""))
        #expect(message("verse=5", mix).contains("category of the replay"))
        let read = mix + [source("glossary", .epochs(2))]
        #expect(message("customer=5", read).contains("how often \"glossary\" is read"))
    }

    // MARK: Probes

    private struct Named: ProbeRecipe {
        let name: String

        func open(in setting: ProbeSetting) throws -> any Probe {
            throw TrainingError(.misuse, "Nothing is opened here.")
        }
    }

    private func configuration(_ probes: [String]) -> RunConfiguration {
        var configuration = RunConfiguration(
            name: "a", outputPath: "a", model: .folder("a"),
            data: [source("customer", .percent(60)), source("law", .replay(100))],
            budget: .steps(1))
        configuration.probes.recipes = probes.map(Named.init)
        return configuration
    }

    @Test func probesAreTheRecipesOrAdded() throws {
        let mix = try MixSweep("customer=5")
        let added = try SweepProbes(domain: nil, general: nil, of: mix, in: configuration(["quiz"]))
        #expect(added.domain.text == "domain" && added.general.text == "general")
        #expect(added.added.map(\.name) == ["domain", "general"])
        let texts = added.added.compactMap { ($0 as? LossProbe)?.text }
        #expect(texts == [.heldOut(["customer"]), .heldOut(["replay"])])
        let own = try SweepProbes(
            domain: nil, general: nil, of: mix, in: configuration(["customer", "replay"]))
        #expect(own.domain.text == "customer" && own.general.text == "replay")
        #expect(own.added.isEmpty)
        let named = try SweepProbes(
            domain: "quiz/probability", general: nil, of: mix,
            in: configuration(["quiz", "general"]))
        #expect(named.domain.text == "quiz/probability" && named.added.isEmpty)
    }

    @Test func measuresThatCannotBeAreRefused() throws {
        let mix = try MixSweep("customer=5")
        #expect(throws: EvaluationError.self) {
            try SweepProbes(domain: "quizz", general: nil, of: mix, in: configuration(["quiz"]))
        }
        #expect(throws: EvaluationError.self) {
            try SweepProbes(domain: "quiz", general: "quiz", of: mix, in: configuration(["quiz"]))
        }
        let probes = try SweepProbes(domain: nil, general: nil, of: mix, in: configuration([]))
        try probes.checkHeldOut(["customer": 1, "law": 2], of: mix, in: configuration([]))
        for empty in ["customer", "law"] {
            let error = #expect(throws: EvaluationError.self) {
                try probes.checkHeldOut(
                    [empty == "law" ? "customer" : "law": 1], of: mix, in: configuration([]))
            }
            #expect(error?.message.contains("Nothing of \"\(empty)\" is held out") == true)
        }
    }

    // MARK: Runs and plans

    private func write(_ lines: [String], steps: Int, to folder: TemporaryFolder) throws {
        try folder.write(lines.joined(separator: "\n") + "\n", to: "metrics.jsonl")
        let name = "step-" + String(format: "%06d", steps)
        try folder.write("", to: "checkpoints/\(name)/manifest.json")
    }

    @Test func aFinishedRunIsReadFromItsMetrics() throws {
        let folder = try TemporaryFolder()
        let lines = [
            #"{"type":"run","total_steps":2}"#,
            #"{"type":"probe","step":0,"probe/g/loss":2.5,"probe/g/loss_low":2.4,"probe/g/loss_high":2.6,"probe/g/bits_per_byte":3.5,"probe/g/count":4}"#,
            #"{"type":"step","step":1,"num_tokens":30,"tokens/a":20,"tokens/b":10}"#,
            #"{"type":"step","step":2,"num_tokens":60,"tokens/a":25,"tokens/b":5}"#,
        ]
        try write(lines, steps: 2, to: folder)
        #expect(try SweptRun(folder: folder.path, steps: 2) == nil)
        let last =
            #"{"type":"probe","step":2,"probe/g/loss":"NaN","probe/g/bits_per_byte":3.0,"probe/g/count":4}"#
        try write(lines + [last, #"{"torn":"#], steps: 2, to: folder)
        #expect(try SweptRun(folder: folder.path, steps: 3) == nil)
        let run = try #require(try SweptRun(folder: folder.path, steps: 2))
        #expect(run.tokens == 60 && run.tokensBySource == ["a": 45, "b": 15])
        let start = try run.estimate(SweepMeasure(probe: "g"), at: .start)
        #expect(start.name == "loss")
        #expect(start.estimate == Estimate(2.5, low: 2.4, high: 2.6))
        #expect(try run.estimate(SweepMeasure(probe: "g"), at: .end).estimate.value.isNaN)
        let bits = try run.estimate(SweepMeasure("g/bits_per_byte"), at: .end)
        #expect(bits.estimate == Estimate(3))
        let error = #expect(throws: EvaluationError.self) {
            try run.estimate(SweepMeasure("g/los"), at: .end)
        }
        #expect(error?.message.contains("did you mean \"loss\"") == true)
        #expect(throws: EvaluationError.self) { try run.estimate(SweepMeasure("h"), at: .end) }
    }

    @Test func foldersAreNamedByShareAndSeed() {
        func folder(_ percent: Double, _ seed: UInt64) -> String {
            SweepPlan.folder(source: "customer", percent: percent, seed: seed, own: 3)
        }
        #expect(folder(75, 3) == "customer-075" && folder(100, 3) == "customer-100")
        #expect(folder(12.5, 3) == "customer-012.5" && folder(0, 5) == "customer-000-seed-5")
    }

    @Test func aSweepGoesOnOnlyWithWhatItWas() throws {
        func plan(_ steps: Int, resolved: String = "x", start: String? = "s") -> SweepPlan {
            SweepPlan(
                recipe: "a.lua", resolved: resolved, start: start, source: "c", design: .domain,
                addedProbes: [],
                runs: [.init(percent: 50, seed: 0, steps: steps, folder: "c-050")])
        }
        let old = plan(10)
        try plan(10).checkGoesOn(from: old)
        // Other points may join.
        var more = plan(10)
        more.runs.append(.init(percent: 25, seed: 0, steps: 20, folder: "c-025"))
        try more.checkGoesOn(from: old)
        for other in [plan(11), plan(10, resolved: "y"), plan(10, start: nil)] {
            #expect(throws: EvaluationError.self) { try other.checkGoesOn(from: old) }
        }
        let folder = try TemporaryFolder()
        #expect(try SweepPlan(folder: folder.path) == nil)
        try folder.write(old.json, to: SweepPlan.fileName)
        #expect(try SweepPlan(folder: folder.path) == old)
        try folder.write("{", to: SweepPlan.fileName)
        #expect(throws: EvaluationError.self) { try SweepPlan(folder: folder.path) }
    }
}
