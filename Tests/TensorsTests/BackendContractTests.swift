import Tensors
import TestSupport
import Testing

/// The contract itself: a backend that breaks a law is found out by that law.
@Suite struct BackendContractTests {
    private static let inexactResults: [(FaultyBackend.Operation, law: String)] = [
        (.cast, "casts round to nearest, ties to even"),
        (.add, "add agrees with the reference"),
        (.accumulate, "accumulate adds in place, across kinds"),
        (.scale, "scale multiplies in place"),
        (.glu, "glu agrees, forward and backward"),
        (.gluBackward, "glu agrees, forward and backward"),
        (.bias, "a bias is added, and its gradient sums rows"),
        (.biasRows, "a bias is added, and its gradient sums rows"),
        (.softCap, "softCap agrees from small numbers to large"),
        (.matmul, "matmul agrees in every arrangement and size"),
        (.packed, "a packed weight gives the same bits"),
        (.quantized, "products with 8-bit weights agree"),
        (.dequantized, "a weight of 8 bits is written back as products read it"),
        (.columns, "columns are taken, added to and multiplied"),
        (.accumulateColumns, "columns are taken, added to and multiplied"),
        (.scaleColumns, "columns are taken, added to and multiplied"),
        (.columnProducts, "sums of column products agree"),
        (.inverseRowNorms, "row norms agree, rows of zeros included"),
        (.dropout, "dropout agrees, whole and in pieces"),
        (.rmsNorm, "rmsNorm agrees, forward and backward"),
        (.rmsNormBackward, "rmsNorm agrees, forward and backward"),
        (.gather, "gather copies rows bit for bit"),
        (.scatterAdd, "scatterAdd adds every row, repeated ids included"),
        (.rotary, "rotary agrees, there and back"),
        (.attention, "attention agrees on packed documents"),
        (.attentionBackward, "attention agrees at odd lengths"),
        (.cachedAttention, "cached attention agrees and writes its places alone"),
        (.linearCrossEntropy, "linear cross-entropy agrees, forward and backward"),
        (.headGradient, "linear cross-entropy agrees, forward and backward"),
        (.topProbabilities, "the likeliest tokens agree, and what is left to the others"),
        (.linearDistillation, "linear distillation agrees, forward and backward"),
        (.sumOfSquares, "sumOfSquares sums in double precision"),
        (.adamW, "adamW agrees over several steps"),
        (.sgd, "sgd agrees with and without momentum"),
    ]

    private static let batchDependence: [(FaultyBackend.Operation, law: String)] = [
        (.glu, "a row of glu is the same in any batch"),
        (.matmul, "a row of a product is the same for any number of rows"),
        (.rmsNorm, "a row of rmsNorm is the same in any batch"),
        (.rotary, "a row of rotary is the same in any batch"),
        (.attention, "a token of attention is the same whatever follows it"),
        (.linearCrossEntropy, "a row of linear cross-entropy is the same in any batch"),
        (.linearDistillation, "a row of linear distillation is the same in any batch"),
    ]

    @Test func everyOperationHasALawThatFindsItInexact() {
        #expect(Set(Self.inexactResults.map(\.0)) == Set(FaultyBackend.Operation.allCases))
    }

    @Test(arguments: inexactResults)
    func findsInexactResults(of operation: FaultyBackend.Operation, by law: String) throws {
        let law = try #require(BackendContract.laws.first { $0.name == law })
        let count = try countBrokenExpectations {
            try law.check(FaultyBackend(.inexact(operation)))
        }
        #expect(count > 0)
    }

    @Test(arguments: batchDependence)
    func findsDependenceOnTheBatch(of operation: FaultyBackend.Operation, by law: String) throws {
        let law = try #require(BackendContract.laws.first { $0.name == law })
        let count = try countBrokenExpectations {
            try law.check(FaultyBackend(.dependsOnBatch(operation)))
        }
        #expect(count > 0)
    }

    @Test func lawsHaveNamesOfTheirOwn() {
        let names = BackendContract.laws.map(\.name)
        #expect(Set(names).count == names.count)
    }
}
