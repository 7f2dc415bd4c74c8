import CUTF8Proc

/// Unicode normalisation form C of well-formed UTF-8, applied only where it may change something.
///
/// By the tables of Unicode 9, as `NormalizationForm` says.
///
/// A scalar stands alone where its combining class is 0, nothing before it composes with it, and it
/// is its own form C. Before such a scalar a text may be cut without changing its form C, and a
/// text of them alone is composed already (Unicode Standard Annex 15, sections 9 and 13).
/// `wholeForm` is the slow twin.
enum Composition {
    /// 1 for every scalar below U+40000 that stands alone; above, all do.
    private static let standsAlone: FrozenBuffer<UInt8> = {
        let limit = 0x40000
        // The scalars that decompose, what into, and what stands behind the first of these.
        var decomposed: [Int: [Int32]] = [:]
        var composesBackward = [Bool](repeating: false, count: limit)
        for value in 0..<limit {
            guard let scalar = Unicode.Scalar(UInt32(value)), !NormalizationForm.isInert(scalar)
            else { continue }
            let parts = decomposition(Int32(value))
            guard parts.count > 1 || parts[0] != value else { continue }
            decomposed[value] = parts
            for part in parts.dropFirst() where part < limit { composesBackward[Int(part)] = true }
        }
        return FrozenBuffer(
            (0..<limit).map { value in
                guard let scalar = Unicode.Scalar(UInt32(value)) else { return 0 }
                if NormalizationForm.isInert(scalar) { return 1 }
                let first = decomposed[value]?[0] ?? Int32(value)
                guard combiningClass(Int32(value)) == 0, combiningClass(first) == 0,
                    !composesBackward[Int(first)], !composesBackward[value]
                else { return 0 }
                guard decomposed[value] != nil else { return 1 }
                let bytes = Array(UTF8.encode(scalar).unsafelyUnwrapped)
                return bytes.withUnsafeBufferPointer { wholeForm($0) } == bytes ? 1 : 0
            })
    }()

    /// Whether every scalar stands alone; `text` is then composed.
    static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = text.baseAddress else { return true }
        return nextDependent(base, from: 0, text.count).dependent == text.count
    }

    /// The form C of `text`.
    static func form(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        guard let base = text.baseAddress else { return [] }
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 16)
        var done = 0
        while done < text.count {
            // What stands alone before the dependent scalar may compose with it.
            let (last, dependent) = nextDependent(base, from: done, text.count)
            guard dependent < text.count else { break }
            var end = dependent
            while end < text.count, !isAlone(base, end).flag { end += isAlone(base, end).length }
            result.append(contentsOf: text[done..<last])
            result.append(contentsOf: wholeForm(UnsafeBufferPointer(rebasing: text[last..<end])))
            done = end
        }
        result.append(contentsOf: text[done...])
        return result
    }

    /// The form C of `text`, computed throughout.
    static func wholeForm(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        NormalizationForm.composed.whole(text)
    }

    /// The first scalar from `start` on that does not stand alone, or the end, and the scalar
    /// before it, or `start`.
    private static func nextDependent(
        _ base: UnsafePointer<UInt8>, from start: Int, _ count: Int
    ) -> (last: Int, dependent: Int) {
        var last = start
        var index = start
        while index < count {
            if index + 8 <= count,
                UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
                    & 0x8080_8080_8080_8080 == 0
            {
                last = index + 7
                index += 8
                continue
            }
            let (flag, length) = isAlone(base, index)
            if !flag { break }
            last = index
            index += length
        }
        return (last, index)
    }

    @inline(__always)
    private static func isAlone(
        _ base: UnsafePointer<UInt8>, _ index: Int
    ) -> (flag: Bool, length: Int) {
        // Below U+0300 everything stands alone.
        if base[index] < 0xCC { return (true, base[index] < 0x80 ? 1 : 2) }
        let (scalar, length) = UTF8Scan.decode(base, index)
        return (scalar >= 0x40000 || standsAlone[Int(scalar)] == 1, length)
    }

    private static func combiningClass(_ scalar: Int32) -> UInt16 {
        UInt16(utf8proc_get_property(scalar).pointee.combining_class)
    }

    /// The full canonical decomposition of a scalar.
    private static func decomposition(_ scalar: Int32) -> [Int32] {
        let isHangul = (0xAC00...0xD7A3).contains(scalar)
        guard isHangul || utf8proc_get_property(scalar).pointee.decomp_seqindex != .max else {
            return [scalar]
        }
        var parts = [Int32](repeating: 0, count: 16)
        var boundary: Int32 = 0
        let count = utf8proc_decompose_char(
            scalar, &parts, parts.count, utf8proc_option_t(rawValue: UTF8PROC_DECOMPOSE.rawValue),
            &boundary)
        guard (1...parts.count).contains(count) else {
            preconditionFailure("no scalar decomposes into \(count)")
        }
        return Array(parts.prefix(count))
    }
}
