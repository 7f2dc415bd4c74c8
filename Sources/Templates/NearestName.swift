/// The valid name that is nearest to one that is not, by single letters changed.
func nearestName(_ name: String, _ names: some Sequence<String>) -> String {
    let name = Array(name.unicodeScalars.prefix(40))
    var best = (name: "", distance: Int.max)
    for candidate in names.sorted() {
        let distance = editDistance(name, Array(candidate.unicodeScalars))
        if distance < best.distance { best = (candidate, distance) }
    }
    return best.name
}

private func editDistance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var row = Array(0...right.count)
    for (i, scalar) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in right.enumerated() {
            let changed = diagonal + (scalar == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(changed, row[j] + 1, diagonal + 1)
        }
    }
    return row[right.count]
}
