/// Texts such as `<|im_end|>`, which are meant as one token.
enum TokenMarkers {
    private static let longest = 48

    /// Each marker of a text once, in order.
    static func found(in text: String) -> [String] {
        let bytes = Array(text.utf8)
        var markers: [String] = []
        var start = 0
        while start + 1 < bytes.count {
            guard bytes[start] == UInt8(ascii: "<"), bytes[start + 1] == UInt8(ascii: "|") else {
                start += 1
                continue
            }
            var end = start + 2
            while end < min(bytes.count, start + longest), isName(bytes[end]) { end += 1 }
            if end > start + 2, end + 1 < bytes.count, bytes[end] == UInt8(ascii: "|"),
                bytes[end + 1] == UInt8(ascii: ">")
            {
                let marker = String(decoding: bytes[start...end + 1], as: UTF8.self)
                if !markers.contains(marker) { markers.append(marker) }
                start = end + 2
            } else {
                start += 2
            }
        }
        return markers
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
