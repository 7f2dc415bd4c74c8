/// The candidate that a misspelt name most likely meant, or nil where none is near.
///
/// Near means a Damerau-Levenshtein distance, case aside, of at most a third of the name's length
/// and at most 3; names of more than 256 bytes are near to none. Of equally near candidates the
/// first in byte order is taken, so that the answer does not depend on the order of `candidates`.
public func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
    // A table over two long names would hold their product.
    let longest = 256
    guard name.utf8.count <= longest else { return nil }
    let target = Array(name.lowercased().unicodeScalars)
    let limit = min(3, max(1, target.count / 3))
    var best: (distance: Int, name: String)?
    for candidate in candidates where candidate.utf8.count <= longest {
        let other = Array(candidate.lowercased().unicodeScalars)
        guard abs(other.count - target.count) <= limit else { continue }
        let distance = editDistance(target, other)
        guard distance <= limit, candidate != name else { continue }
        if let best, (best.distance, best.name) <= (distance, candidate) { continue }
        best = (distance, candidate)
    }
    return best?.name
}

/// A half-sentence after a name that does not exist: the one probably meant, or what there is.
public func nearestNameHint(to name: String, among names: [String]) -> String {
    if names.isEmpty { return "there are none" }
    if let nearest = nearestName(to: name, among: names) { return "did you mean \"\(nearest)\"?" }
    let shown = names.prefix(8).map { "\"\($0)\"" }.joined(separator: ", ")
    return names.count > 8 ? "there are \(names.count), such as \(shown)" : "there are \(shown)"
}

/// The least number of insertions, deletions, substitutions and swaps of neighbours between two
/// texts.
///
/// F. J. Damerau, 1964; V. I. Levenshtein, 1966; the table with the last row of each letter follows
/// R. Lowrance and R. A. Wagner, 1975, so that letters between two swapped ones may change too.
func editDistance<Letter: Hashable>(_ a: [Letter], _ b: [Letter]) -> Int {
    let far = a.count + b.count
    let width = b.count + 2
    // Row and column 0 hold `far`; row i + 1 belongs to the first i letters.
    var table = [Int](repeating: far, count: (a.count + 2) * width)
    for i in 0...a.count { table[(i + 1) * width + 1] = i }
    for j in 0...b.count { table[width + j + 1] = j }
    var lastRow: [Letter: Int] = [:]
    for i in 0..<a.count {
        var lastColumn = 0
        for j in 0..<b.count {
            let row = lastRow[b[j]] ?? 0
            let column = lastColumn
            let isSame = a[i] == b[j]
            if isSame { lastColumn = j + 1 }
            let substituted = table[(i + 1) * width + j + 1] + (isSame ? 0 : 1)
            let inserted = table[(i + 2) * width + j + 1] + 1
            let deleted = table[(i + 1) * width + j + 2] + 1
            let swapped = table[row * width + column] + (i - row) + 1 + (j - column)
            table[(i + 2) * width + j + 2] = min(substituted, inserted, deleted, swapped)
        }
        lastRow[a[i]] = i + 1
    }
    return table[(a.count + 1) * width + b.count + 1]
}
