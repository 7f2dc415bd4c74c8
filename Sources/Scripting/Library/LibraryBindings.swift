/// The library that scripts stand on, one list a noun.
enum LibraryBindings {
    static let all: [Binding] =
        TextBindings.all + RegexBindings.all + JSONBindings.all + TokenBindings.all
        + RandomBindings.all + LogBindings.all + MetricBindings.all + RunBindings.all
        + TimeBindings.all + FileBindings.all + HTTPBindings.all + TestBindings.all
}
