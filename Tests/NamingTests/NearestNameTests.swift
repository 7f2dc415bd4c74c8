import Testing

@testable import Naming

struct NearestNameTests {
    /// The definition, by recursion over prefixes; swaps may have other letters between them.
    private func slowDistance(_ a: ArraySlice<Character>, _ b: ArraySlice<Character>) -> Int {
        if a.isEmpty { return b.count }
        if b.isEmpty { return a.count }
        var best = slowDistance(a.dropLast(), b.dropLast()) + (a.last == b.last ? 0 : 1)
        best = min(best, slowDistance(a.dropLast(), b) + 1)
        best = min(best, slowDistance(a, b.dropLast()) + 1)
        for i in a.indices.dropLast() where a[i] == b.last {
            for j in b.indices.dropLast() where b[j] == a.last {
                let between = (a.endIndex - i - 2) + (b.endIndex - j - 2)
                let before = slowDistance(a[..<i], b[..<j])
                best = min(best, before + between + 1)
            }
        }
        return best
    }

    @Test func distanceEqualsItsDefinition() {
        var words = [""]
        for length in 1...4 {
            words += words.filter { $0.count == length - 1 }.flatMap { w in
                ["a", "b", "c"].map { w + $0 }
            }
        }
        // Every pair would take long; every seventh of them covers all shapes.
        for (i, a) in words.enumerated() {
            for (j, b) in words.enumerated() where (i * words.count + j) % 7 == 0 {
                #expect(
                    editDistance(Array(a), Array(b)) == slowDistance(Array(a)[...], Array(b)[...]),
                    "\(a) \(b)")
            }
        }
    }

    @Test func namesAreFoundWhereNear() {
        let keys = ["optimizer", "model", "data", "sequence_length", "steps"]
        #expect(nearestName(to: "optimiser", among: keys) == "optimizer")
        #expect(nearestName(to: "setps", among: keys) == "steps")
        #expect(nearestName(to: "Model", among: keys) == "model")
        #expect(nearestName(to: "dta", among: keys) == "data")
        #expect(nearestName(to: "colour", among: keys) == nil)
        #expect(nearestName(to: "ab", among: ["ac", "aa"]) == "aa")
    }

    @Test func longNamesAreNearToNone() {
        let long = String(repeating: "z", count: 50_000_000)
        let start = ContinuousClock.now
        #expect(nearestName(to: long, among: ["zz", long + "z"]) == nil)
        #expect(nearestName(to: "zzz", among: [long, "zzzz"]) == "zzzz")
        #expect(ContinuousClock.now - start < .seconds(2))
        #expect(shortened("abc", to: 3) == "abc" && shortened("abcd", to: 3) == "abc...")
        #expect(shortened("aéé", to: 4) == "aé..." && shortened("漢", to: 1) == "...")
    }
}
