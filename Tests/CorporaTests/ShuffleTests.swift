import Testing

@testable import Corpora

@Suite struct ShuffleTests {
    @Test func everyOrderIsAPermutation() {
        for count in Array(1...70) + [255, 256, 257, 1000, 4097] {
            for epoch in 0..<3 {
                let order = Shuffle(count: count, seed: 11, epoch: epoch)
                #expect((0..<count).map { order($0) }.sorted() == Array(0..<count))
            }
        }
    }

    @Test func epochsAndSeedsGiveOtherOrders() {
        func order(_ seed: UInt64, _ epoch: Int) -> [Int] {
            let order = Shuffle(count: 100, seed: seed, epoch: epoch)
            return (0..<100).map { order($0) }
        }
        let orders = (0..<5).flatMap { seed in (0..<5).map { order(seed, $0) } }
        #expect(Set(orders).count == 25)
        #expect(order(3, 4) == order(3, 4))
    }

    @Test func everyThingIsEquallyOftenAtEveryPlace() {
        let count = 10
        let draws = 4000
        var table = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
        for seed in 0..<draws {
            let order = Shuffle(count: count, seed: UInt64(seed), epoch: 0)
            for place in 0..<count { table[place][order(place)] += 1 }
        }
        let expected = Double(draws) / Double(count)
        let chiSquare = table.joined().reduce(0.0) {
            let difference = Double($1) - expected
            return $0 + difference * difference / expected
        }
        // 81 degrees of freedom: 0.1 % of fair tables exceed 127.
        #expect(chiSquare < 127)
    }

    @Test func neighboursAreNotKeptTogether() {
        let order = Shuffle(count: 10_000, seed: 1, epoch: 0)
        let kept = (1..<10_000).count { order($0) == order($0 - 1) + 1 }
        #expect(kept < 10)
    }
}
