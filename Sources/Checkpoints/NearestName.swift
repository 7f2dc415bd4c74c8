/// Finds the name that a mistyped one was probably meant to be.
enum NearestName {
    /// The nearest of `names` by edit distance, where it is near enough to be worth saying.
    static func of(_ name: String, in names: some Sequence<String>) -> String? {
        let limit = max(2, name.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in names {
            guard abs(candidate.count - name.count) <= limit else { continue }
            let distance = editDistance(Array(name), Array(candidate))
            if distance <= limit, distance < best?.distance ?? .max {
                best = (candidate, distance)
            }
        }
        return best?.name
    }

    /// A half-sentence that offers the nearest name, or lists what there is.
    static func hint(_ name: String, in names: [String]) -> String {
        if names.isEmpty { return "there are none" }
        if let nearest = of(name, in: names) { return "did you mean \"\(nearest)\"?" }
        let shown = names.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ")
        return names.count > 8
            ? "there are \(names.count), such as \(shown)" : "there are \(shown)"
    }

    private static func editDistance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (a == b ? 0 : 1))
                diagonal = row[j + 1]
                row[j + 1] = next
            }
        }
        return row[right.count]
    }
}
