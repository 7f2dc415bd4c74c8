import Layers
import Tensors
import Testing

@Suite struct InitializationTests {
    /// Weights are drawn in parts on several threads; the twin draws them one by one.
    @Test(arguments: [0, 1, 100, 1 << 14, 40_001]) func partsAreTheStreamsOwnDraws(count: Int) {
        var stream = RandomStream(seed: 5, name: "model.layers.0.weight")
        let expected = (0..<count).map { _ in Float(stream.normal() * 0.02) }
        let values = Initializer.normal(standardDeviation: 0.02)
            .values(count: count, seed: 5, name: "model.layers.0.weight")
        #expect(values == expected)
    }
}
