import Foundation
import Tensors
import Testing

extension BackendContract {
    static let rotaryLaws = [
        BackendLaw("rotary agrees, there and back", rotaryAgrees),
        BackendLaw("rotary copies the heads that do not turn, bit for bit", rotaryCopiesTheRest),
        BackendLaw("rotary in place is rotary, bit for bit", rotaryTurnsInPlace),
        BackendLaw("turning back undoes turning", rotaryInverts),
        BackendLaw("a row of rotary is the same in any batch", rotaryRowsStandAlone),
    ]

    /// Cosines and sines of `length` positions.
    static func rotaryTables(headSize: Int, length: Int) -> (cosines: Sample, sines: Sample) {
        let half = headSize / 2
        let angles = (0..<length * half).map { index in
            Double(index / half) / pow(10_000, Double(2 * (index % half)) / Double(headSize))
        }
        return (
            Sample(angles.map { cos($0) }, [length, half]),
            Sample(angles.map { sin($0) }, [length, half])
        )
    }

    private static func turn(
        _ side: Side, _ x: Tensor, _ positions: Sample, _ headSize: Int, _ rotatedHeads: Int,
        inverse: Bool, into: Tensor? = nil
    ) -> Tensor {
        let tables = rotaryTables(headSize: headSize, length: 50)
        return side.backend.rotary(
            x, positions: side(positions), cosines: side(tables.cosines),
            sines: side(tables.sines), headSize: headSize, rotatedHeads: rotatedHeads,
            inverse: inverse, into: into)
    }

    static func rotaryAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 50)
        for kind in kinds {
            for headSize in [2, 6, 8, 16, 64, 80] {
                for (tokens, heads, rotated) in [(1, 1, 1), (3, 5, 4), (65, 2, 2), (17, 3, 0)] {
                    let x = random.sample([tokens, heads * headSize], kind)
                    let positions = random.integers(tokens, in: 0..<50)
                    for inverse in [false, true] {
                        let label = "\(kind), \(tokens) tokens, \(rotated) of \(heads) heads"
                        expectAgreement(backend, "\(label) of \(headSize), \(inverse)") {
                            ["y": turn($0, $0(x), positions, headSize, rotated, inverse: inverse)]
                        }
                    }
                }
            }
        }
    }

    static func rotaryCopiesTheRest(_ backend: any Backend) {
        var random = SplitMix64(seed: 51)
        for kind in kinds {
            let (tokens, headSize) = (7, 8)
            let x = random.sample([tokens, 3 * headSize], kind)
            let positions = random.integers(tokens, in: 1..<50)
            let side = Side(backend)
            let y = turn(side, side(x), positions, headSize, 2, inverse: false)
            for (index, (before, after)) in zip(x.values, y.readDoubles()).enumerated() {
                let head = index % (3 * headSize) / headSize
                if head == 2 { #expect(before == after) }
            }
            let still = turn(
                side, side(x), Sample([Int](repeating: 0, count: tokens)),
                headSize, 3, inverse: false)
            expectEqualBits(still, side(x), "position 0 turns nothing")
        }
    }

    static func rotaryTurnsInPlace(_ backend: any Backend) {
        var random = SplitMix64(seed: 54)
        for kind in kinds {
            for (headSize, rotated) in [(6, 2), (16, 3), (80, 1)] {
                let x = random.sample([9, 3 * headSize], kind)
                let positions = random.integers(9, in: 0..<50)
                let side = Side(backend)
                let own = side(x)
                for inverse in [false, true] {
                    let apart = turn(side, own, positions, headSize, rotated, inverse: inverse)
                    let turned = turn(
                        side, own, positions, headSize, rotated, inverse: inverse, into: own)
                    expectEqualBits(own, apart, "\(kind), \(rotated) heads of \(headSize)")
                    expectEqualBits(turned, own, "the result is x")
                }
            }
        }
    }

    static func rotaryInverts(_ backend: any Backend) {
        var random = SplitMix64(seed: 52)
        let x = random.sample([9, 3 * 16])
        let positions = random.integers(9, in: 0..<50)
        let side = Side(backend)
        let there = turn(side, side(x), positions, 16, 2, inverse: false)
        expectClose(turn(side, there, positions, 16, 2, inverse: true), side(x), 1e-6)
    }

    static func rotaryRowsStandAlone(_ backend: any Backend) {
        var random = SplitMix64(seed: 53)
        for kind in kinds {
            let x = random.sample([33, 4 * 16], kind)
            let positions = random.integers(33, in: 0..<50)
            let side = Side(backend)
            let whole = turn(side, side(x), positions, 16, 3, inverse: false)
            for range in [0..<1, 7..<8, 5..<22, 32..<33] {
                expectEqualBits(
                    turn(side, side(x.rows(range)), positions.rows(range), 16, 3, inverse: false),
                    whole.rows(range), "\(range)")
            }
        }
    }
}
