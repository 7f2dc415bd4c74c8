import Autograd
import Layers
import Tensors
import Testing
import Transformers

/// Laws of the decoder against `transformers`; remake with `Scripts/goldens/decoder.py`.
@Suite struct DecoderGoldenTests {
    static let backends: [any Backend] = [ReferenceBackend.shared, CPUBackend.shared]

    @Test(arguments: GoldenDecoder.names, backends.indices)
    func logitsEqualThoseOfTransformers(_ name: String, _ backend: Int) throws {
        let golden = try GoldenDecoder(name)
        let model = try golden.folder.decoder(
            precision: .f32, on: DecoderGoldenTests.backends[backend])
        let hidden = model.hidden(try golden.step(0), on: Tape(gradients: nil))
        let error = relativeError(model.logits(hidden.value).read(), try golden.floats("logits"))
        #expect(error < 1e-5, "relative error \(error)")
    }

    @Test(arguments: GoldenDecoder.names, backends.indices)
    func gradientsOfEveryParameterEqualThoseOfTransformers(_ name: String, _ backend: Int) throws {
        let golden = try GoldenDecoder(name)
        let model = try golden.folder.decoder(
            precision: .f32, on: DecoderGoldenTests.backends[backend])
        for recompute in [false, true] {
            let gradients = try #require(model.parameters.makeGradients())
            let tape = Tape(gradients: gradients)
            tape.backward(
                from: model.loss(try golden.step(0), on: tape, recompute: recompute).loss)
            for parameter in model.parameters.all {
                var row = 0
                for part in parameter.parts {
                    let ours = gradients[parameter.slot].rows(row..<row + part.rows).read()
                    row += part.rows
                    let error = relativeError(ours, try golden.floats("gradient.\(part.name)"))
                    #expect(error < 1e-5, "\(part.name): relative error \(error)")
                }
            }
        }
    }
}
