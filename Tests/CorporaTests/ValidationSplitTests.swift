import Naming
import Testing

@testable import Corpora

@Suite struct ValidationSplitTests {
    private func holdsOut(_ text: String, _ split: ValidationSplit) -> Bool {
        split.holdsOut(contentHash: ContentHash.xxh3(Array(text.utf8)))
    }

    @Test func theShareHoldsOverManyDocuments() {
        for share in [0.0, 0.05, 0.5] {
            let split = ValidationSplit(share: share, seed: 7)
            let held = (0..<20_000).count { holdsOut("document \($0)", split) }
            #expect(abs(Double(held) / 20_000 - share) < 0.01)
        }
    }

    @Test func aGreaterShareHoldsOutASuperset() {
        for i in 0..<2000 where holdsOut("\(i)", ValidationSplit(share: 0.1)) {
            #expect(holdsOut("\(i)", ValidationSplit(share: 0.2)))
        }
    }

    @Test func seedsChooseOtherDocuments() {
        let same = (0..<2000).count {
            holdsOut("\($0)", ValidationSplit(share: 0.5, seed: 1))
                == holdsOut("\($0)", ValidationSplit(share: 0.5, seed: 2))
        }
        #expect(same > 800 && same < 1200)
    }

    /// Golden: a change of hash or mixing would silently move documents between the sides.
    @Test func theSplitIsTheSameInEveryBuild() {
        let split = ValidationSplit(share: 0.25, seed: 3)
        let held = (0..<40).filter { holdsOut("document \($0)", split) }
        #expect(held == [6, 8, 21, 22, 23, 25, 37, 38])
    }
}
