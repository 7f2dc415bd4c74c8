import Foundation
import Tensors
import Testing

extension BackendContract {
    static let distillationLaws = [
        BackendLaw("the likeliest tokens agree, and what is left to the others", topAgrees),
        BackendLaw("linear distillation agrees, forward and backward", distillationAgrees),
        BackendLaw(
            "a row of linear distillation is the same in any batch", distillationStandsAlone),
        BackendLaw("distillation of labels alone is cross-entropy", labelsAloneAreCrossEntropy),
        BackendLaw("a student who agrees has nothing to learn", agreementTeachesNothing),
        BackendLaw("distillation of no tokens takes nothing", distillationTakesNothing),
    ]

    struct DistillationOperands {
        var loss: LossOperands
        var teacher: Sample
        var count: Int
        var settings: DistillationSettings

        init(
            _ random: inout SplitMix64, _ kind: ElementKind, tokens: Int, width: Int,
            vocabulary: Int, count: Int, settings: DistillationSettings, scale: Double = 2
        ) {
            loss = LossOperands(&random, kind, tokens: tokens, width: width, vocabulary: vocabulary)
            teacher = random.sample([tokens, vocabulary], scale: scale)
            self.count = count
            self.settings = settings
        }

        func top(_ side: Side, _ rows: Range<Int>? = nil) -> TopProbabilities {
            side.backend.topProbabilities(
                side(teacher.rows(rows ?? 0..<loss.targets.shape.count)),
                among: teacher.shape[1], count: count, temperature: settings.temperature)
        }

        func results(_ side: Side, _ rows: Range<Int>? = nil, wantsGradients: Bool = true)
            -> LinearDistillation
        {
            let range = rows ?? 0..<loss.targets.shape.count
            return side.backend.linearDistillation(
                hidden: side(loss.hidden.rows(range)), head: side(loss.head),
                targets: side(loss.targets.rows(range)), weights: side(loss.weights.rows(range)),
                teacher: top(side, rows), settings: settings, normalizer: loss.normalizer,
                softCap: loss.softCap, wantsGradients: wantsGradients)
        }
    }

    static func topAgrees(_ backend: any Backend) {
        var random = SplitMix64(seed: 95)
        for (rows, vocabulary, limit, count, temperature) in [
            (1, 1, 1, 1, 1.0), (3, 5, 5, 2, 2), (2, 7, 7, 7, 0.5), (5, 37, 31, 8, 1),
            (2, 1000, 1000, 64, 1.5), (67, 129, 128, 16, 3), (1, 2048, 2000, 1024, 1),
        ] {
            let logits = random.sample([rows, vocabulary], scale: 5)
            let label = "\(rows) x \(vocabulary), \(count) of \(limit)"
            let top = { (side: Side) in
                side.backend.topProbabilities(
                    side(logits), among: limit, count: count, temperature: temperature)
            }
            expectAgreement(backend, label) { ["probabilities": top($0).probabilities] }
            let ids = top(Side(backend)).ids.readIntegers()
            #expect(ids == top(Side(ReferenceBackend.shared)).ids.readIntegers(), "\(label)")
            #expect(ids.allSatisfy { Int($0) < limit })
        }
        // Equal ones go by id.
        let equal = Sample([1, 3, 2, 3, 3, 1, 2, 0], [1, 8])
        let top = backend.topProbabilities(
            equal.tensor(on: backend), among: 8, count: 5, temperature: 1)
        #expect(top.ids.readIntegers() == [1, 3, 4, 2, 6])
    }

    static func distillationAgrees(_ backend: any Backend) throws {
        var random = SplitMix64(seed: 96)
        for kind in kinds {
            for (tokens, width, vocabulary, count, alpha, temperature) in [
                (1, 1, 1, 1, 0.5, 1.0), (2, 3, 5, 2, 0, 1), (17, 5, 63, 8, 0.3, 2),
                (65, 17, 127, 127, 0.1, 1), (5, 127, 2, 1, 0.9, 0.7), (530, 3, 7, 3, 0, 4),
            ] {
                var operands = DistillationOperands(
                    &random, kind, tokens: tokens, width: width, vocabulary: vocabulary,
                    count: count,
                    settings: DistillationSettings(alpha: alpha, temperature: temperature))
                let label = "\(kind) \(tokens) x \(width), \(count) of \(vocabulary)"
                try check(backend, operands, label)
                operands.loss.softCap = 1.5
                operands.loss.weights = Sample(
                    operands.loss.weights.values.enumerated().map { $0 % 3 == 1 ? 0 : $1 },
                    [tokens])
                try check(backend, operands, "capped \(label)")
            }
        }
    }

    private static func check(
        _ backend: any Backend, _ operands: DistillationOperands, _ label: String
    ) throws {
        let loose: Set<String> =
            operands.loss.hidden.kind == .bf16 ? ["hidden gradient", "head gradient"] : []
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
        // A divergence is a difference of logarithms: it agrees in absolute terms.
        let (own, wanted) = (
            operands.results(Side(backend), wantsGradients: false),
            operands.results(Side(ReferenceBackend.shared), wantsGradients: false)
        )
        let bound = operands.loss.hidden.kind == .bf16 ? 0.03 : 2e-5
        for (a, b) in zip(own.tokenDivergences.read(), wanted.tokenDivergences.read()) {
            #expect(abs(Double(a - b)) < bound * max(1, Double(b)), "\(label)")
        }
        expectEqualBits(operands.results(Side(backend)).loss, own.loss, label)
    }

    static func distillationStandsAlone(_ backend: any Backend) throws {
        var random = SplitMix64(seed: 97)
        let side = Side(backend)
        for kind in kinds {
            let operands = DistillationOperands(
                &random, kind, tokens: 600, width: 9, vocabulary: 37, count: 8,
                settings: DistillationSettings(alpha: 0.2, temperature: 1.5))
            let whole = operands.results(side)
            let gradient = try #require(whole.hiddenGradient)
            for range in [0..<1, 3..<70, 255..<258, 0..<513, 599..<600] {
                let part = operands.results(side, range)
                expectEqualBits(
                    part.tokenDivergences, whole.tokenDivergences.rows(range), "\(range)")
                expectEqualBits(part.tokenLosses, whole.tokenLosses.rows(range), "\(range)")
                expectEqualBits(
                    try #require(part.hiddenGradient), gradient.rows(range), "gradient \(range)")
            }
        }
    }

    static func labelsAloneAreCrossEntropy(_ backend: any Backend) throws {
        var random = SplitMix64(seed: 98)
        let operands = DistillationOperands(
            &random, .f32, tokens: 33, width: 16, vocabulary: 65, count: 4,
            settings: DistillationSettings(alpha: 1))
        let side = Side(backend)
        let (mixed, plain) = (operands.results(side), operands.loss.results(side))
        expectClose(mixed.loss.readDoubles(), plain.loss.readDoubles(), .f32)
        expectClose(
            try #require(mixed.headGradient).readDoubles(),
            try #require(plain.headGradient).readDoubles(), .f32)
        expectClose(
            try #require(mixed.hiddenGradient).readDoubles(),
            try #require(plain.hiddenGradient).readDoubles(), .f32)
    }

    static func distillationTakesNothing(_ backend: any Backend) throws {
        var random = SplitMix64(seed: 100)
        for kind in kinds {
            let operands = DistillationOperands(
                &random, kind, tokens: 3, width: 4, vocabulary: 5, count: 2,
                settings: DistillationSettings(alpha: 0.5))
            let none = operands.results(Side(backend), 0..<0)
            #expect(none.loss.read() == [0] && none.tokenDivergences.shape == [0])
            #expect(try #require(none.hiddenGradient).shape == [0, 4])
            #expect(try #require(none.headGradient).read().allSatisfy { $0 == 0 })
        }
    }

    static func agreementTeachesNothing(_ backend: any Backend) throws {
        var random = SplitMix64(seed: 99)
        let operands = LossOperands(&random, .f32, tokens: 9, width: 16, vocabulary: 33)
        let side = Side(backend)
        let (hidden, head) = (side(operands.hidden), side(operands.head))
        let logits = backend.matmul(
            hidden, head, transposeA: false, transposeB: true, kind: .f32, into: nil,
            accumulate: false)
        for count in [4, 33] {
            let settings = DistillationSettings(temperature: 2)
            let results = backend.linearDistillation(
                hidden: hidden, head: head, targets: side(operands.targets),
                weights: side(operands.weights),
                teacher: backend.topProbabilities(
                    logits, among: 33, count: count, temperature: 2), settings: settings,
                normalizer: 1, softCap: nil, wantsGradients: true)
            #expect(abs(Double(results.loss.read()[0])) < 1e-4)
            let gradient = try #require(results.hiddenGradient).read()
            #expect(gradient.allSatisfy { abs($0) < 1e-4 })
        }
    }
}
