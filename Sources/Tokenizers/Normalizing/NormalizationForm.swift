import CUTF8Proc

/// The four Unicode normalisation forms (Unicode Standard Annex 15), by the tables of Unicode 9.
///
/// Those are the tables of Hugging Face's `tokenizers`, whose ids must be met: a scalar that is
/// newer has no decomposition there, joins nothing and keeps its place.
public enum NormalizationForm: String, Sendable, Hashable {
    case composed = "NFC"
    case decomposed = "NFD"
    case compatibilityComposed = "NFKC"
    case compatibilityDecomposed = "NFKD"

    private var options: utf8proc_option_t {
        let flags: UInt32 =
            switch self {
            case .composed: UTF8PROC_COMPOSE.rawValue
            case .decomposed: UTF8PROC_DECOMPOSE.rawValue
            case .compatibilityComposed: UTF8PROC_COMPOSE.rawValue | UTF8PROC_COMPAT.rawValue
            case .compatibilityDecomposed: UTF8PROC_DECOMPOSE.rawValue | UTF8PROC_COMPAT.rawValue
            }
        return utf8proc_option_t(rawValue: UTF8PROC_STABLE.rawValue | flags)
    }

    /// The form of `text`, which is well-formed UTF-8.
    func form(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        self == .composed ? Composition.form(text) : whole(text)
    }

    /// Whether `text` is seen at once to be in this form.
    func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        self == .composed ? Composition.isPlain(text) : UTF8Scan.isASCII(text)
    }

    /// The form of `text`, by utf8proc between scalars that it may not touch.
    func whole(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        guard let base = text.baseAddress else { return [] }
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 16)
        var start = 0
        var index = 0
        while index < text.count {
            // No scalar of one or two bytes is newer than Unicode 9 but a handful in U+0500.
            let (value, length) = UTF8Scan.decode(base, index)
            if value >= 0x500, let scalar = Unicode.Scalar(value), Self.isInert(scalar) {
                map(UnsafeBufferPointer(rebasing: text[start..<index]), into: &result)
                result.append(contentsOf: text[index..<(index + length)])
                start = index + length
            }
            index += length
        }
        map(UnsafeBufferPointer(rebasing: text[start...]), into: &result)
        return result
    }

    private func map(_ text: UnsafeBufferPointer<UInt8>, into result: inout [UInt8]) {
        if text.isEmpty { return }
        if UTF8Scan.isASCII(text) { return result.append(contentsOf: text) }
        var output: UnsafeMutablePointer<UInt8>?
        let length = utf8proc_map(text.baseAddress, text.count, &output, options)
        defer { free(output) }
        guard length >= 0, let output else {
            preconditionFailure("well-formed UTF-8 has a form, but utf8proc answered \(length)")
        }
        result.append(contentsOf: UnsafeBufferPointer(start: output, count: length))
    }

    /// Whether the scalar is newer than the tables.
    static func isInert(_ scalar: Unicode.Scalar) -> Bool {
        guard let age = scalar.properties.age else { return true }
        return age.major > 9
    }
}
