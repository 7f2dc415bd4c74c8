import Foundation
import Tensors
import Testing

extension BackendContract {
    static let lossLaws = [
        BackendLaw("linear cross-entropy agrees, forward and backward", lossAgrees),
        BackendLaw("linear cross-entropy stays finite at extreme logits", lossStaysFinite),
        BackendLaw("rows of weight 0 are ignored whatever their target is", ignoredRowsAreIgnored),
        BackendLaw("the loss is the same with and without gradients", lossNeedsNoGradients),
        BackendLaw("a row of linear cross-entropy is the same in any batch", lossRowsStandAlone),
    ]

    struct LossOperands {
        var hidden: Sample
        var head: Sample
        var targets: Sample
        var weights: Sample
        var normalizer = 3.25
        var softCap: Float?

        init(
            _ random: inout SplitMix64, _ kind: ElementKind, tokens: Int, width: Int,
            vocabulary: Int, scale: Double = 1
        ) {
            hidden = random.sample([tokens, width], kind, scale: scale)
            head = random.sample([vocabulary, width], kind)
            targets = random.integers(tokens, in: 0..<vocabulary)
            weights = Sample((0..<tokens).map { _ in random.uniform() + 0.1 }, [tokens])
        }

        func results(_ side: Side, _ rows: Range<Int>? = nil, wantsGradients: Bool = true)
            -> LinearCrossEntropy
        {
            let rows = rows ?? 0..<targets.shape.count
            return side.backend.linearCrossEntropy(
                hidden: side(hidden.rows(rows)), head: side(head),
                targets: side(targets.rows(rows)), weights: side(weights.rows(rows)),
                normalizer: normalizer, softCap: softCap, wantsGradients: wantsGradients)
        }
    }

    private static func check(_ backend: any Backend, _ operands: LossOperands, _ label: String) {
        // A bf16 backend may round the gradient of the logits on the way to its products.
        let loose: Set<String> =
            operands.hidden.kind == .bf16 ? ["hidden gradient", "head gradient"] : []
        expectAgreement(backend, label, passingThroughBFloat16: loose) {
            let results = operands.results($0)
            guard let hidden = results.hiddenGradient, let head = results.headGradient else {
                Issue.record("\(label): gradients were asked for")
                return [:]
            }
            return [
                "loss": results.loss, "token losses": results.tokenLosses,
                "hidden gradient": hidden, "head gradient": head,
            ]
        }
    }

    static func lossAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 90)
        for kind in kinds {
            for (tokens, width, vocabulary) in [
                (1, 1, 1), (2, 3, 5), (17, 5, 63), (3, 64, 65), (65, 17, 127), (5, 127, 2),
                (1, 63, 1000), (530, 3, 7), (1030, 2, 3),
            ] {
                let operands = LossOperands(
                    &random, kind, tokens: tokens, width: width, vocabulary: vocabulary)
                check(backend, operands, "\(kind) \(tokens) x \(width), \(vocabulary) words")
                var capped = operands
                capped.softCap = 1.5
                check(backend, capped, "capped \(kind) \(tokens) x \(width)")
            }
        }
    }

    static func lossStaysFinite(_ backend: any Backend) throws {
        var random = SplitMix64(seed: 91)
        for kind in kinds {
            let operands = LossOperands(
                &random, kind, tokens: 9, width: 16, vocabulary: 33, scale: 200)
            // Logits of thousands leave f32 few digits for probabilities, but all for the loss.
            expectAgreement(backend, "\(kind)") {
                let results = operands.results($0)
                return ["loss": results.loss, "token losses": results.tokenLosses]
            }
            let results = operands.results(Side(backend))
            for gradient in [results.hiddenGradient, results.headGradient] {
                #expect(try #require(gradient).read().allSatisfy { $0.isFinite })
            }
        }
    }

    static func ignoredRowsAreIgnored(_ backend: any Backend) throws {
        var random = SplitMix64(seed: 92)
        for kind in kinds {
            let tokens = 19
            var operands = LossOperands(&random, kind, tokens: tokens, width: 8, vocabulary: 11)
            let ignored = { (row: Int) in row.isMultiple(of: 3) }
            operands.weights = Sample(
                operands.weights.values.enumerated().map { ignored($0) ? 0 : $1 }, [tokens])
            operands.targets = Sample(
                operands.targets.values.enumerated().map {
                    ignored($0) ? [-100, -1, 11, Int(Int32.max)][$0 % 4] : Int($1)
                })
            check(backend, operands, "\(kind)")
            let results = operands.results(Side(backend))
            let gradient = try #require(results.hiddenGradient).read()
            let losses = results.tokenLosses.read()
            for row in 0..<tokens where ignored(row) {
                #expect(losses[row] == 0)
                #expect(gradient[row * 8..<(row + 1) * 8].allSatisfy { $0 == 0 })
            }

            operands.weights = Sample([Double](repeating: 0, count: tokens), [tokens])
            operands.targets = Sample([Int](repeating: -100, count: tokens))
            let nothing = operands.results(Side(backend))
            #expect(nothing.loss.read() == [0])
            let headGradient = try #require(nothing.headGradient).read()
            #expect(headGradient.allSatisfy { $0 == 0 })
        }
    }

    static func lossNeedsNoGradients(_ backend: any Backend) {
        var random = SplitMix64(seed: 93)
        for kind in kinds {
            let operands = LossOperands(&random, kind, tokens: 70, width: 33, vocabulary: 65)
            let with = operands.results(Side(backend))
            let without = operands.results(Side(backend), wantsGradients: false)
            #expect(without.hiddenGradient == nil && without.headGradient == nil)
            expectEqualBits(without.loss, with.loss, "loss")
            expectEqualBits(without.tokenLosses, with.tokenLosses, "token losses")
        }
    }

    static func lossRowsStandAlone(_ backend: any Backend) throws {
        var random = SplitMix64(seed: 94)
        let side = Side(backend)
        for kind in kinds {
            let operands = LossOperands(&random, kind, tokens: 600, width: 9, vocabulary: 37)
            let whole = operands.results(side)
            let wholeGradient = try #require(whole.hiddenGradient)
            for range in [0..<1, 5..<6, 3..<70, 255..<258, 0..<513, 599..<600] {
                let part = operands.results(side, range)
                expectEqualBits(part.tokenLosses, whole.tokenLosses.rows(range), "\(range)")
                expectEqualBits(
                    try #require(part.hiddenGradient), wholeGradient.rows(range),
                    "gradient \(range)")
            }
        }
    }
}
