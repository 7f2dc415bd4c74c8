import Checkpoints
import Testing

@Suite struct RetentionTests {
    @Test func keepsTheLastAndTheNamed() {
        let names = (1...6).map { "step-\($0)" }
        #expect(Retention(keepLast: 6).removable(among: names) == [])
        #expect(Retention(keepLast: 99).removable(among: names) == [])
        #expect(
            Retention(keepLast: 2, protected: ["step-1"])
                .removable(among: names, alsoProtected: ["step-3"]) == ["step-2", "step-4"])
        #expect(Retention(keepLast: 1).removable(among: []) == [])
    }
}
