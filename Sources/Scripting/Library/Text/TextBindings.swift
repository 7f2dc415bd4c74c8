/// `nj.text`: text of any script, as Unicode knows it.
///
/// Strings hold bytes; where a function reads characters, a string that is no UTF-8 is refused with
/// the place, and `nj.text.repair` mends it.
enum TextBindings {
    static let all: [Binding] = TextForms.all + TextParts.all + TextMeasures.all
}
