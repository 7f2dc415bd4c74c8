import Checkpoints
import Corpora
import Foundation
import Optimizers
import Tensors
import TestSupport
import Testing
import Training

extension TrainerTests {
    /// Runs that go on from another run's checkpoint with all that it held.
    @Suite(.serialized) struct ContinueTests {
        /// Ten steps, of which the last three decay; `pre` is step 7.
        private func base(_ change: (inout RunConfiguration) -> Void = { _ in }) throws -> TinyRun {
            let run = try TinyRun(steps: 10)
            run.configuration.stage = .pre
            run.configuration.schedule = .warmupStableDecay(
                .init(warmup: .steps(2), decay: .steps(3)))
            change(&run.configuration)
            try run.train()
            return run
        }

        private func branch(
            of base: TinyRun, at reference: String = "@pre",
            _ change: (inout RunConfiguration) -> Void = { _ in }
        ) throws -> TinyRun {
            let run = try TinyRun(steps: 10)
            let own = run.configuration
            run.configuration = base.configuration
            run.configuration.outputPath = own.outputPath
            run.configuration.model = .folder(base.path + reference)
            run.configuration.continues = true
            change(&run.configuration)
            return run
        }

        private func steps(_ run: TinyRun, after step: Int) throws -> [String] {
            try run.metrics().filter { line in
                guard line.contains("\"type\":\"step\""),
                    let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                        as? [String: Any]
                else { return false }
                return (object["step"] as? Int ?? 0) > step
            }
        }

        @Test(arguments: [0, 3])
        func theBranchIsTheRestOfTheUnbrokenRun(prefetch: Int) throws {
            let base = try base()
            let branch = try branch(of: base) { $0.prefetch = prefetch }
            let log = RunLog()
            let summary = try branch.train(observer: log)
            #expect(log.steps.map(\.step) == [8, 9, 10])
            #expect(summary.stepsNow == 3 && summary.steps == 10)
            #expect(try steps(branch, after: 7) == steps(base, after: 7))
            #expect(try branch.weights(step: 10) == base.weights(step: 10))
            #expect(
                try branch.data("optimizer.safetensors", step: 10)
                    == base.data("optimizer.safetensors", step: 10))
            // Its own stages: it began at pre, which is the other's.
            #expect(try StagePointers(run: branch.path).all() == ["mid": "step-000010"])
            let manifest = try CheckpointStore(run: branch.path) { _ in }.open("step-000010")
                .manifest
            let parents = try #require(manifest?.parents)
            #expect(parents.keys.map { $0.hasSuffix("checkpoints/step-000007") } == [true])
            #expect(
                !log.remarks.contains { $0.contains("begin anew") || $0.contains("here it is") })
        }

        @Test(arguments: [7, 8, 9]) func aBranchResumesExactly(stopAfter: Int) throws {
            let base = try base()
            let branch = try branch(of: base)
            let log = RunLog()
            // Stopped before its first step too.
            if stopAfter == 7 { StopSignal.request() }
            log.onStep = { if $0.step == stopAfter { StopSignal.request() } }
            #expect(try branch.train(observer: log).ending == .interrupted)
            StopSignal.reset()
            try branch.train(resumes: true)
            #expect(try branch.weights(step: 10) == base.weights(step: 10))
            #expect(try steps(branch, after: 7) == steps(base, after: 7))
        }

        @Test func budgetsInTokensAndPassesAreThoseOfTheUnbrokenRun() throws {
            for budget in [Budget.tokens(930), .epochs(0.4)] {
                let base = try base { $0.budget = budget }
                let whole = try #require(
                    CheckpointStore(run: base.path) { _ in }.names().last.flatMap(
                        CheckpointName.step(of:)))
                let branch = try branch(of: base)
                #expect(try branch.train().steps == whole)
                #expect(try branch.weights(step: whole) == base.weights(step: whole))
            }
        }

        @Test func aLongerBranchDecaysLater() throws {
            let base = try base()
            let long = try TinyRun(steps: 14)
            long.configuration.stage = .pre
            long.configuration.schedule = base.configuration.schedule
            try long.train()
            let branch = try branch(of: base) { $0.budget = .steps(14) }
            try branch.train()
            #expect(try branch.weights(step: 14) == long.weights(step: 14))
            #expect(try StagePointers(run: branch.path).all()["pre"] == "step-000011")
        }

        @Test func weightsAloneAreTheDefault() throws {
            let base = try base()
            let branch = try branch(of: base) {
                $0.continues = false
                $0.budget = .steps(3)
            }
            let log = RunLog()
            try branch.train(observer: log)
            #expect(log.steps.map(\.step) == [1, 2, 3])
        }

        @Test func aChangedBatchCountsTokensOnTheWay() throws {
            let base = try base { $0.budget = .tokens(960) }
            let seen = 7 * 4 * 24
            let branch = try branch(of: base) {
                $0.batch = BatchSizes(size: 2)
                $0.budget = .tokens(960)
            }
            // 288 tokens are left, and a step has 48 now.
            #expect(try branch.train().steps == 7 + (960 - seen) / 48)
        }

        @Test func otherDataBeginsAnewAndTheRestGoesOn() throws {
            let base = try base()
            let branch = try branch(of: base) { configuration in
                configuration.data[1] = WeightedSource(
                    source: Source(name: "news", place: .memory((0..<30).map { "news \($0)" })))
            }
            let log = RunLog()
            let trainer = try branch.trainer(observer: log)
            let summary = try trainer.run()
            #expect(log.remarks.contains { $0.contains("\"news\"") })
            let drawn = Dictionary(
                uniqueKeysWithValues: summary.drawn.map { ($0.source, $0.tokens) })
            let state =
                try JSONSerialization.jsonObject(
                    with: base.data("state.json", step: 7)) as? [String: Any]
            let loader = state?["loader"] as? [String: Any]
            let sources = loader?["sources"] as? [[String: Any]]
            let before = try #require(sources?.first?["tokens"] as? Int)
            #expect(try #require(drawn["birds"]) > before)
            // The mix begins its account anew: what comes now is shared as the weights say.
            let now = Double(try #require(drawn["birds"]) - before)
            let news = Double(try #require(drawn["news"]))
            #expect(abs(now / (now + news) - 0.5) < 0.1)
        }

        @Test func whatDiffersIsNamed() throws {
            let base = try base()
            func refusal(_ change: (inout RunConfiguration) -> Void) throws -> String {
                let run = try branch(of: base, change)
                let error = #expect(throws: TrainingError.self) { try run.train() }
                return error?.message ?? ""
            }
            let optimizer = try refusal { $0.optimizer = .sgd(.init(momentum: 0.9)) }
            #expect(optimizer.contains("exp_avg and exp_avg_sq"))
            #expect(optimizer.contains("momentum_buffer"))
            #expect(try refusal { $0.optimizer = .sgd(.init()) }.contains("keeps nothing"))
            #expect(try refusal { $0.optimizer = .muon(.init()) }.contains("optimizers differ"))
            #expect(try refusal { $0.seed = 8 }.contains("seed"))
            #expect(try refusal { $0.precision = .bf16 }.contains("precision = \"f32\""))
            #expect(try refusal { $0.budget = .steps(7) }.contains("step 7"))
            #expect(try refusal { $0.budget = .tokens(100) }.contains("first step"))
            // A folder with weights alone.
            let bare = base.folder.file("bare").path
            try FileManager.default.copyItem(
                atPath: base.path + "/checkpoints/step-000007", toPath: bare)
            for name in ["manifest.json", "state.json"] {
                try FileManager.default.removeItem(atPath: bare + "/" + name)
            }
            #expect(try refusal { $0.model = .folder(bare) }.contains("state.json"))
        }

        @Test func theStepsOfABranchAreFoundAgain() throws {
            let base = try base()
            let branch = try branch(of: base) { $0.checkpoints.everySteps = nil }
            try branch.train()
            func text(_ run: TinyRun) throws -> [String] {
                try StepInspection(
                    run.configuration, run: run.path, step: 9,
                    on: ReferenceBackend.shared.description,
                    cacheFolder: run.folder.file("cache").path,
                    remark: { _ in }, progress: { _, _ in }
                ).pieces.map(\.text)
            }
            #expect(try text(branch) == text(base))
        }

        @Test func theHistoryTellsStagesAndWhereTheRunCameFrom() throws {
            let base = try base()
            let branch = try branch(of: base)
            try branch.train()
            let history = try #require(RunHistory.read(run: base.path).first)
            #expect(history.steps.map(\.step) == Array(1...10))
            #expect(history.marks.map(\.stages) == [["pre"], ["mid"]])
            // Held-out text is scored where a stage is.
            #expect(history.score(at: 7) != nil && history.score(at: 10) != nil)
            #expect(history.step(upTo: 7)?.learningRate == 1e-2)
            let rest = try #require(RunHistory.read(run: branch.path).first)
            #expect(rest.firstStep == 7 && rest.steps.map(\.step) == [8, 9, 10])
            #expect(rest.marks.last?.parents.first?.hasSuffix("step-000007") == true)
            let smooth = history.smoothedLoss(window: 2, count: 5)
            #expect(smooth.last?.step == 10 && smooth.count == 5)
            let last = history.steps.suffix(2).compactMap(\.loss).reduce(0, +) / 2
            #expect(abs(try #require(smooth.last?.loss) - last) < 1e-12)
        }
    }
}
