import Testing

@testable import Tokenizers

/// Every character assigned in Unicode 14 against what the steps of `tokenizers` make of it.
@Suite struct CharacterKindTests {
    /// The members of a list of lengths of runs, which are out and in in turns.
    static func members(_ lengths: [Int32], of all: [UInt32]) -> Set<UInt32> {
        var members: Set<UInt32> = []
        var index = 0
        for (turn, length) in lengths.enumerated() {
            if turn % 2 == 1 { members.formUnion(all[index..<(index + Int(length))]) }
            index += Int(length)
        }
        return members
    }

    @Test func everyAssignedCharacterIsOfItsKinds() throws {
        let golden = try Goldens.read("character-kinds")
        let assigned = Self.members(try golden["assigned"].ids(), of: Array(0..<0x110000)).sorted()
        #expect(assigned.count == 144_762)
        for (name, kind) in [
            ("space", CharacterKind.space), ("punctuation", .punctuation), ("word", .word),
            ("mark", .mark), ("nonspacingMark", .nonspacingMark), ("control", .control),
        ] {
            let members = Self.members(try golden[name].ids(), of: assigned)
            #expect(members.count > 20, "\(name)")
            let wrong = assigned.filter {
                CharacterKind.of($0).contains(kind) != members.contains($0)
            }
            #expect(wrong.isEmpty, "\(name): \(wrong.prefix(8).map { String($0, radix: 16) })")
        }
    }
}
