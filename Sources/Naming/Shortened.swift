/// The text, or its beginning where it has more than `most` bytes: what strangers wrote may be of
/// any length, and messages repeat it.
///
/// It is cut between characters, and only its beginning is looked at.
public func shortened(_ text: String, to most: Int = 2000) -> String {
    guard text.utf8.count > most else { return text }
    let bytes = text.utf8
    var end = bytes.index(bytes.startIndex, offsetBy: most)
    while end > bytes.startIndex, bytes[end] & 0xC0 == 0x80 { end = bytes.index(before: end) }
    return text[..<end] + "..."
}
