import Testing

@testable import Tokenizers

@Suite struct ByteStringTableTests {
    @Test func numbersStringsInOrderOfInsertion() {
        var table = ByteStringTable()
        for value in 0..<5000 {
            let (index, isNew) = table.insert(Array("word\(value)".utf8))
            #expect(index == value && isNew)
        }
        for value in 0..<5000 {
            #expect(table.find(Array("word\(value)".utf8)) == value)
            #expect(Array(table[value]) == Array("word\(value)".utf8))
        }
        #expect(table.insert(Array("word7".utf8)).isNew == false)
        #expect(table.find(Array("word".utf8)) == nil)
        #expect(table.find([]) == nil)
        #expect(table.insert([]).isNew)
        #expect(table.find([]) == 5000)
    }

    /// `"é"` in one scalar and in two are one Swift string, but two tokens.
    @Test func canonicallyEquivalentStringsStayApart() {
        var table = ByteStringTable()
        #expect(table.insert(Array("\u{E9}".utf8)).index == 0)
        #expect(table.insert(Array("e\u{301}".utf8)).index == 1)
    }
}
