/// The library that scripts stand on, one list a noun.
enum LibraryBindings {
    static let all: [Binding] =
        LogBindings.all + MetricBindings.all + RunBindings.all + TimeBindings.all
        + FileBindings.all + TextBindings.all + RegexBindings.all + JSONBindings.all
        + TokenBindings.all + RandomBindings.all + TestBindings.all
}
