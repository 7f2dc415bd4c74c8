import Foundation
import Testing

@testable import Training

extension TrainerTests {
    /// Laws of what a request says, whoever reads it.
    @Suite struct ControlRequestTests {
        @Test func aRequestIsReadAsItWasWritten() throws {
            let requests: [ControlRequest] = [
                .set(path: "a", value: .nothing),
                .turn([DialSetting(path: "b", value: .boolean(true))]), .rollback(to: nil),
                .rollback(to: 3), .save, .stop, .script("x"),
            ]
            for request in requests {
                let data = try JSONEncoder().encode(request)
                #expect(try JSONDecoder().decode(ControlRequest.self, from: data) == request)
            }
        }

        @Test(arguments: [Double.infinity, -.infinity, .nan])
        func whatIsNoFiniteNumberIsRefusedWithASentence(value: Double) throws {
            let run = try TinyRun(steps: 1)
            try run.train()
            for request in [
                ControlRequest.set(path: "optimizer.lr", value: .number(value)),
                .turn([DialSetting(path: "optimizer.lr", value: .number(value))]),
            ] {
                let error = #expect(throws: TrainingError.self) {
                    try RunControl.send(run: run.path, request: request)
                }
                #expect(error?.message.contains("takes a finite number") == true)
            }
        }
    }
}
