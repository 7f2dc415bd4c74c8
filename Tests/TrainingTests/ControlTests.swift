import Foundation
import Optimizers
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Training

/// A person at another terminal: asks while the run goes on, and keeps the answer.
private final class Asker: Sendable {
    private let answer = Mutex<Result<ControlReply, any Error>?>(nil)
    private let done = DispatchSemaphore(value: 0)

    /// Asks, and returns when the request lies before the run.
    init(_ request: ControlRequest, of run: String, timeout: Double = 60) {
        let before = Asker.waiting(in: run)
        Thread.detachNewThread { [self] in
            let result = Result {
                try RunControl.send(run: run, request: request, timeout: timeout)
            }
            answer.withLock { $0 = result }
            done.signal()
        }
        while Asker.waiting(in: run) == before, answer.withLock({ $0 == nil }) { usleep(500) }
    }

    /// How many requests lie before a run.
    private static func waiting(in run: String) -> Int {
        let names = try? FileManager.default.contentsOfDirectory(atPath: run + "/control")
        return (names ?? []).count { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
    }

    func reply() throws -> ControlReply {
        done.wait()
        defer { done.signal() }
        guard let answer = answer.withLock({ $0 }) else { throw ScriptFailure(description: "none") }
        return try answer.get()
    }

    var refusal: String {
        do {
            return "done: \(try reply().message)"
        } catch {
            return "\(error)"
        }
    }
}

extension TrainerTests {
    /// Laws of requests to a running job.
    @Suite struct ControlTests {
        /// Trains, asking after the steps named; everyone's answers come back in order.
        private func train(
            _ run: TinyRun, asking requests: [Int: [ControlRequest]],
            hooks: (any RunHooks)? = nil, log: RunLog = RunLog(), resumes: Bool = false
        ) throws -> (summary: RunSummary, askers: [Asker]) {
            var askers: [Asker] = []
            log.onStep = { report in
                for request in requests[report.step] ?? [] {
                    askers.append(Asker(request, of: run.path))
                }
            }
            let summary = try run.train(resumes: resumes, observer: log, hooks: hooks)
            return (summary, askers)
        }

        @Test func aDialIsSetAtTheNextBoundaryAndJournalled() throws {
            let run = try TinyRun(steps: 5)
            run.configuration.schedule = .constant(.init())
            let log = RunLog()
            let (_, askers) = try train(
                run, asking: [2: [.set(path: "optimizer.lr", value: .number(0.5))]], log: log)
            #expect(log.steps.map(\.learningRate) == [1e-2, 1e-2, 0.5, 0.5, 0.5])
            let reply = try askers[0].reply()
            #expect(reply.step == 2 && reply.message.contains("from step 3 on; it was 0.01"))
            let event = try #require(
                RunJournal.events(run: run.path).first { $0.name == "dial" })
            #expect(event.step == 2 && event.external == 1)
            #expect(event.text("origin") == "nightjar set")
            let left = try FileManager.default.contentsOfDirectory(atPath: run.path + "/control")
            #expect(left == [])
        }

        @Test func badRequestsAreRefusedWithASentenceAndHarmNothing() throws {
            let (run, plain) = (try TinyRun(), try TinyRun())
            try plain.train()
            let (_, askers) = try train(
                run,
                asking: [
                    1: [.set(path: "optimiser.lr", value: .number(1))],
                    2: [.set(path: "optimizer.lr", value: .number(-1))],
                    3: [.rollback(to: 99)], 4: [.rollback(to: 3)],
                    5: [.script("hello"), .rollback(to: -1)],
                ])
            let words = [
                "optimizer.lr", "0 or more", "lies ahead", "step-000003", "no script", "from 0",
            ]
            for (asker, word) in zip(askers, words) {
                #expect(asker.refusal.contains(word), "\(asker.refusal)")
                #expect(!asker.refusal.hasPrefix("done"))
            }
            #expect(try run.weights(step: 6) == plain.weights(step: 6))
            #expect(try run.events(["refused"]).count == 6)
        }

        @Test func dialsOfOneRequestAreTurnedTogetherOrNotAtAll() throws {
            let (run, plain) = (try TinyRun(), try TinyRun())
            try plain.train()
            let rate = DialSetting(path: "optimizer.lr", value: .number(0.5))
            let (_, askers) = try train(
                run,
                asking: [
                    2: [.turn([rate, DialSetting(path: "zzz", value: .integer(1))])],
                    3: [.turn([])],
                ])
            for (asker, word) in zip(askers, ["no dial \"zzz\"", "names no dial"]) {
                #expect(asker.refusal.contains(word), "\(asker.refusal)")
            }
            #expect(try run.weights(step: 6) == plain.weights(step: 6))
            #expect(try run.events(["dial"]) == [])
        }

        @Test func dialsOfOneRequestAreRepeatedTogether() throws {
            let run = try TinyRun(steps: 6)
            run.configuration.checkpoints = .init(everySteps: 2, keepLast: 9, keepBest: 0)
            let settings = [
                DialSetting(path: "optimizer.lr", value: .number(0.02)),
                DialSetting(path: "data.sums.weight", value: .integer(4)),
            ]
            let (_, askers) = try train(run, asking: [3: [.turn(settings)]])
            #expect(try askers[0].reply().message.contains("data.sums.weight is 4"))
            let weights = try run.weights(step: 6)
            try run.forgetCheckpoints(after: 2)
            try run.train(resumes: true)
            #expect(try run.weights(step: 6) == weights)
        }

        @Test func aRunThatIsNotUnderWayIsToldFromNoRun() throws {
            let run = try TinyRun(steps: 2)
            let nothing = #expect(throws: TrainingError.self) {
                try RunControl.send(run: run.path, request: .save)
            }
            #expect(nothing?.message.contains("is not a run") == true)
            try run.train()
            let over = #expect(throws: TrainingError.self) {
                try RunControl.send(run: run.path, request: .save)
            }
            #expect(over?.message.contains("not under way") == true)
        }

        @Test func saveAndStopDoAsTheySay() throws {
            let run = try TinyRun(steps: 6)
            run.configuration.checkpoints.everySteps = nil
            let log = RunLog()
            let (summary, askers) = try train(run, asking: [2: [.save], 4: [.stop]], log: log)
            #expect(summary.ending == .stopped && summary.steps == 4)
            #expect(try askers[0].reply().message.contains("step-000002"))
            #expect(try askers[1].reply().isDone)
            #expect(Set(log.saved) == ["step-000002", "step-000004"])
            #expect(try run.train(resumes: true).steps == 6)
        }

        @Test func aRollbackIsCountedAndRefusedWhenUsedUp() throws {
            let run = try TinyRun(steps: 8)
            run.configuration.checkpoints = .init(everySteps: 2, keepLast: 9, keepBest: 0)
            run.configuration.recovery.maximumRollbacks = 1
            let (summary, askers) = try train(
                run, asking: [5: [.rollback(to: 2)], 6: [.rollback(to: nil)]])
            #expect(try askers[0].reply().message.contains("step 2 again"))
            #expect(askers[1].refusal.contains("the recipe allows 1"))
            #expect(summary.steps == 8)
            #expect(try run.events(["rollback"]) == ["rollback@5"])
        }

        @Test(arguments: [2, 4, 6]) func whatWasAskedIsRepeatedByARunThatResumesFromBefore(
            step: Int
        ) throws {
            let run = try TinyRun(steps: 10)
            run.configuration.checkpoints = .init(everySteps: 2, keepLast: 20, keepBest: 0)
            let (_, askers) = try train(
                run,
                asking: [
                    3: [.set(path: "data.sums.weight", value: .integer(4))],
                    5: [.save, .set(path: "optimizer.lr", value: .number(0.02))],
                    6: [.rollback(to: 4)], 7: [.set(path: "steps", value: .integer(12))],
                ])
            for asker in askers { #expect(try asker.reply().isDone) }
            let (weights, metrics) = (try run.weights(step: 12), try run.metrics())
            for life in 0..<2 {
                // A second time too: what is repeated is not journalled again.
                try run.forgetCheckpoints(after: step)
                let log = RunLog()
                try run.train(resumes: true, observer: log)
                #expect(try run.weights(step: 12) == weights, "life \(life)")
                #expect(try run.metrics() == metrics)
            }
            #expect(try run.events(["dial", "rollback"]).count == 4)
        }

        @Test func garbageIsToldOnceAndLeftAlone() throws {
            let run = try TinyRun()
            let plain = try TinyRun()
            try plain.train()
            let log = RunLog()
            let control = run.path + "/control"
            let ticket = "00000000000000000001-deadbeef-1-1"
            log.onStep = { report in
                guard report.step == 2 else { return }
                _ = FileManager.default.createFile(atPath: control + "/notes.txt", contents: Data())
                try? FileManager.default.createDirectory(
                    atPath: control + "/\(ticket)0.json", withIntermediateDirectories: true)
                mkfifo(control + "/\(ticket)1.json", 0o644)
                for (index, text) in ["", "{", "[1]", "{\"kind\":\"fly\"}", "\u{0}"].enumerated() {
                    _ = FileManager.default.createFile(
                        atPath: control + "/\(ticket)2\(index).json", contents: Data(text.utf8))
                }
                _ = FileManager.default.createFile(
                    atPath: control + "/\(ticket)30.json",
                    contents: Data(repeating: 65, count: 2 << 20))
            }
            try run.train(observer: log)
            #expect(try run.weights(step: 6) == plain.weights(step: 6))
            #expect(log.remarks.filter { $0.contains("left alone") }.count == 3)
            #expect(log.remarks.filter { $0.contains("cannot be read") }.count == 5)
            #expect(log.remarks.filter { $0.contains("are the most") }.count == 1)
            #expect(FileManager.default.fileExists(atPath: control + "/notes.txt"))
        }

        @Test func requestsOfTheDeadAreLeftOut() throws {
            let run = try TinyRun(steps: 4)
            let log = RunLog()
            log.onStep = { report in
                guard report.step == 1 else { return }
                // A request of this machine under a process number that nobody has.
                let asker = Asker(.set(path: "optimizer.lr", value: .number(9)), of: run.path)
                let control = run.path + "/control"
                let names = (try? FileManager.default.contentsOfDirectory(atPath: control)) ?? []
                for name in names where name.hasSuffix(".json") {
                    var parts = name.split(separator: "-").map(String.init)
                    parts[2] = "2147483646"
                    try? FileManager.default.moveItem(
                        atPath: control + "/" + name,
                        toPath: control + "/" + parts.joined(separator: "-"))
                }
                _ = asker
            }
            try run.train(observer: log)
            #expect(log.steps.allSatisfy { $0.learningRate < 1 })
            #expect(log.remarks.contains { $0.contains("whoever made it is gone") })
        }

        @Test func aRequestNobodyLooksAtIsTakenBack() throws {
            let run = try TinyRun(steps: 4)
            let log = RunLog()
            var words = ""
            log.onStep = { report in
                guard report.step == 2 else { return }
                let asker = Asker(.save, of: run.path, timeout: 0.05)
                words = asker.refusal
            }
            try run.train(observer: log)
            #expect(words.contains("is taken back"))
            #expect(try run.events(["save"]) == [])
        }

        @Test func scriptEventsAreJournalledAppliedAndRepeated() throws {
            let run = try TinyRun(steps: 6)
            run.configuration.checkpoints = .init(everySteps: 2, keepLast: 9, keepBest: 0)
            let hooks = EventHooks()
            let (_, askers) = try train(
                run, asking: [3: [.script("loud")], 4: [.script("refuse")]], hooks: hooks)
            #expect(try askers[0].reply().message == "loud is in force.")
            #expect(askers[1].refusal.contains("not that"))
            #expect(hooks.applied == ["loud@3"])
            #expect(try run.events(["swap", "noted"]) == ["noted@1", "swap@3"])
            try run.forgetCheckpoints(after: 2)
            let again = EventHooks()
            try run.train(resumes: true, hooks: again)
            #expect(again.applied == ["loud@3 again"])
        }

        @Test func anEventThatFailsEndsNoRun() throws {
            let (run, plain) = (try TinyRun(), try TinyRun())
            try plain.train()
            let log = RunLog()
            let (summary, askers) = try train(
                run, asking: [3: [.script("break")]], hooks: EventHooks(), log: log)
            #expect(summary.ending == .completed)
            #expect(askers[0].refusal.contains("it broke"))
            #expect(log.steps[3].hookErrors == 1)
            #expect(try run.events(["script_error"]) == ["script_error@3"])
            #expect(try run.weights(step: 6) == plain.weights(step: 6))
        }

        @Test func manyMayAskAtOnce() throws {
            let run = try TinyRun(steps: 6)
            run.configuration.checkpoints = .init(everySteps: 2, keepLast: 9, keepBest: 0)
            let requests = (1...20).map {
                ControlRequest.set(path: "data.sums.weight", value: .integer($0 + 1))
            }
            let (_, askers) = try train(run, asking: [3: requests])
            for asker in askers { #expect(try asker.reply().isDone) }
            let dials = try RunJournal.events(run: run.path).filter { $0.name == "dial" }
            #expect(dials.map(\.external) == (1...20).map { $0 })
            let weights = try run.weights(step: 6)
            try run.forgetCheckpoints(after: 2)
            try run.train(resumes: true)
            #expect(try run.weights(step: 6) == weights)
        }

        @Test func aRemovedFolderIsMadeAgainByWhoeverAsks() throws {
            let run = try TinyRun(steps: 6)
            let log = RunLog()
            var asker: Asker?
            log.onStep = { report in
                if report.step == 2 {
                    try? FileManager.default.removeItem(atPath: run.path + "/control")
                }
                if report.step == 4 { asker = Asker(.save, of: run.path) }
            }
            try run.train(observer: log)
            #expect(try #require(asker).reply().isDone)
        }

        @Test func aJournalThatSomebodyEditedEndsNoRun() throws {
            let (run, plain) = (try TinyRun(), try TinyRun())
            for run in [run, plain] { run.configuration.checkpoints.keepLast = 9 }
            try plain.train()
            try run.train()
            try run.forgetCheckpoints(after: 2)
            let lines = [
                #"{"event":"start","step":3,"external":1}"#,
                #"{"event":"dial","step":3,"external":2}"#,
                #"{"event":"dial","step":3,"external":3,"path":"wings","value":2}"#,
                #"{"event":"rollback","step":4,"external":4,"to":77}"#,
                #"{"event":"rollback","step":4,"external":5,"to":-1}"#,
                #"{"event":"swap","step":-4,"external":9223372036854775807}"#,
                #"{"event":"swap","step":4,"external":-7,"time":[1]}"#,
                "rubbish",
            ]
            let handle = try FileHandle(
                forWritingTo: URL(filePath: run.path + "/events.jsonl"))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data((lines.joined(separator: "\n") + "\n{\"ev").utf8))
            try handle.close()
            let log = RunLog()
            let (_, askers) = try train(
                run, asking: [5: [.save]], log: log, resumes: true)
            #expect(try askers[0].reply().isDone)
            #expect(log.remarks.filter { $0.contains("cannot be repeated") }.count == 5)
            #expect(try run.weights(step: 6) == plain.weights(step: 6))
        }

        @Test func lookingCostsAStepNextToNothing() throws {
            let run = try TinyRun(steps: 1)
            try run.train()
            let inbox = ControlInbox(run: run.path) { Issue.record("\($0)") }
            inbox.open()
            let clock = Stopwatch()
            let count = 2000
            var isEmpty = true
            for _ in 0..<count { isEmpty = inbox.take().isEmpty && isEmpty }
            #expect(isEmpty)
            let microseconds = clock.elapsedSeconds / Double(count) * 1e6
            print("looking for requests: \(microseconds) us")
            #expect(microseconds < 1000)
        }

        @Test func whoAsksAtTheEndIsAnswered() throws {
            let run = try TinyRun(steps: 3)
            let (_, askers) = try train(run, asking: [3: [.save]])
            #expect(askers[0].refusal.contains("has ended"))
        }
    }
}

/// Hooks that answer requests and bring events of their own.
private final class EventHooks: RunHooks {
    var applied: [String] = []
    private var step = 0

    func takeEvents(step: Int) throws -> [ScriptEvent] {
        self.step = step
        return step == 1 ? [ScriptEvent(name: "noted", hasEffect: false)] : []
    }

    func admit(_ request: String, step: Int) throws -> ScriptEvent {
        guard request != "refuse" else { throw ScriptFailure(description: "not that") }
        return ScriptEvent(name: "swap", fields: ["file": .string(request)])
    }

    func apply(_ event: ScriptEvent, isReplay: Bool) throws -> String {
        guard case .string(let file) = event.fields["file"] else { return "" }
        // A repeated event comes before this step's own are asked for.
        if file == "break" { throw ScriptFailure(description: "it broke") }
        applied.append("\(file)@\(isReplay ? step + 1 : step)" + (isReplay ? " again" : ""))
        return "\(file) is in force."
    }
}
