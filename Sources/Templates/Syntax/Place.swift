/// A place in a source: line and column in code points, both from 1.
struct Place: Sendable, Equatable {
    var line = 1
    var column = 1
}
