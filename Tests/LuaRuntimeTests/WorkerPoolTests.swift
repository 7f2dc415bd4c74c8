import Foundation
import LuaRuntime
import Synchronization
import Testing

@Suite(.serialized)
struct WorkerPoolTests {
    private static let program = """
        local calls = 0
        local function double(x) return x * 2 end
        local function spin(n) local s = 0 for i = 1, n do s = s + i end return s end
        local function odd(x) if x % 3 == 0 then error("no " .. x) end return { x, name = "item" } end
        local function loop(x) if x == 5 then while true do end end return x end
        local function eat(x) if x == 2 then local t = {} for i = 1, math.huge do t[i] = i end end return x end
        local function hang(x) if x == 7 then sleep() end return x end
        local function order(x) local out = {} for k, v in pairs(x) do out[#out + 1] = k .. tostring(v) end return table.concat(out, " ") end
        return { double = double, spin = spin, odd = odd, loop = loop, eat = eat, hang = hang, order = order }
        """

    private func makePool(
        _ count: Int, grace: Double = 0.25,
        sleep: @escaping @Sendable () -> Void = {}
    ) -> LuaWorkerPool {
        LuaWorkerPool(workerCount: count, graceSeconds: grace) { _, name in
            guard name != "broken" else {
                throw LuaError(kind: .syntax, message: "this program does not load")
            }
            let state = LuaState(print: { _ in })
            state.register(name: "sleep") { _ in
                sleep()
                return []
            }
            let reader = try LuaReader(try state.run(Self.program, name: "\(name).lua")[0])
            var functions: [String: LuaFunction] = [:]
            for name in reader.names { functions[name] = try reader.function(name) }
            return LuaWorkerState(state: state, functions: functions)
        }
    }

    @Test func resultsComeInTheOrderOfTheItems() throws {
        for workers in [1, 2, 5] {
            let pool = makePool(workers)
            let items = (0..<10_000).map { LuaValue.integer(Int64($0)) }
            let results = pool.map("plain", "double", items: items, budget: Budget(seconds: 5))
            #expect(results.count == items.count)
            for (index, result) in results.enumerated() {
                #expect(try result.get() == .integer(Int64(2 * index)))
            }
            #expect(pool.map("plain", "double", items: [], budget: Budget()).isEmpty)
        }
    }

    @Test func anErrorIsItsItemsAlone() throws {
        let pool = makePool(2)
        let deep = (0..<70).reduce(LuaValue.integer(1)) { inner, _ in
            .table(LuaTable(array: [inner]))
        }
        var items = (1...1000).map { LuaValue.integer(Int64($0)) }
        items[9] = deep
        items[0] = deep
        let results = pool.map("plain", "odd", items: items, budget: Budget(seconds: 5))
        for (index, result) in results.enumerated() {
            switch result {
            case .success(let value):
                #expect((index + 1) % 3 != 0)
                #expect(value.asTable?.array == [.integer(Int64(index + 1))])
            case .failure(let error):
                if index == 0 || index == 9 {
                    #expect(error.kind == .type)
                } else {
                    #expect((index + 1) % 3 == 0)
                    #expect(error.sentence == "plain.lua:4: no \(index + 1)")
                }
            }
        }
    }

    @Test func aBudgetIsEachItemsOwn() throws {
        let pool = makePool(2)
        let items = (1...40).map { LuaValue.integer(Int64($0)) }
        let timed = pool.map("plain", "loop", items: items, budget: Budget(seconds: 0.05))
        for (index, result) in timed.enumerated() {
            let kind =
                { if case .failure(let error) = result { return error.kind } else { return nil } }()
                as LuaError.Kind?
            #expect(kind == (index == 4 ? .budgetTime : nil))
        }
        let fed = pool.map(
            "plain", "eat", items: items, budget: Budget(seconds: 5, memoryBytes: 4 << 20))
        #expect(fed.map { (try? $0.get()) != nil } == items.indices.map { $0 != 1 })
        let counted = pool.map(
            "plain", "spin", items: [10, 100_000, 10],
            budget: Budget(seconds: 5, instructions: 5000))
        #expect(counted.map { (try? $0.get()) != nil } == [true, false, true])
        #expect(pool.replacedCount == 0)
    }

    /// The heavy items stand together in one worker's share; where they stand at its front, they
    /// are also in its hands before anybody else looks.
    @Test(arguments: [0..<64, 64..<128, 448..<512])
    func heavyItemsThatStandTogetherAreSharedOut(_ heavy: Range<Int>) throws {
        let napped = Mutex<[Int: Int]>([:])
        let pool = LuaWorkerPool(workerCount: 2) { worker, _ in
            let state = LuaState(print: { _ in })
            state.register(name: "nap") { _ in
                napped.withLock { $0[worker, default: 0] += 1 }
                Thread.sleep(forTimeInterval: 0.004)
                return []
            }
            let function = try state.load(
                "local t = ... local x, is_heavy = t[1], t[2] if is_heavy then nap() end return x",
                name: "work.lua")
            return LuaWorkerState(state: state, functions: ["work": function])
        }
        let items = (0..<512).map { LuaValue.integer(Int64($0)) }
        let asked = items.enumerated().map { index, item in
            LuaValue.table(LuaTable(array: [item, .boolean(heavy.contains(index))]))
        }
        let results = pool.map("p", "work", items: asked, budget: Budget(seconds: 5))
        #expect(results.compactMap { try? $0.get() } == items)
        let counts = napped.withLock { $0 }
        #expect(counts.values.reduce(0, +) == heavy.count)
        #expect((counts.values.min() ?? 0) >= heavy.count / 4, "\(counts)")
        #expect(counts.count == 2)
    }

    @Test func aStalledWorkerIsCutOffAndReplaced() throws {
        let release = DispatchSemaphore(value: 0)
        let pool = makePool(2, grace: 0.05) { release.wait() }
        let items = (1...100).map { LuaValue.integer(Int64($0)) }
        let clock = ContinuousClock()
        var results: [Result<LuaValue, LuaError>] = []
        let elapsed = clock.measure {
            results = pool.map("plain", "hang", items: items, budget: Budget(seconds: 0.05))
        }
        #expect(elapsed < .seconds(5))
        #expect(pool.replacedCount == 1)
        for (index, result) in results.enumerated() {
            if index == 6 {
                guard case .failure(let error) = result else {
                    Issue.record("the stalled item ended well")
                    continue
                }
                #expect(error.kind == .budgetTime)
                #expect(error.message.contains("cut off"))
            } else {
                #expect(try result.get() == items[index])
            }
        }
        // The pool goes on, also once the thread that was left behind wakes up.
        release.signal()
        for _ in 0..<20 {
            let again = pool.map("plain", "double", items: items, budget: Budget(seconds: 5))
            #expect(again.compactMap { try? $0.get() }.count == 100)
        }
    }

    @Test func twentyFreshStatesAnswerAlike() throws {
        let items: [LuaValue] = (0..<50).map { round in
            .table(
                LuaTable(
                    fields: (0..<40).map { key in
                        .init(
                            key: .string(LuaString("k\(key * 7919 % 40)")),
                            value: .integer(Int64(round * key)))
                    }))
        }
        var first: [LuaValue]?
        for workers in 1...20 {
            let pool = makePool(min(workers, 4))
            let answers = try pool.map(
                "plain", "order", items: items, budget: Budget(seconds: 5)
            ).map { try $0.get() }
            #expect(answers == first ?? answers)
            first = answers
        }
    }

    @Test func programsHaveStatesOfTheirOwn() throws {
        let made = Mutex<[String]>([])
        let pool = LuaWorkerPool(workerCount: 2) { worker, program in
            made.withLock { $0.append("\(program) \(worker)") }
            let state = LuaState()
            let count = try state.run(
                "local n = 0 return function() n = n + 1 return n end", name: program)
            guard case .function(let function) = count[0] else {
                throw LuaError(kind: .type, message: "no function")
            }
            return LuaWorkerState(state: state, functions: ["count": function])
        }
        let one: [LuaValue] = [1]
        for _ in 0..<10 {
            _ = pool.map("a", "count", items: one, budget: Budget())
            _ = pool.map("b", "count", items: one, budget: Budget())
        }
        let names = made.withLock { $0 }
        #expect(Set(names).count == names.count)
        #expect(names.count <= 4)
        #expect(pool.memoryBytes.contains { ($0["a"] ?? 0) > 1000 })
        #expect(pool.memoryBytes.flatMap(\.values).allSatisfy { $0 < 64 << 10 })
        pool.forget("a")
        #expect(
            try pool.map("a", "count", items: one, budget: Budget())[0].get() == 1)
    }

    @Test func whatCannotBeMadeOrFoundIsEveryItemsError() {
        let pool = makePool(2)
        for (program, function) in [("broken", "double"), ("plain", "none")] {
            let results = pool.map(
                program, function, items: Array(repeating: 1, count: 500), budget: Budget())
            #expect(results.count == 500)
            for result in results {
                guard case .failure(let error) = result else {
                    Issue.record("ended well")
                    break
                }
                #expect(
                    error.message == "this program does not load"
                        || error.message == "program 'plain' has no function 'none'")
            }
        }
    }

    @Test func severalThreadsMayAskAtOnce() async throws {
        let pool = makePool(2)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for start in 0..<4 {
                group.addTask {
                    let items = (0..<3000).map { LuaValue.integer(Int64($0 + start * 10_000)) }
                    return try pool.map("plain", "double", items: items, budget: Budget())
                        .enumerated().allSatisfy {
                            try $0.element.get()
                                == .integer(Int64(2 * ($0.offset + start * 10_000)))
                        }
                }
            }
            for try await right in group { #expect(right) }
        }
    }
}
