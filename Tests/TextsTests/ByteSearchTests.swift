import Testing

@testable import Texts

@Suite struct ByteSearchTests {
    @Test func findsWhatComparingEverywhereFinds() {
        var samples = Samples(seed: 61)
        for _ in 0..<3000 {
            let text = Array(samples.text(of: "ab", most: 20).utf8)
            let part = Array(("a" + samples.text(of: "ab", most: 4)).utf8)
            for start in 0...text.count {
                let twin = text.indices.first {
                    $0 >= start && text[$0...].starts(with: part)
                }
                #expect(ByteSearch(part).first(in: text, from: start) == twin)
            }
        }
    }

    @Test func aPartThatNearlyStandsEverywhereCostsNoMore() {
        let text = [UInt8](repeating: 0x61, count: 4_000_000)
        let part = [UInt8](repeating: 0x61, count: 1_000_000) + [0x62]
        #expect(ByteSearch(part).first(in: text) == nil)
    }
}
