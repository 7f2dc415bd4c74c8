import Tensors
import Testing

extension BackendContract {
    static let embeddingLaws = [
        BackendLaw("gather copies rows bit for bit", gatherCopiesRows),
        BackendLaw("scatterAdd adds every row, repeated ids included", scatterAddAgrees),
    ]

    static func gatherCopiesRows(_ backend: any Backend) {
        var random = SplitMix64(seed: 40)
        for kind in kinds {
            for (vocabulary, width, tokens) in [(1, 1, 3), (5, 17, 1), (65, 64, 31), (130, 3, 70)] {
                let table = random.sample([vocabulary, width], kind).tensor(on: backend)
                let ids = random.integers(tokens, in: 0..<vocabulary)
                let gathered = backend.gather(table, rows: ids.tensor(on: backend))
                #expect(gathered.shape == [tokens, width])
                for (row, id) in ids.values.map({ Int($0) }).enumerated() {
                    expectEqualBits(
                        gathered.rows(row..<row + 1), table.rows(id..<id + 1), "row \(row)")
                }
            }
        }
    }

    static func scatterAddAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 41)
        for kind in kinds {
            for (vocabulary, width, tokens) in [(1, 1, 9), (5, 17, 1), (7, 63, 120), (130, 65, 70)]
            {
                let upstream = random.sample([tokens, width], kind)
                let ids = random.integers(tokens, in: 0..<vocabulary)
                let earlier = random.sample([vocabulary, width])
                expectAgreement(backend, "\(kind), \(tokens) rows into \(vocabulary) x \(width)") {
                    let gradient = $0(earlier)
                    $0.backend.scatterAdd($0(upstream), rows: $0(ids), into: gradient)
                    return ["gradient": gradient]
                }
            }
        }
    }
}
