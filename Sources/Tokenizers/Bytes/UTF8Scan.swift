/// Walks over bytes that should be UTF-8 and need not be.
enum UTF8Scan {
    /// The length of the well-formed sequence at `index`, or 0 where there is none.
    ///
    /// Overlong forms, surrogates and values above U+10FFFF are not well formed (Unicode 15, table
    /// 3-7).
    @inline(__always)
    static func sequenceLength(
        _ bytes: UnsafePointer<UInt8>, _ index: Int, _ end: Int
    ) -> Int {
        let lead = bytes[index]
        if lead < 0x80 { return 1 }
        let wanted = expectedLength(lead)
        guard wanted > 0, index + wanted <= end else { return 0 }
        guard secondByteRange(lead).contains(bytes[index + 1]) else { return 0 }
        for offset in 2..<max(wanted, 2) where bytes[index + offset] & 0xC0 != 0x80 { return 0 }
        return wanted
    }

    /// Whether every byte is ASCII.
    static func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var index = 0
        while index + 8 <= bytes.count {
            let word = UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
            if word & 0x8080_8080_8080_8080 != 0 { return false }
            index += 8
        }
        while index < bytes.count, base[index] < 0x80 { index += 1 }
        return index == bytes.count
    }

    /// The end of the longest well-formed run that begins at `start`.
    static func validRunEnd(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        var index = start
        while index < end {
            while index + 8 <= end {
                let word = UnsafeRawPointer(bytes + index).loadUnaligned(as: UInt64.self)
                if word & 0x8080_8080_8080_8080 != 0 { break }
                index += 8
            }
            guard index < end else { break }
            let length = sequenceLength(bytes, index, end)
            if length == 0 { return index }
            index += length
        }
        return index
    }

    /// The scalar at `index`, which begins a well-formed sequence, and the sequence's length.
    @inline(__always)
    static func decode(_ bytes: UnsafePointer<UInt8>, _ index: Int) -> (scalar: UInt32, length: Int)
    {
        let lead = UInt32(bytes[index])
        if lead < 0x80 { return (lead, 1) }
        let second = UInt32(bytes[index + 1] & 0x3F)
        if lead < 0xE0 { return ((lead & 0x1F) << 6 | second, 2) }
        let third = UInt32(bytes[index + 2] & 0x3F)
        if lead < 0xF0 { return ((lead & 0x0F) << 12 | second << 6 | third, 3) }
        let fourth = UInt32(bytes[index + 3] & 0x3F)
        return ((lead & 0x07) << 18 | second << 12 | third << 6 | fourth, 4)
    }

    /// How many bytes at the end of `bytes` begin a sequence that more bytes could complete.
    static func incompleteSuffixLength(_ bytes: [UInt8]) -> Int {
        for back in 1...3 where back <= bytes.count {
            let lead = bytes[bytes.count - back]
            if lead & 0xC0 == 0x80 { continue }
            guard expectedLength(lead) > back else { return 0 }
            if back >= 2, !secondByteRange(lead).contains(bytes[bytes.count - back + 1]) {
                return 0
            }
            return back
        }
        return 0
    }

    @inline(__always)
    private static func expectedLength(_ lead: UInt8) -> Int {
        switch lead {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 0
        }
    }

    @inline(__always)
    private static func secondByteRange(_ lead: UInt8) -> ClosedRange<UInt8> {
        switch lead {
        case 0xE0: 0xA0...0xBF
        case 0xED: 0x80...0x9F
        case 0xF0: 0x90...0xBF
        case 0xF4: 0x80...0x8F
        default: 0x80...0xBF
        }
    }
}
