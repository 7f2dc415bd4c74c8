import LuaRuntime
import Optimizers

/// `nj.optim`: which optimizer, with its settings.
enum OptimDeclarations {
    static let kinds = Kinds(
        noun: "optimizer", records: [adamW, sgd, muon], fallback: "adamw", takesName: true)

    static let all: [Binding] = [
        .constructor(
            "optim.adamw", .record(adamW),
            doc: "AdamW: Adam with decoupled weight decay."),
        .constructor(
            "optim.sgd", .record(sgd),
            doc: "Stochastic gradient descent, with or without momentum."),
        .constructor(
            "optim.muon", .record(muon),
            doc: "Muon: momentum made orthogonal for the matrices of the blocks, AdamW for "
                + "embeddings, heads, norms and biases."),
    ]

    private static let adamW: Record = {
        let usual = AdamWConfiguration()
        return Record(
            noun: "adamw",
            fields: [
                Field(
                    "lr", .number(.positive), .value(.number(usual.learningRate)),
                    "the peak learning rate, which the schedule multiplies"),
                Field(
                    "beta1", .number(.shareBelowOne), .value(.number(usual.beta1)),
                    "how much of the mean gradient is kept each step"),
                Field(
                    "beta2", .number(.shareBelowOne), .value(.number(usual.beta2)),
                    "how much of the mean squared gradient is kept each step"),
                Field(
                    "epsilon", .number(.positive), .value(.number(usual.epsilon)),
                    "keeps the division from blowing up"),
                Field(
                    "weight_decay", .number(.nonNegative), .value(.number(usual.weightDecay)),
                    "how fast matrices shrink, times the learning rate"),
            ], tag: "adamw")
    }()

    private static let sgd: Record = {
        let usual = SGDConfiguration()
        return Record(
            noun: "sgd",
            fields: [
                Field(
                    "lr", .number(.positive), .value(.number(usual.learningRate)),
                    "the peak learning rate, which the schedule multiplies"),
                Field(
                    "momentum", .number(.shareBelowOne), .value(.number(usual.momentum)),
                    "how much of the last move is kept each step"),
                Field(
                    "nesterov", .boolean, .value(.boolean(usual.nesterov)),
                    "whether the gradient is taken ahead of the move"),
                Field(
                    "weight_decay", .number(.nonNegative), .value(.number(usual.weightDecay)),
                    "how fast matrices shrink, times the learning rate"),
            ], tag: "sgd")
    }()

    private static let muon: Record = {
        let usual = MuonConfiguration()
        return Record(
            noun: "muon",
            fields: [
                Field(
                    "lr", .number(.positive), .value(.number(usual.learningRate)),
                    "the peak learning rate of the blocks' matrices, which the schedule multiplies"),
                Field(
                    "momentum", .number(.shareBelowOne), .value(.number(usual.momentum)),
                    "how much of the mean gradient is kept each step"),
                Field(
                    "nesterov", .boolean, .value(.boolean(usual.nesterov)),
                    "whether the fresh gradient counts once more"),
                Field(
                    "weight_decay", .number(.nonNegative), .value(.number(usual.weightDecay)),
                    "how fast the blocks' matrices shrink, times the learning rate"),
                Field(
                    "ns_steps", .integer(1...99), .value(.integer(Int64(usual.iterations))),
                    "Newton-Schulz iterations"),
                Field(
                    "adjust_lr", .choice(MuonRateAdjustment.allCases.map(\.rawValue)),
                    .value(.string(LuaString(usual.rateAdjustment.rawValue))),
                    "what the rate of a matrix is multiplied with: sqrt(max(1, rows/columns)); 0.2 "
                        + "sqrt(max(rows, columns)), for rates and decays as AdamW has them; "
                        + "sqrt(rows/columns)"),
                Field(
                    "adamw", .record(adamW), .empty,
                    "nj.optim.adamw { ... } for embeddings, heads, norms and biases; its rate keeps "
                        + "its ratio to lr"),
            ], tag: "muon")
    }()
}
