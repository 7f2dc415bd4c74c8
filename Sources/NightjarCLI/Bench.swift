import ArgumentParser
import Transformers

/// `nightjar bench`: figures of this machine, in the form the README quotes.
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures training, generation, text and scripts on this machine.",
        subcommands: [
            BenchTrain.self, BenchGenerate.self, BenchEncode.self, BenchCorpus.self,
            BenchPrepare.self, BenchLua.self, BenchLadder.self, BenchLoRA.self,
            BenchGrowth.self, BenchAll.self,
        ])
}

/// `--shape`: width, layers, heads, key and value heads, MLP width, vocabulary, batch, sequence.
struct BenchShape: ExpressibleByArgument {
    let model: ModelConfiguration
    let batch: Int
    let time: Int

    init?(argument: String) {
        let numbers = argument.split(separator: ",").compactMap { Int($0) }
        guard numbers.count == 8, numbers[..<6].allSatisfy({ (1..<1 << 31).contains($0) }),
            numbers[6...].allSatisfy({ (1...1 << 24).contains($0) }),
            numbers[0] % numbers[2] == 0
        else { return nil }
        model = ModelConfiguration(
            vocabularySize: numbers[5], hiddenSize: numbers[0], intermediateSize: numbers[4],
            layerCount: numbers[1], headCount: numbers[2], keyValueHeadCount: numbers[3],
            maximumPositions: max(4096, numbers[7]), tiesEmbeddings: true)
        batch = numbers[6]
        time = numbers[7]
    }

    static let help = ArgumentHelp(
        "Width, layers, heads, key-value heads, MLP width, vocabulary, batch, sequence.",
        valueName: "sizes")
}
