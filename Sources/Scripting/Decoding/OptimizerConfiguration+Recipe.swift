import LuaRuntime
import Optimizers

extension OptimizerConfiguration {
    /// - Throws: `ShapeFault`.
    init(recipe table: CompleteTable, at path: LuaPath) throws {
        switch table.kind {
        case "sgd":
            let settings = SGDConfiguration(
                learningRate: table.number("lr"), momentum: table.number("momentum"),
                nesterov: table.boolean("nesterov"), weightDecay: table.number("weight_decay"))
            guard !settings.nesterov || settings.momentum > 0 else {
                throw ShapeFault(
                    path: path.appending("nesterov"), sentence: "needs a momentum above 0")
            }
            self = .sgd(settings)
        case "muon":
            self = .muon(
                MuonConfiguration(
                    learningRate: table.number("lr"), momentum: table.number("momentum"),
                    nesterov: table.boolean("nesterov"),
                    weightDecay: table.number("weight_decay"),
                    iterations: table.integer("ns_steps"),
                    rateAdjustment: table.word("adjust_lr"),
                    adamW: AdamWConfiguration(recipe: table.inner("adamw"))))
        default: self = .adamW(AdamWConfiguration(recipe: table))
        }
    }
}

extension AdamWConfiguration {
    fileprivate init(recipe table: CompleteTable) {
        self.init(
            learningRate: table.number("lr"), beta1: table.number("beta1"),
            beta2: table.number("beta2"), epsilon: table.number("epsilon"),
            weightDecay: table.number("weight_decay"))
    }
}
