import Testing

@testable import Tokenizers

@Suite struct ShortWordCacheTests {
    /// A word found is the word stored, whatever took its place in between.
    @Test func answersWithWhatWasStored() {
        let cache = ShortWordCache()
        defer { cache.deallocate() }
        var stored: [[UInt8]: [Int32]] = [:]
        var random = SeededGenerator(state: 21)
        var found = 0
        var out = [Int32](repeating: 0, count: 4)
        for _ in 0..<200_000 {
            let length = Int.random(in: 1...ShortWordCache.maximumLength, using: &random)
            // Few letters, zeros among them: keys differ in length alone, and are met again.
            var word = (0..<length).map { _ in UInt8.random(in: 0...2, using: &random) }
            if length > 6 {
                word.replaceSubrange(5..., with: repeatElement(0xFF, count: length - 5))
            }
            let key = word.withUnsafeBufferPointer {
                ShortWordCache.Key($0.baseAddress.unsafelyUnwrapped, length, readable: length)
            }
            let count = cache.ids(of: key, to: &out)
            if count > 0 {
                found += 1
                #expect(Array(out.prefix(count)) == stored[word])
            } else {
                let ids = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                    Int32.random(in: 0...Int32.max, using: &random)
                }
                cache.store(key, ids, ids.count)
                stored[word] = ids
                #expect(cache.ids(of: key, to: &out) == ids.count)
            }
        }
        #expect(found > 100_000)
    }

    /// A key does not depend on what stands behind the word, nor on how it was read.
    @Test func keysAreOfTheWordAlone() {
        var random = SeededGenerator(state: 22)
        for length in 1...ShortWordCache.maximumLength {
            for _ in 0..<200 {
                let bytes = (0..<24).map { _ in UInt8.random(in: 0...255, using: &random) }
                var other = bytes
                for index in length..<24 { other[index] = .random(in: 0...255, using: &random) }
                func key(_ bytes: [UInt8], readable: Int) -> [UInt64] {
                    bytes.withUnsafeBufferPointer {
                        let key = ShortWordCache.Key(
                            $0.baseAddress.unsafelyUnwrapped, length, readable: readable)
                        return [key.first, key.second]
                    }
                }
                #expect(key(bytes, readable: 24) == key(other, readable: 16))
                #expect(key(bytes, readable: 24) == key(other, readable: length))
            }
        }
    }
}
