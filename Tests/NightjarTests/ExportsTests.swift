import Nightjar
import Testing

/// One import is enough to train a model and to hear it.
@Suite struct ExportsTests {
    @Test func oneImportNamesWhatARunNeeds() {
        var configuration = RunConfiguration(
            name: "x", outputPath: "x", model: .folder("base"),
            data: [WeightedSource(source: Source(name: "a", place: .memory(["b"])))],
            budget: .steps(1))
        configuration.optimizer = .sgd(SGDConfiguration(learningRate: 0.5))
        configuration.schedule = .cosine(Cosine(warmup: .steps(2)))
        #expect(configuration.optimizer.learningRate == 0.5)
        #expect(ByteTokenizer().encode("a").count == 1)
        #expect(ReferenceBackend.shared.empty([2, 3], .f32).shape == [2, 3])
        #expect(SamplingParameters(temperature: 0).temperature == 0)
        let types: [Any.Type] = [
            Trainer.self, GenerationEngine.self, ModelFolder.self, CheckpointStore.self,
            RecipeLoader.self, HumanFormat.self,
        ]
        #expect(types.count == 6)
    }
}
