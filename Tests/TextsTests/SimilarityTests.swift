import Testing

@testable import Texts

@Suite struct SimilarityTests {
    /// The whole table, cell by cell.
    private func slowDistance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.unicodeScalars), Array(b.unicodeScalars))
        var table = [[Int]](
            repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in 0...a.count {
            for j in 0...b.count {
                if i == 0 || j == 0 {
                    table[i][j] = i + j
                } else {
                    table[i][j] = min(
                        table[i - 1][j] + 1, table[i][j - 1] + 1,
                        table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
                }
            }
        }
        return table[a.count][b.count]
    }

    private func slowCommon(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.unicodeScalars), Array(b.unicodeScalars))
        var table = [[Int]](
            repeating: [Int](repeating: 0, count: b.count + 1), count: a.count + 1)
        for i in 0..<a.count {
            for j in 0..<b.count {
                table[i + 1][j + 1] =
                    a[i] == b[j] ? table[i][j] + 1 : max(table[i][j + 1], table[i + 1][j])
            }
        }
        return table[a.count][b.count]
    }

    /// Lengths on both sides of one, two and three words of 64 cells.
    @Test(arguments: [3, 12, 63, 64, 65, 130, 200])
    func distancesAreThoseOfTheTable(most: Int) throws {
        var samples = Samples(seed: UInt64(most))
        for round in 0..<120 {
            let alphabet = round % 2 == 0 ? "abc" : "aä漢🐦bcdefgh "
            let a = samples.text(of: alphabet, most: most)
            let b = samples.text(of: alphabet, most: most)
            let distance = slowDistance(a, b)
            #expect(try EditDistance.between(a, b) == distance)
            #expect(try EditDistance.between(b, a) == distance)
            #expect(try EditDistance.between(a, b, most: distance) == distance)
            if distance > 0 { #expect(try EditDistance.between(a, b, most: distance - 1) == nil) }
            #expect(try CommonSubsequence.length(a, b) == slowCommon(a, b))
        }
    }

    @Test func knownDistances() throws {
        #expect(try EditDistance.between("kitten", "sitting") == 3)
        #expect(try EditDistance.between("", "abc") == 3 && EditDistance.between("", "") == 0)
        #expect(try EditDistance.between("same", "same", most: 0) == 0)
        #expect(try EditDistance.between("é", "e\u{301}") == 2)
    }

    @Test func aBoundEndsTheWorkEarly() throws {
        var work = 0
        let a = String(repeating: "a", count: 20_000)
        let b = String(repeating: "b", count: 20_000)
        #expect(try EditDistance.between(a, b, most: 100) { work += $0 } == nil)
        let early = work
        #expect(try EditDistance.between(a, b) { work += $0 } == 20_000)
        #expect(early * 50 < work)
    }

    @Test func tablesThatAreTooLargeAreRefusedAndLongCommonEndsAreNot() throws {
        let long = String(repeating: "ab", count: 500_000)
        let other = String(repeating: "ba", count: 500_000)
        for compare in [
            { try EditDistance.between("x" + long, "y" + other) as Any },
            { try CommonSubsequence.length("x" + long, "y" + other) as Any },
        ] {
            let error = #expect(throws: TextsError.self) { try compare() }
            #expect(error?.kind == .work)
        }
        #expect(try EditDistance.between(long + "x" + long, long + "y" + long) == 1)
        #expect(try CommonSubsequence.length(long + "x" + long, long + long) == 2_000_000)
    }

    @Test func theOneWhoPaysMayEndIt() {
        struct Enough: Error {}
        let a = String(repeating: "ab", count: 10_000)
        let b = String(repeating: "bc", count: 10_000)
        #expect(throws: Enough.self) { try EditDistance.between(a, b) { _ in throw Enough() } }
        #expect(throws: Enough.self) { try CommonSubsequence.length(a, b) { _ in throw Enough() } }
        #expect(throws: Enough.self) { try Jaccard.ofCharacters(a, b, 3) { _ in throw Enough() } }
    }

    @Test func sharesOfRunsAreThoseOfTheirSets() throws {
        var samples = Samples(seed: 51)
        for _ in 0..<400 {
            let a = samples.text(of: "abä", most: 12)
            let b = samples.text(of: "abä", most: 12)
            for n in 1...4 {
                func runs(_ text: String) -> Set<[UInt32]> {
                    let scalars = text.unicodeScalars.map(\.value)
                    if scalars.count < n { return [scalars] }
                    return Set((0...(scalars.count - n)).map { Array(scalars[$0..<($0 + n)]) })
                }
                let (x, y) = (runs(a), runs(b))
                let twin = Double(x.intersection(y).count) / Double(x.union(y).count)
                #expect(try Jaccard.ofCharacters(a, b, n) == twin, "\(a) \(b) \(n)")
            }
        }
        #expect(try Jaccard.ofWords("the cat", "a cat") == 1.0 / 3 && Jaccard.ofWords("", ".") == 1)
        #expect(throws: TextsError.self) { try Jaccard.ofCharacters("a", "b", 17) }
    }

    @Test func runsComeInOrder() throws {
        #expect(try NGrams.ofCharacters("aä漢b", 2) == ["aä", "ä漢", "漢b"])
        #expect(try NGrams.ofCharacters("ab", 3) == [] && NGrams.ofCharacters("", 1) == [])
        #expect(try NGrams.ofWords("to be, or not", 2) == ["to be", "be or", "or not"])
        #expect(try NGrams.ofWords("to", 2) == [])
        #expect(throws: TextsError.self) { try NGrams.ofCharacters("abc", 17) }
        let long = String(repeating: "a", count: Bounds.mostItems + 1)
        #expect(throws: TextsError.self) { try NGrams.ofCharacters(long, 2) }
    }
}
