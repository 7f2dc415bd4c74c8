/// Cuts well-formed UTF-8 into words that follow one another without a gap.
protocol WordCutting {
    /// The end of the word that begins at `start`, which is before the end of the text.
    func wordEnd(from start: Int) -> Int
}

/// Cuts text into words as GPT-2's pattern does, by hand.
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// `SplitPattern` with `WordSplitter.pattern` is its slow twin.
struct WordSplitter: WordCutting {
    static let pattern =
        #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

    let bytes: UnsafePointer<UInt8>
    let end: Int
    private let ascii: UnsafePointer<UInt8>

    /// `bytes` is well-formed UTF-8 and outlives the splitter.
    init(_ bytes: UnsafePointer<UInt8>, count: Int) {
        self.bytes = bytes
        end = count
        ascii = CharacterClass.ascii.pointer
    }

    @inline(__always)
    func wordEnd(from start: Int) -> Int {
        let first = bytes[start]
        if first == 0x27 {
            let length = contractionLength(start)
            if length > 0 { return start + length }
        }
        var index = start
        if first == 0x20, start + 1 < end { index += 1 }
        let (kind, length) = classify(index)
        if kind != CharacterClass.space.rawValue {
            return runEnd(kind, index + length)
        }
        return spaceEnd(start)
    }

    /// The end of a run of white space, less its last character where a word follows.
    private func spaceEnd(_ start: Int) -> Int {
        var index = start
        var last = start
        while index < end {
            let (kind, length) = classify(index)
            if kind != CharacterClass.space.rawValue {
                return last > start ? last : index
            }
            last = index
            index += length
        }
        return end
    }

    /// The end of a run of characters of class `kind`.
    @inline(__always)
    func runEnd(_ kind: UInt8, _ start: Int) -> Int {
        var index = start
        while index < end {
            let byte = bytes[index]
            if byte < 0x80 {
                if ascii[Int(byte)] != kind { return index }
                index &+= 1
            } else {
                let (next, length) = classifyWide(index)
                if next != kind { return index }
                index &+= length
            }
        }
        return end
    }

    /// The class of the character at `index`, and its length.
    @inline(__always)
    func classify(_ index: Int) -> (kind: UInt8, length: Int) {
        let byte = bytes[index]
        return byte < 0x80 ? (ascii[Int(byte)], 1) : classifyWide(index)
    }

    private func classifyWide(_ index: Int) -> (kind: UInt8, length: Int) {
        let (scalar, length) = UTF8Scan.decode(bytes, index)
        let table = CharacterClass.table
        return (scalar < UInt32(table.count) ? table[Int(scalar)] : 0, length)
    }

    private func contractionLength(_ start: Int) -> Int {
        guard start + 1 < end else { return 0 }
        switch bytes[start + 1] {
        case 0x73, 0x74, 0x6D, 0x64: return 2
        case 0x72, 0x76: return start + 2 < end && bytes[start + 2] == 0x65 ? 3 : 0
        case 0x6C: return start + 2 < end && bytes[start + 2] == 0x6C ? 3 : 0
        default: return 0
        }
    }
}
